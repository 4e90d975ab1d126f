package sweeper

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// The journal's Undoable returns the operations that a person selects, and Undo restores their files in a run. A
// restored file is kept from then on: by its name through the journal's End, and by its content through keepContent if
// the storage has returned no hash of it.

// Undo restores the files that the operations trashed. The first of several files with the same path is restored first.
// It never overwrites: a file whose name is taken stays in the trash and is a Problem. The journal keeps restored files
// from then on, both the file and its content, because the user asked for them.
func (s *Sweeper) Undo(ctx context.Context, ops []journal.Operation, progress func(done int)) (*Summary, error) {
	return s.run(ctx, "undo", nil, nil, nil, func(ctx context.Context, sum *Summary) error {
		s.lacking(sum)
		byKey := map[string]journal.Operation{}
		var items []Item
		for _, op := range ops {
			byKey[op.Key] = op
			items = append(items, Item{
				Storage:  op.Op.Storage,
				Entry:    op.Op.Entry,
				Key:      op.Key,
				Decision: policy.Decision{Rule: op.Op.Cause.Rule},
			})
		}
		done := 0
		restore := func(it *Item, r *reader) error { return s.restore(ctx, r, sum.Run, byKey[it.Key]) }
		restored := func(it Item, err error) {
			if done++; progress != nil {
				progress(done)
			}
			if errors.Is(err, errResolved) {
				return
			}
			if u, ok := errors.AsType[*unkeptError](err); ok {
				sum.problem(it.Storage, it.Entry.Path, "keep every copy of", u.err)
				err = nil
			}
			sum.did(it, providers.OpRestore, err)
		}
		var lost error
		for _, wave := range waves(items) {
			lost = cmp.Or(lost, s.each(ctx, wave, s.lost, restore, restored))
		}
		return errors.Join(ctx.Err(), cmp.Or(lost, s.lost()))
	})
}

// waves divides the items so that each path is in a wave once, in the order of the items: files are restored in
// parallel, and the first of a path gets the name.
func waves(items []Item) (all [][]Item) {
	times := map[string]int{}
	for _, it := range items {
		n := times[it.Entry.Path]
		times[it.Entry.Path]++
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], it)
	}
	return all
}

// errResolved is returned if completing an interrupted run has shown that the file is not in the trash, or has
// brought it back.
var errResolved = errors.New("it is no longer in the trash")

// unkeptError is the reason why a restored file is kept as a file but not by its content. The restore itself has
// succeeded, so this is a problem of the run and no failure of the operation.
type unkeptError struct{ err error }

func (e *unkeptError) Error() string { return "its content is not kept: " + e.err.Error() }

// restore brings back one file, by its present record.
func (s *Sweeper) restore(ctx context.Context, r *reader, run int64, op journal.Operation) error {
	st, err := s.storage(op.Op.Storage)
	if err != nil {
		return err
	}
	// There is one, or none.
	for now, err := range s.o.Journal.Operations(ctx, journal.Filter{Key: op.Key}) {
		if err != nil {
			return err
		}
		// The run has already looked up interrupted operations, so one that is still open could not be completed.
		if !now.MaybeInTrash() || now.Ended.IsZero() {
			break
		}
		e := now.Op.Entry
		if !isRemote(st) { // a remote storage reports its hashes, or the file is read once it is back
			e.Hashes = hashesInBin(ctx, st, r, now)
		}
		back, err := st.Restore(ctx, e, now.Receipt, providers.Cause{Run: run, Reasons: []string{"undo"}})
		if err == nil && back.SHA256 == ([sha256.Size]byte{}) {
			err = s.keepContent(ctx, st, r, back)
		}
		return err
	}
	return errResolved
}

// hashesInBin returns the hashes of a file in the trash, or none if it cannot be read.
func hashesInBin(ctx context.Context, st *providers.Storage, r *reader, op journal.Operation) providers.Hashes {
	e := op.Op.Entry
	r.openTrashed(ctx, st, providers.Trashed{Receipt: op.Receipt, Path: e.Path, Size: e.Size})
	sums, err := r.sums()
	if err != nil {
		return providers.Hashes{}
	}
	return sums
}

// keepContent keeps the content of a restored file. On a disk and in a Dropbox a file is identified by its path, so a
// file that the user moves afterwards has another identity. It returns an *unkeptError.
func (s *Sweeper) keepContent(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry) error {
	c, err := content(ctx, st, r, e)
	if err == nil {
		err = s.o.Journal.SetContentOverride(ctx, c, journal.Keep)
	}
	if err != nil {
		return &unkeptError{err}
	}
	return nil
}

// keepFinished calls keepContent for a file that completing an interrupted restore has brought back.
func (s *Sweeper) keepFinished(ctx context.Context, st *providers.Storage, op providers.Op) error {
	e, err := st.Stat(ctx, op.Entry.Ref)
	if err != nil {
		return &unkeptError{err}
	}
	return s.keepContent(ctx, st, new(reader), e)
}

// abandoned reports whether an interrupted operation had no effect, or begins anew if it is still due: that ends it
// and is no problem. It is not ended if its record is still open.
func abandoned(op providers.Op, err error) bool {
	ended := op.Kind == providers.OpTrash && errors.Is(err, fs.ErrNotExist) || errors.Is(err, providers.ErrInterrupted)
	return ended && !errors.Is(err, providers.ErrUnrecorded) && !errors.Is(err, providers.ErrUncertain)
}
