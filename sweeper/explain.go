package sweeper

import (
	"context"
	"fmt"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Explanation is everything that led to the decision on one file.
type Explanation struct {
	Found
	// Findings has the steps of each detector, and Rules a trace of each rule in the policy's order.
	Findings []fingerprint.Finding
	Rules    []policy.RuleTrace
	Guards   []providers.Held // that hold the file, or would if the policy wanted it gone
	LeftOut  string           // why no scan finds the file, so that no rule applies; "" if a scan finds it
}

// Explain examines the file afresh, whatever the journal has of it, and evaluates the policy rule by rule. It changes
// nothing.
func (s *Sweeper) Explain(ctx context.Context, st *providers.Storage, e providers.Entry) (Explanation, error) {
	r := new(reader)
	r.open(ctx, st, e)
	report, err := s.o.Classifier.Examine(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err != nil {
		return Explanation{}, fmt.Errorf("examine: %w", err)
	}
	rec := s.dated(ctx, st, e, report.Verdict)
	match, err := s.weighKnown(ctx, st, r, &rec)
	if err != nil {
		return Explanation{}, fmt.Errorf("examine: %w", err)
	}
	if err := s.weighLook(ctx, st, &rec); err != nil {
		return Explanation{}, err
	}
	if f, ok, err := s.explainAnswer(ctx, st, r, rec); err != nil {
		return Explanation{}, fmt.Errorf("look for OpenAI's answer: %w", err)
	} else if ok {
		report.Findings = append(report.Findings, f)
	}
	doubt, err := s.prepare(ctx)
	if err != nil {
		return Explanation{}, err
	}
	// The steps are those of a scan, with the guards of a remote storage asked as before a move.
	d, err := s.liveDecider(doubt).due(ctx, st, new(reader), rec)
	if err == nil && d.Action == policy.Trash && !d.Approved {
		d, err = guarded(ctx, st, rec, d)
	}
	if err != nil {
		return Explanation{}, err
	}
	if d, err = s.spareKnown(ctx, st, e, d); err != nil {
		return Explanation{}, err
	}
	held, err := st.Guards(ctx, e)
	if isTransient(ctx, err) {
		return Explanation{}, err
	}
	if err != nil {
		held = []providers.Held{{Why: language.Verbatim(err.Error())}}
	}
	x := Explanation{
		Found: Found{
			Storage: st.Name(), Entry: rec.Entry, Verdict: rec.Verdict, Decision: d, Marked: !rec.Marked.IsZero(),
			BytesRead: r.fetched, base: report.Verdict, match: match,
		},
		Findings: append(report.Findings, s.knownFinding(rec)...),
		Rules:    s.o.Policy.Explain(s.facts(st.Name(), rec), s.o.Now()), Guards: held,
	}
	if err := s.locate(ctx, &x.Found); err != nil {
		return Explanation{}, err
	}
	if err := st.Omits(ctx, e); isTransient(ctx, err) {
		return Explanation{}, err
	} else if err != nil {
		x.LeaveOut(err.Error())
	}
	return x, nil
}

// knownFinding returns the finding of what is known of the bytes, or none if nothing at all was learnt.
func (s *Sweeper) knownFinding(rec journal.Record) []fingerprint.Finding {
	if s.known.set == nil || s.known.set.Len() == 0 {
		return nil
	}
	f := fingerprint.Finding{Detector: "known", Steps: []fingerprint.Step{
		{Check: "size of a known picture", OK: s.known.set.HasSize(rec.Entry.Size)},
		{Check: "bytes of a known picture", OK: rec.Verdict.KnownElsewhere()},
	}}
	if rec.Verdict.KnownElsewhere() {
		f.Evidence = rec.Verdict.Evidence[:1]
	}
	return []fingerprint.Finding{f}
}

// explainAnswer returns OpenAI's answer about the file as a finding, or that it was not asked. ok is false if there is
// nothing to ask.
func (s *Sweeper) explainAnswer(
	ctx context.Context, st *providers.Storage, r *reader, rec journal.Record,
) (f fingerprint.Finding, ok bool, err error) {
	if !s.o.Policy.Asks(st.Name()) || !rec.Verdict.HasAnswer() && !askable(rec.Entry, rec.Verdict) {
		return f, false, nil
	}
	of := answers(nil)
	if of, err = s.answersOfSize(ctx, st, rec.Entry); err != nil {
		return f, false, err
	}
	if of != nil {
		r.open(ctx, st, rec.Entry)
		sums, err := r.sumsOf(rec.Entry)
		if err != nil {
			return f, false, err
		}
		if a, ok := of[rec.Entry.Size][sums.SHA256]; ok {
			return a.Finding(), true, nil
		}
	}
	return fingerprint.Finding{
		Detector: "openai", Steps: []fingerprint.Step{{Check: "asked", Detail: language.Messagef("not yet")}},
	}, true, nil
}

// dated returns a record of the verdict with the times of first sight and of the mark that the journal has of this
// revision.
func (s *Sweeper) dated(
	ctx context.Context, st *providers.Storage, e providers.Entry, v fingerprint.Verdict,
) journal.Record {
	rec := journal.Record{Entry: e, Verdict: v, FirstSeen: s.o.Now()}
	known, err := s.o.Journal.Record(ctx, st.Name(), s.o.Policy.Detectors(st.Name()), e.Ref)
	if err == nil && known.Entry.Revision == e.Revision {
		rec.FirstSeen, rec.Marked = known.FirstSeen, known.Marked
	}
	return rec
}

// LeaveOut makes x the explanation of a file that no scan finds, with the reason why: the file is kept, and no rule
// decides.
func (x *Explanation) LeaveOut(why string) {
	x.LeftOut = why
	reason := language.Messagef("no scan finds it: %s", why)
	x.Decision = policy.Decision{Action: policy.Keep, Reasons: []language.Message{reason}}
	for i := range x.Rules {
		x.Rules[i].Decides = false
	}
}
