package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"sweepd/journal"
	"sweepd/providers"
)

// ReadTrashed returns the content of the file that an operation moved to the trash, at most so many bytes, for a
// picture in a report. It returns fs.ErrNotExist if the file is no longer there or its storage is not open.
func (a *App) ReadTrashed(ctx context.Context, op journal.Operation, most int64) ([]byte, error) {
	for _, st := range a.Storages {
		if st.Name() != op.Op.Storage {
			continue
		}
		e := op.Op.Entry
		rc, err := st.ReadTrashed(ctx, providers.Trashed{Receipt: op.Receipt, Path: e.Path, Size: e.Size}, 0,
			min(e.Size, most))
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(rc)
		return content, errors.Join(err, rc.Close())
	}
	return nil, fmt.Errorf("%s is not open: %w", op.Op.Storage, fs.ErrNotExist)
}
