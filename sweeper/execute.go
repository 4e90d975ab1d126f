package sweeper

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// ErrOtherPolicy refuses a plan as a whole that was made under another policy.
var ErrOtherPolicy = errors.New("the plan was made under another policy")

// Execute carries out the plan once. ErrOtherPolicy, ErrPaused, a *LimitError, a *SurgeError or a
// *journal.LeasedError refuse it as a whole, before any change.
//
// The plan is an upper bound. For each file Execute checks again that it is there at the same revision, what its
// verdict is (from the journal or a fresh examination, never from the plan), and that the policy, the user and the
// guards still allow the move. Each refusal and each failure is a Problem of the Summary and stops no other file. If
// ctx ends or the user pauses, the moves under way are completed and no other begins.
func (s *Sweeper) Execute(ctx context.Context, p *Plan, progress func(done int)) (*Summary, error) {
	if p.Policy != s.o.Policy.Hash() {
		return nil, ErrOtherPolicy
	}
	if err := s.o.Paused(); err != nil {
		return nil, err
	}
	doubt, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	allow := func() error { return s.claim(ctx, p) }
	ours := plannedOurs(p.Purge)
	return s.run(ctx, "apply", doubt, allow, ours.note, func(ctx context.Context, sum *Summary) error {
		sum.Plan = p.ID
		// A plan that was loaded from a file has no Scan.
		sum.saw(p.Scan)
		if err := s.mark(ctx, doubt, p.Mark, sum); err != nil {
			return err
		}
		return s.carryOut(ctx, s.liveDecider(doubt), p, ours, sum, progress)
	})
}

// CarriedOut returns the run that has executed the saved plan to its end and with every file, or 0 if there is none.
func (s *Sweeper) CarriedOut(ctx context.Context, p *Plan) (run int64, err error) {
	if p.ID == "" {
		return 0, nil
	}
	runs, err := s.o.Journal.RunsSince(ctx, p.Made)
	for _, r := range runs {
		var sum Summary
		if r.Err != "" || json.Unmarshal(r.Summary, &sum) != nil {
			continue // the run was interrupted or ended early
		}
		// A run that refused or failed some files may be repeated for these.
		if sum.Plan == p.ID && sum.Refused+sum.Failed+sum.Errors == 0 {
			return r.ID, nil
		}
	}
	return 0, err
}

// carryOut trashes, then purges.
func (s *Sweeper) carryOut(
	ctx context.Context, by decider, p *Plan, ours operations, sum *Summary, progress func(done int),
) error {
	done := 0
	// report passes each outcome to the caller and the summary.
	report := func(it Item, doing providers.OpKind, err error) {
		if done++; progress != nil {
			progress(done)
		}
		sum.did(it, doing, err)
	}
	gone := planned(p.Trash)
	stopped := s.each(ctx, p.Trash, s.stopped,
		func(it *Item, r *reader) error { return by.trash(ctx, r, sum.Run, it, gone) },
		func(it Item, err error) { report(it, providers.OpTrash, err) })
	// The run has just recorded these as gone, so there is nothing to purge.
	due := slices.DeleteFunc(slices.Clone(p.Purge), func(it Item) bool { return sum.gone[it.Key] })
	if len(due) > 0 && ctx.Err() == nil && cmp.Or(stopped, s.stopped()) == nil {
		each := func(it Item, err error) { report(it, providers.OpPurge, err) }
		stopped = s.purge(ctx, by, due, ours, sum, each)
	}
	return errors.Join(ctx.Err(), cmp.Or(stopped, s.stopped()))
}

// purge deletes the items for good and measures the space that this frees. It returns what each does.
func (s *Sweeper) purge(
	ctx context.Context, by decider, items []Item, ours operations, sum *Summary, report func(Item, error),
) error {
	before := s.free(ctx)
	w, err := s.newPurge(ctx, by, items, ours, sum)
	if err != nil {
		return err
	}
	stopped := s.each(ctx, items, s.stopped,
		func(it *Item, r *reader) error { return w.purge(ctx, r, sum.Run, *it) }, report)
	// The storages of one space report the same figure, which counts once.
	for space, free := range s.free(ctx) {
		// If nothing was purged, other programs have made the difference.
		if was, ok := before[space]; ok && sum.Purged > 0 {
			sum.Freed += max(free-was, 0)
		}
	}
	return stopped
}

// stopped returns the reason why no further file may begin: lost, or the user has paused. It returns nil if there is
// none.
func (s *Sweeper) stopped() error {
	if err := s.lost(); err != nil {
		return err
	}
	return s.o.Paused()
}

// lost returns the reason why this run can record no further intent: the journal has failed, or a lease is lost
// (journal.ErrFenced). It returns nil if there is none.
func (s *Sweeper) lost() error {
	if err := s.o.Journal.Err(); err != nil {
		return err
	}
	for _, st := range s.o.Storages {
		if err := s.o.Journal.Fenced(st.Name()); err != nil {
			return err
		}
	}
	return nil
}

// free returns the free bytes of the storages by space, without the storages that do not report them.
func (s *Sweeper) free(ctx context.Context) map[string]int64 {
	all := map[string]int64{}
	for _, st := range s.o.Storages {
		if free, err := st.Free(ctx); err == nil {
			maps.Copy(all, free)
		}
	}
	return all
}

// mark begins the grace of the files. The journal marks a file only if its record is still of that revision. Whether
// the file is due is decided when the grace ends.
func (s *Sweeper) mark(ctx context.Context, doubt *journal.ClockError, items []Item, sum *Summary) error {
	if doubt != nil {
		for _, it := range items {
			sum.refuse(it, "begin the grace of", doubt)
		}
		return nil
	}
	of := map[[2]string][]providers.Entry{} // by storage and rule
	for _, it := range items {
		key := [2]string{it.Storage, it.Decision.Rule}
		of[key] = append(of[key], it.Entry)
	}
	for key, entries := range of {
		storage, rule, now := key[0], key[1], s.o.Now()
		n, err := s.o.Journal.Mark(ctx, storage, entries, now)
		if err != nil {
			return fmt.Errorf("record the graces: %w", err)
		}
		sum.Marked += n
		sum.rule(rule).began(n, now.Add(s.o.Policy.Grace(rule)))
		if less := int64(len(entries)) - n; less > 0 {
			sum.refused("changed", less)
			sum.problem(storage, "", "begin the grace of every file of",
				fmt.Errorf("%d were trashed or examined anew since: %w", less, providers.ErrChanged))
		}
	}
	return nil
}
