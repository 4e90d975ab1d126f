package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// purge is the purging of one plan, with the present entries of the bins.
type purge struct {
	s   *Sweeper
	by  decider                          // with the user's decisions as of now
	due map[providers.Receipt]TrashEntry // of other programs, examined afresh

	mu   sync.Mutex
	ours operations // until they are purged; guarded by mu
}

// operations are the trash operations of sweepd's own files that a plan purges, by their keys, as the journal has them
// once the storages are leased: no one else changes them then.
type operations map[string]journal.Operation

// plannedOurs returns the keys of sweepd's own files. note fills in the operations.
func plannedOurs(items []Item) operations {
	ours := operations{}
	for _, it := range items {
		if it.PurgeReason == PurgeReasonOurs {
			ours[it.Key] = journal.Operation{}
		}
	}
	return ours
}

// note keeps the operation of a file that is in the trash, if it is planned.
func (o operations) note(op journal.Operation) {
	if _, planned := o[op.Key]; planned {
		o[op.Key] = op
	}
}

// newPurge looks up what the items stand for now: for those of other programs it lists the bins and examines the
// entries again.
func (s *Sweeper) newPurge(
	ctx context.Context, by decider, items []Item, ours operations, sum *Summary,
) (*purge, error) {
	w := &purge{s: s, by: by, due: map[providers.Receipt]TrashEntry{}, ours: ours}
	others := map[providers.Receipt]bool{}
	for _, it := range items {
		if it.PurgeReason != PurgeReasonOurs {
			others[it.Receipt] = true
		}
	}
	var err error
	// by decides on files, and so has no times of runs yet.
	if w.by.before, err = s.o.Journal.TimeBefore(ctx, s.o.Now()); err != nil {
		return nil, fmt.Errorf("read the times of earlier runs: %w", err)
	}
	if len(others) == 0 {
		return w, nil
	}
	return w, s.bins(ctx, by.doubt, sum, others, func(b TrashEntry) {
		// A verdict by the header alone is not enough to delete.
		if b.Due && !b.Verdict.Partial {
			w.due[b.Trashed.Receipt] = b
		}
	})
}

// purge deletes one file of a plan for good if the journal and a fresh look at the bin show that it is due and the
// user has not decided to keep it meanwhile. The plan only names the file.
func (w *purge) purge(ctx context.Context, r *reader, run int64, it Item) error {
	st, err := w.s.storage(it.Storage)
	if err != nil {
		return err
	}
	b, err := w.entry(it)
	if err != nil {
		return err
	}
	k, err := w.by.learnt(ctx)
	if err != nil {
		return err
	}
	by := w.by // both look at what is known now
	by.learnt = func(context.Context) (knowledge, error) { return k, nil }
	kept, err := by.keptInBin(ctx, st, r, b.Trashed)
	if err == nil && kept.IsZero() {
		kept, err = by.givenInBin(ctx, st, r, b.Trashed)
	}
	switch {
	case err != nil:
		return err
	case !kept.IsZero():
		return fmt.Errorf("%w: %s", errKept, kept)
	}
	if err := w.s.o.Paused(); err != nil { // reading the file may have taken long
		return err
	}
	now := b.item()
	err = st.Purge(ctx, now.Entry, b.Trashed.Receipt,
		providers.Cause{Run: run, Rule: now.Decision.Rule, Reasons: language.English(now.Decision.Reasons)})
	return w.unlessGone(ctx, b, run, err)
}

// entry returns the due entry that the item names, or an error that wraps errKept.
func (w *purge) entry(it Item) (b TrashEntry, err error) {
	if b = w.due[it.Receipt]; it.PurgeReason == PurgeReasonOurs {
		if b, err = w.own(it); err != nil {
			return b, err
		}
	}
	now := b.item()
	if !b.Due || b.PurgeReason != it.PurgeReason || now.Entry.Path != it.Entry.Path ||
		now.Entry.Size != it.Entry.Size ||
		b.Storage != it.Storage {
		return b, fmt.Errorf("%w: no such file has been in the trash that long", errKept)
	}
	return b, nil
}

// unlessGone returns the error of a purge, or a *goneError if it shows that the file had left the trash before.
func (w *purge) unlessGone(ctx context.Context, b TrashEntry, run int64, err error) error {
	switch {
	case errors.Is(err, providers.ErrUncertain): // its record is open, and Finish looks whether it was done
		return err
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, providers.ErrChanged):
		return err
	case b.PurgeReason == PurgeReasonOurs:
		if gone := w.s.noteGone(ctx, b.item(), run); errors.Is(gone, fs.ErrNotExist) {
			return gone
		}
	case errors.Is(err, fs.ErrNotExist):
		return &goneError{}
	}
	return err
}

// own returns the entry as the journal has it.
func (w *purge) own(it Item) (b TrashEntry, err error) {
	w.mu.Lock()
	op := w.ours[it.Key]
	delete(w.ours, it.Key) // a plan may name it twice
	w.mu.Unlock()
	if op.Key == "" {
		return b, fmt.Errorf("%w: the journal knows no such file in the trash", errKept)
	}
	if op.Op.Entry.Ref != it.Entry.Ref || op.Op.Entry.Revision != it.Entry.Revision {
		return b, fmt.Errorf("%w: the journal knows another file by that key", errKept)
	}
	return w.by.oursOf(op), nil
}
