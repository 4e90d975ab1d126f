package sweeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// byReturn holds a file that sweepd has trashed before and that another program has brought back.
func (q *question) byReturn(ctx context.Context) error {
	if q.d.Action != policy.Trash && !q.d.Grace {
		return nil
	}
	since, err := q.facts.returned(ctx)
	switch {
	case isTransient(ctx, err):
		return err
	case err != nil:
		q.d = hold(
			q.d,
			policy.ReasonUnknown,
			language.Messagef("cannot tell whether it was restored from the trash: %v", err),
		)
	case !since.IsZero():
		q.d = hold(q.d, policy.ReasonReturned, language.Messagef("it was restored after sweepd had moved it to the "+
			"trash on %s",
			since.Local().Format(time.DateOnly)))
	default:
		return nil
	}
	q.d.Grace, q.d.NotBefore = false, time.Time{}
	return nil
}

// returned returns the time at which sweepd trashed the file that is back, or the zero time if it did not. A file is
// back
//
//   - in its old place, with the content of the file in the trash, or while that file is no longer in the trash;
//   - in another place, with its old size and its old modification or birth time, while the file is no longer in the
//     trash.
//
// Files that sweepd itself restored or purged do not count: an undo records a decision of its own. On a remote storage,
// where comparing contents costs much, the times count in the old place, and other places do not count. Files that
// were trashed in a storage that is not open cannot be checked and do not count.
func (s *Sweeper) returned(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry,
) (time.Time, error) {
	ops, err := s.o.Journal.MovedLike(ctx, e)
	if err != nil {
		return time.Time{}, err
	}
	for _, op := range ops {
		owner, err := s.storage(op.Op.Storage)
		if err != nil || owner != st && (isRemote(owner) || isRemote(st)) {
			continue
		}
		was := op.Op.Entry
		inPlace := was.Ref == e.Ref || was.Path == e.Path && !isRemote(st)
		sameTime := was.Modified.UnixMicro() == e.Modified.UnixMicro() ||
			!e.Created.IsZero() && was.Created.UnixMicro() == e.Created.UnixMicro()
		back := false
		switch {
		// It only has the same size.
		case !inPlace && !sameTime:
		case isRemote(st):
			back = inPlace && sameTime
		case inPlace:
			back, err = s.copyOfTrashed(ctx, st, r, e, owner, op)
		default:
			back, err = leftTrash(ctx, owner, op)
		}
		if err != nil || back {
			return op.Ended, err
		}
	}
	return time.Time{}, nil
}

// copyOfTrashed reports whether e has the content of the file that the operation trashed, or whether that file is no
// longer in the trash.
func (s *Sweeper) copyOfTrashed(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry, owner *providers.Storage,
	op journal.Operation,
) (bool, error) {
	r.openTrashed(ctx, owner, providers.Trashed{Receipt: op.Receipt, Path: op.Op.Entry.Path, Size: op.Op.Entry.Size})
	sums, err := r.sums()
	// That file has left the trash, and e may be it.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, providers.ErrChanged) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if e.SHA256 != ([sha256.Size]byte{}) {
		return e.SHA256 == sums.SHA256, nil
	}
	is, err := content(ctx, st, r, e)
	return is.SHA256 == sums.SHA256, err
}

// leftTrash reports whether the file that the operation trashed is no longer in its storage's trash.
func leftTrash(ctx context.Context, owner *providers.Storage, op journal.Operation) (bool, error) {
	rc, err := owner.ReadTrashed(ctx, providers.Trashed{
		Receipt: op.Receipt,
		Path:    op.Op.Entry.Path,
		Size:    op.Op.Entry.Size,
	}, 0, 1)
	switch {
	case err == nil:
		return false, rc.Close()
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, providers.ErrChanged):
		return true, nil
	}
	return false, err
}
