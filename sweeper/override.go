package sweeper

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Keep, Approve and Forget record a decision of the user on one file. They need no lease: a sweep under way applies
// the decision at its next file.

// copiesError is returned by Keep if the file is kept, but its copies are not, because it could not be read.
type copiesError struct{ Err error }

// Error returns the consequence and the cause.
func (e *copiesError) Error() string {
	return "the file is kept, but its copies are not: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *copiesError) Unwrap() error { return e.Err }

// KeptError is returned by Approve for a file that is kept: there is nothing to approve.
type KeptError struct {
	Path    string
	Reasons []language.Message
}

// Error returns why the file is kept.
func (e *KeptError) Error() string {
	return fmt.Sprintf("%q is neither held nor up for review; it is kept (%s)", e.Path, language.Join(e.Reasons, "; "))
}

// Keep keeps the file until it is modified, and every file with its content, in any storage. It returns an error
// that wraps the cause if only the first of these could be recorded.
func (s *Sweeper) Keep(ctx context.Context, st *providers.Storage, e providers.Entry) error {
	if err := s.o.Journal.SetOverride(ctx, e, journal.Keep); err != nil { // first: an unreadable file is kept as well
		return err
	}
	c, err := s.Content(ctx, st, e)
	if err == nil {
		err = s.o.Journal.SetContentOverride(ctx, c, journal.Keep)
	}
	if err != nil {
		return &copiesError{err}
	}
	return nil
}

// UnshownError is returned by Approve if guards hold the file that the user was not shown.
type UnshownError struct {
	Held    []providers.Held // all that hold it now
	Unshown []providers.Held // those of them that were not shown
}

// Why returns the reasons of the guards that were not shown.
func (e *UnshownError) Why() []language.Message {
	var all []language.Message
	for _, h := range e.Unshown {
		if !slices.ContainsFunc(all, func(m language.Message) bool { return m.String() == h.Why.String() }) {
			all = append(all, h.Why)
		}
	}
	return all
}

// Error returns what holds the file.
func (e *UnshownError) Error() string {
	return fmt.Sprintf("it was not shown that something holds it (%s)", language.Join(e.Why(), ", "))
}

// Approve lets the next plan trash the file exactly as e is, although something holds it or it is up for review. The
// file is examined again. Guards are lifted only if they are among those shown to the user: if another one holds the
// file, Approve records nothing and returns an *UnshownError. It returns a *KeptError if a rule or the user keeps it.
func (s *Sweeper) Approve(
	ctx context.Context, st *providers.Storage, e providers.Entry, shown []providers.Held,
) error {
	x, err := s.Explain(ctx, st, e)
	if err != nil {
		return err
	}
	if x.Decision.Action == policy.Keep {
		return &KeptError{e.Path, x.Decision.Reasons}
	}
	if !x.Decision.Approved { // else nothing more is lifted
		held, err := s.lifted(ctx, st, x)
		if err != nil {
			return err
		}
		if unshown := others(held, shown); len(unshown) > 0 {
			return &UnshownError{held, unshown}
		}
	}
	return s.o.Journal.SetOverride(ctx, e, journal.Approve)
}

// lifted returns the guards that an approval of the file lifts, each once. A file up for review, or in its grace, has
// them too: the decision does not name them, because it does not get as far.
func (s *Sweeper) lifted(ctx context.Context, st *providers.Storage, x Explanation) ([]providers.Held, error) {
	held := slices.Clone(x.Guards)
	held = append(held, others(x.Decision.Guards, held)...)
	if holdsTag(s.o.Policy, x.Verdict) {
		tag := providers.Held{Guard: providers.GuardTagged, Why: whyTagged()}
		held = append(held, others([]providers.Held{tag}, held)...)
	}
	last, err := s.spareKnown(ctx, st, x.Entry, policy.Decision{Action: policy.Trash})
	return append(held, others(last.Guards, held)...), err
}

// others returns the guards of held that known does not have.
func others(held, known []providers.Held) (all []providers.Held) {
	for _, h := range held {
		if !slices.ContainsFunc(known, func(k providers.Held) bool { return k.Guard == h.Guard }) {
			all = append(all, h)
		}
	}
	return all
}

// Forget returns the file, and every file with its content, to the policy.
func (s *Sweeper) Forget(ctx context.Context, st *providers.Storage, e providers.Entry) error {
	c, err := s.Content(ctx, st, e)
	if err == nil {
		err = s.o.Journal.SetContentOverride(ctx, c, journal.NoOverride)
	}
	if err == nil {
		_, err = s.o.Journal.ClearOverrides(ctx, e.Ref)
	}
	return err
}

// Refind returns one file with its verdict and the decision on it as they are now, as a scan finds it. It takes the
// verdict from the journal, and returns fs.ErrNotExist if that has none of this revision.
func (s *Sweeper) Refind(ctx context.Context, st *providers.Storage, e providers.Entry) (Found, error) {
	doubt, err := s.prepare(ctx)
	if err != nil {
		return Found{}, err
	}
	rec, err := s.o.Journal.Record(ctx, st.Name(), s.o.Policy.Detectors(st.Name()), e.Ref)
	if err != nil {
		return Found{}, err
	}
	if rec.Entry.Revision != e.Revision {
		return Found{}, fmt.Errorf("%s at this revision: %w", e.Path, fs.ErrNotExist)
	}
	k, err := s.learnt(ctx)
	if err != nil {
		return Found{}, err
	}
	e.Hashes = e.Hashes.Or(rec.Entry.Hashes)
	base := rec.Verdict
	rec.Entry = e
	k.weigh(&rec)
	if err := s.recallLook(ctx, st, &rec); err != nil {
		return Found{}, err
	}
	d, err := s.liveDecider(doubt).decide(ctx, st, new(reader), rec)
	f := Found{
		Storage: st.Name(), Entry: e, Verdict: rec.Verdict, Decision: d, Marked: !rec.Marked.IsZero(), base: base,
	}
	f.match, _ = k.of(e)
	return f, err
}
