package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sweepd/sweepd/providers"
)

// Undone selects what an undo brings back: everything that one run trashed, or files, each by a filter on the
// operations that moved it, of which the latest counts. Undoable returns fs.ErrNotExist if nothing of the run, or no
// such file, is still in the trash.
type Undone struct {
	Run   int64
	Files []Filter
}

// Undoable returns the trash operations that u selects and that can be undone, also interrupted ones: an undo first
// looks up their outcome.
func (j *Journal) Undoable(ctx context.Context, u Undone) ([]Operation, error) {
	var ops []Operation
	if u.Run != 0 {
		for op, err := range j.Operations(ctx, Filter{Run: u.Run}) {
			if err != nil {
				return nil, err
			}
			if op.MaybeInTrash() {
				ops = append(ops, op)
			}
		}
		if len(ops) == 0 {
			return nil, fmt.Errorf("run %d has no files in the trash: %w", u.Run, fs.ErrNotExist)
		}
	}
	chosen := map[string]bool{}
	for _, f := range u.Files {
		// The latest operation on a file counts.
		f.Newest = true
		op, err := j.latest(ctx, f)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("sweepd has not moved %q to the trash: %w", cmp.Or(f.Path, string(f.Ref)), err)
		}
		if err != nil {
			return nil, err
		}
		// Two filters may select the same operation.
		if !chosen[op.Key] {
			chosen[op.Key], ops = true, append(ops, op)
		}
	}
	return ops, nil
}

// NewestRunInTrash returns the latest run that still has files in the trash, or fs.ErrNotExist.
func (j *Journal) NewestRunInTrash(ctx context.Context) (run int64, err error) {
	// An interrupted run may have moved files as well.
	for _, f := range []Filter{{InTrash: true, Newest: true}, {Open: true, Newest: true}} {
		op, err := j.latest(ctx, f)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		run = max(run, op.Op.Cause.Run)
	}
	if run == 0 {
		return 0, fmt.Errorf("no file trashed by sweepd is in the trash: %w", fs.ErrNotExist)
	}
	return run, nil
}

// latest returns the first operation selected by f whose file may be in the trash, or fs.ErrNotExist.
func (j *Journal) latest(ctx context.Context, f Filter) (Operation, error) {
	for op, err := range j.Operations(ctx, f) {
		if err != nil || op.MaybeInTrash() {
			return op, err
		}
	}
	return Operation{}, fs.ErrNotExist
}

// MaybeInTrash reports whether the operation put a file into the trash that is still there, or was interrupted while
// it did. A file that had left the trash may be there again, for example if its disk was away.
func (o Operation) MaybeInTrash() bool {
	return o.Op.Kind == providers.OpTrash && o.Err == nil && (o.Resolved == "" || o.Resolved == providers.OpGone)
}
