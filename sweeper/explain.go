package sweeper

import (
	"context"
	"fmt"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// Explanation is everything that led to what is said of one file.
type Explanation struct {
	Found
	Findings []fingerprint.Finding
	Rules    []policy.RuleTrace
}

// Explain examines the file afresh, whatever the journal knows, and asks the
// policy rule by rule. It changes nothing.
func (s *Sweeper) Explain(ctx context.Context, st *providers.Storage, e providers.Entry) (Explanation, error) {
	r := new(reader)
	r.open(ctx, st, e)
	report, err := s.o.Classifier.Examine(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err != nil {
		return Explanation{}, fmt.Errorf("examine: %w", err)
	}
	rec := journal.Record{Entry: e, Verdict: report.Verdict, FirstSeen: s.o.Now()}
	if known, err := s.o.Journal.Record(ctx, st.Name(), fingerprint.Version, e.Ref); err == nil && known.Entry.Revision == e.Revision {
		rec.FirstSeen, rec.Marked = known.FirstSeen, known.Marked
	}
	d, err := s.decideNow(ctx, st.Name(), rec)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{
		Found:    Found{st.Name(), e, report.Verdict, d, !rec.Marked.IsZero(), r.fetched},
		Findings: report.Findings, Rules: s.o.Policy.Explain(facts(st.Name(), rec), s.o.Now()),
	}, nil
}

// facts are what a decision on a recorded file depends on.
func facts(storage string, rec journal.Record) policy.Facts {
	return policy.Facts{Storage: storage, Entry: rec.Entry, Verdict: rec.Verdict, FirstSeen: rec.FirstSeen, Marked: rec.Marked}
}
