package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

// Undo restores the files of trash operations. The operations come from the record alone: exactly their storages are
// opened (Options.Scopes), so it works if the policy has changed since, or cannot be read. The summary is nil if there
// was no run.
func Undo(
	ctx context.Context, o Options, ops []journal.Operation, progress func(done int),
) (sum *sweeper.Summary, err error) {
	o.Act, o.Only, o.Scopes = true, nil, ScopesOf(ops)
	a, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Sweeper.Undo(ctx, ops, progress)
}

// ScopesOf returns the storages of the operations, with the folders of this machine. The ref of an account's file
// is not its path, so an account has no folders. The folders are where the files were, or the nearest ones above
// that exist.
func ScopesOf(ops []journal.Operation) (scopes []sweeper.Scope) {
	for _, op := range ops {
		i := slices.IndexFunc(scopes, func(sc sweeper.Scope) bool { return sc.Storage == op.Op.Storage })
		if i < 0 {
			i, scopes = len(scopes), append(scopes, sweeper.Scope{Storage: op.Op.Storage})
		}
		if e := op.Op.Entry; string(e.Ref) != e.Path {
			continue
		}
		if dir := Existing(filepath.Dir(op.Op.Entry.Path)); !slices.Contains(scopes[i].Roots, dir) {
			scopes[i].Roots = append(scopes[i].Roots, dir)
		}
	}
	return scopes
}

// Existing returns the folder, or the nearest parent that still exists: a restore creates the rest.
func Existing(dir string) string {
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}
