package sweeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// ErrOtherPolicy refuses a plan that another policy made, as a whole.
var ErrOtherPolicy = errors.New("the plan was made under another policy")

// errKept refuses a file that a plan names and that is not due any more.
var errKept = errors.New("it is no longer due")

// refusals are the errors by which a file refuses to be moved; nothing is
// wrong then but the plan.
var refusals = []error{
	errKept, fs.ErrNotExist, fs.ErrExist, providers.ErrChanged, providers.ErrBusy, providers.ErrProtected,
	providers.ErrOutside, errors.ErrUnsupported,
}

// Execute carries the plan out, once: ErrOtherPolicy, a *LimitError or a
// *journal.LeasedError refuse it whole, before anything was changed.
//
// The plan is an upper bound. Of each file in it Execute asks again whether it
// is there at the same revision, what its verdict is - of the journal, or by a
// fresh examination, never of the plan - and whether the policy still says
// trash. Whatever refuses or fails is a Problem of the Summary and stops no
// other file. When ctx ends, the moves under way are finished and no other is
// begun.
func (s *Sweeper) Execute(ctx context.Context, p *Plan, progress func(done int)) (*Summary, error) {
	if p.Policy != s.o.Policy.Hash() {
		return nil, ErrOtherPolicy
	}
	if err := p.Over(s.o.Policy.Limits); err != nil {
		return nil, err
	}
	return s.run(ctx, "apply", func(ctx context.Context, sum *Summary) error {
		sum.saw(p.Scan)
		if err := s.mark(ctx, p.Mark, sum); err != nil {
			return err
		}
		done := 0
		for _, part := range []struct {
			doing string
			items []Item
			do    func(context.Context, *reader, int64, Item) error
			count func(Item)
		}{
			{"trash", p.Trash, s.trash, func(it Item) { sum.Trashed++; sum.Bytes += it.Entry.Size }},
			{"purge", p.Purge, s.purge, func(it Item) { sum.Purged++; sum.Bytes += it.Entry.Size }},
		} {
			s.each(ctx, part.items, func(it Item, r *reader) error { return part.do(ctx, r, sum.Run, it) },
				func(it Item, err error) {
					if done++; progress != nil {
						progress(done)
					}
					if err == nil {
						part.count(it)
						return
					}
					sum.refuse(it, part.doing, err)
				})
		}
		return ctx.Err()
	})
}

// run is one recorded run that may change something: leases, the record of
// what was interrupted, the act, the summary.
func (s *Sweeper) run(ctx context.Context, kind string, act func(context.Context, *Summary) error) (_ *Summary, err error) {
	release, err := s.lease(ctx, kind)
	if err != nil {
		return nil, err
	}
	defer release()
	started := s.o.Now()
	sum := &Summary{}
	if sum.Run, err = s.o.Journal.BeginRun(ctx, kind, s.o.Policy.Hash()); err != nil {
		return nil, fmt.Errorf("record the run: %w", err)
	}
	if err = s.Reconcile(ctx, sum); err == nil {
		err = act(ctx, sum)
	}
	sum.Duration = s.o.Now().Sub(started)
	text, jerr := json.Marshal(sum)
	if jerr == nil {
		jerr = s.o.Journal.EndRun(ctx, sum.Run, text, err)
	}
	if jerr != nil {
		err = errors.Join(err, fmt.Errorf("record the summary: %w", jerr))
	}
	s.o.Log.Info(kind, "summary", sum)
	return sum, err
}

// refuse counts an item that was not done.
func (sum *Summary) refuse(it Item, doing string, err error) {
	if refused(err) {
		sum.Refused++
	} else {
		sum.Failed++
	}
	sum.problem(it.Storage, it.Entry.Path, doing, err)
}

func refused(err error) bool {
	for _, kind := range refusals {
		if errors.Is(err, kind) {
			return !errors.Is(err, providers.ErrUncertain)
		}
	}
	return false
}

// each does the items, several at once, and reports one at a time.
func (s *Sweeper) each(ctx context.Context, items []Item, do func(Item, *reader) error, report func(Item, error)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	queue := make(chan Item)
	for range min(s.o.Workers, len(items)) {
		wg.Go(func() {
			r := new(reader)
			for it := range queue {
				err := do(it, r)
				mu.Lock()
				report(it, err)
				mu.Unlock()
			}
		})
	}
	for _, it := range items {
		if ctx.Err() != nil {
			break
		}
		queue <- it
	}
	close(queue)
	wg.Wait()
}

// trash moves one file of a plan, if it is still what the plan says and the
// policy still wants it.
func (s *Sweeper) trash(ctx context.Context, r *reader, run int64, it Item) error {
	st, err := s.storage(it.Storage)
	if err != nil {
		return err
	}
	e, err := st.Stat(ctx, it.Entry.Ref)
	if err != nil {
		return err
	}
	if e.Revision != it.Entry.Revision || e.Size != it.Entry.Size || e.Path != it.Entry.Path {
		return providers.ErrChanged
	}
	rec, err := s.record(ctx, st, r, e)
	if err != nil {
		return err
	}
	d, err := s.decideNow(ctx, st.Name(), rec)
	if err != nil {
		return err
	}
	if d.Action != policy.Trash {
		return fmt.Errorf("%w: the policy says %s", errKept, d.Action)
	}
	_, err = st.Trash(ctx, e, providers.Cause{Run: run, Rule: d.Rule, Reasons: d.Reasons})
	return err
}

// record is the journal's record of exactly that revision, or a fresh one.
func (s *Sweeper) record(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry) (journal.Record, error) {
	rec, err := s.o.Journal.Record(ctx, st.Name(), fingerprint.Version, e.Ref)
	same := err == nil && rec.Entry.Revision == e.Revision && rec.Entry.Path == e.Path
	switch {
	case same && !e.Weak:
		return rec, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return rec, fmt.Errorf("read the verdict: %w", err)
	case !same:
		rec = journal.Record{} // what was first seen, or marked, was another file
	}
	r.open(ctx, st, e)
	v, err := s.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err != nil {
		return rec, err
	}
	rec.Entry, rec.Verdict = e, v
	return rec, nil
}

// decideNow asks for the person's word at the moment of acting.
func (s *Sweeper) decideNow(ctx context.Context, storage string, rec journal.Record) (policy.Decision, error) {
	word, err := s.o.Journal.Word(ctx, rec.Entry)
	if err != nil {
		return policy.Decision{}, fmt.Errorf("read what a person said: %w", err)
	}
	return s.decide(storage, rec, word), nil
}

// decide is what is to become of a recorded file: a person's word first, then
// the policy.
func (s *Sweeper) decide(storage string, rec journal.Record, word journal.Word) policy.Decision {
	d := s.o.Policy.Decide(facts(storage, rec), s.o.Now())
	if d.Action != policy.Keep && word == journal.Keep {
		return policy.Decision{Action: policy.Keep, Reasons: []string{"you said keep"}}
	}
	return d
}

// mark begins the grace of the files. The journal marks each only if its record
// is still of that revision; whether it is due is decided when its time comes.
func (s *Sweeper) mark(ctx context.Context, items []Item, sum *Summary) error {
	in := map[string][]providers.Entry{}
	for _, it := range items {
		in[it.Storage] = append(in[it.Storage], it.Entry)
	}
	for storage, entries := range in {
		n, err := s.o.Journal.Mark(ctx, storage, entries, s.o.Now())
		if err != nil {
			return fmt.Errorf("record the graces: %w", err)
		}
		sum.Marked += n
		if less := int64(len(entries)) - n; less > 0 {
			sum.Refused += less
			sum.problem(storage, "", "begin the grace of every file of", fmt.Errorf("%d were trashed or examined anew since: %w", less, providers.ErrChanged))
		}
	}
	return nil
}

// purge deletes for good one file that the journal says we trashed long
// enough ago; the plan only names it.
func (s *Sweeper) purge(ctx context.Context, _ *reader, run int64, it Item) error {
	st, err := s.storage(it.Storage)
	if err != nil {
		return err
	}
	after := s.o.Policy.Trash.Ours
	if after <= 0 {
		return fmt.Errorf("%w: the policy purges nothing", errKept)
	}
	f := dueForPurge(st.Name(), s.o.Now(), after)
	f.Key = it.Key
	for op, err := range s.o.Journal.Operations(ctx, f) {
		if err != nil {
			return err
		}
		if e := op.Op.Entry; op.Key != it.Key || e.Ref != it.Entry.Ref || e.Revision != it.Entry.Revision || e.Path != it.Entry.Path || e.Size != it.Entry.Size {
			return fmt.Errorf("%w: the journal knows another file by that key", errKept)
		}
		return st.Purge(ctx, op.Op.Entry, op.Receipt, providers.Cause{Run: run, Rule: "trash.ours", Reasons: it.Decision.Reasons})
	}
	return fmt.Errorf("%w: the journal knows no such file in the trash of that age", errKept)
}
