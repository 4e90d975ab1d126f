package app

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// OpenTrashed returns a reader of the file that an operation moved to the trash; the caller closes it. It returns
// fs.ErrNotExist if the file is no longer there or its storage is not open.
func (a *App) OpenTrashed(ctx context.Context, op journal.Operation) (io.ReadCloser, error) {
	st := a.Storage(op.Op.Storage)
	if st == nil {
		return nil, fmt.Errorf("%s is not open: %w", op.Op.Storage, fs.ErrNotExist)
	}
	e := op.Op.Entry
	return st.ReadTrashed(ctx, providers.Trashed{Receipt: op.Receipt, Path: e.Path, Size: e.Size}, 0, e.Size)
}

// Storage returns the open storage of that name; nil if there is none. It stays open until App.Close.
func (a *App) Storage(name string) *providers.Storage {
	i := slices.IndexFunc(a.Storages, func(st *providers.Storage) bool { return st.Name() == name })
	if i < 0 {
		return nil
	}
	return a.Storages[i]
}
