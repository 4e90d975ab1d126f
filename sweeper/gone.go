package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// goneError is the outcome for a file that was to be taken out of the trash but had left it before, by no known
// operation of sweepd.
type goneError struct{ back bool }

// Error returns where the file is now, as far as that is known.
func (e *goneError) Error() string {
	if e.back {
		return "it is no longer in the trash: it was restored outside sweepd"
	}
	return "it was removed from the trash outside sweepd"
}

// Unwrap returns fs.ErrNotExist, as the storage itself would.
func (e *goneError) Unwrap() error { return fs.ErrNotExist }

// missing returns the trash operations whose files have left the trash although the journal has them there. It looks
// only in storages where that is cheap; in the others a purge notices. It calls each, which may be nil, for all files
// that are in the trash by the journal.
func (s *Sweeper) missing(ctx context.Context, each func(journal.Operation)) (items []Item, err error) {
	for op, err := range s.operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return nil, fmt.Errorf("read what is in the trash: %w", err)
		}
		if each != nil {
			each(op)
		}
		st, err := s.storage(op.Op.Storage)
		if err == nil && !isRemote(st) && (!st.Part() || inRoots(st, op.Op.Entry.Path)) && left(ctx, st, op) {
			d := policy.Decision{Rule: op.Op.Cause.Rule}
			items = append(items, Item{
				Storage: st.Name(), Entry: op.Op.Entry, Key: op.Key, Receipt: op.Receipt, Decision: d,
			})
		}
	}
	return items, ctx.Err()
}

// inRoots reports whether the path is in a root for which the storage was opened.
func inRoots(st *providers.Storage, path string) bool {
	return slices.ContainsFunc(st.Roots(), func(root string) bool { return within(path, root) })
}

// left reports whether the file of the operation was looked for in the trash and is not there. It changes nothing.
func left(ctx context.Context, st *providers.Storage, op journal.Operation) bool {
	// To open it for no bytes shows whether it is there.
	rc, err := st.ReadTrashed(ctx, providers.Trashed{Receipt: op.Receipt, Path: op.Op.Entry.Path}, 0, 0)
	if err == nil {
		_ = rc.Close() // no bytes were read
	}
	return errors.Is(err, fs.ErrNotExist)
}

// compare compares the journal with the trash and records the files that have left it.
func (s *Sweeper) compare(ctx context.Context, sum *Summary, each func(journal.Operation)) error {
	items, err := s.missing(ctx, each)
	if err != nil {
		return err
	}
	// A pause does not stop this, because nothing is deleted.
	s.each(ctx, items, func() error { return nil }, func(it *Item, _ *reader) error {
		return s.noteGone(ctx, *it, sum.Run)
	}, func(it Item, err error) {
		if _, gone := errors.AsType[*goneError](err); !gone {
			s.o.Log.Warn("whether a file has left the trash is not known",
				"event", "trash_unknown", "storage", it.Storage, "err", err)
			return
		}
		sum.left(it.Key)
		sum.did(it, providers.OpGone, err)
	})
	return ctx.Err()
}

// noteGone records that the file has left the trash. It then returns a *goneError; any other error is the reason why
// it is not known.
func (s *Sweeper) noteGone(ctx context.Context, it Item, run int64) error {
	st, err := s.storage(it.Storage)
	if err != nil {
		return err
	}
	back, err := st.NoteGone(ctx, it.Entry, it.Receipt,
		providers.Cause{Run: run, Reasons: []string{"it is no longer in the trash"}})
	if err != nil {
		return err
	}
	return &goneError{back.Ref != ""}
}
