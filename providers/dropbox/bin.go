package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// Trashed implements providers.Driver. It lists the deleted files whose names are of interest, anywhere in the
// account. Each takes one call to learn its size and when it was deleted, and another to learn that it was not moved.
// A deleted file whose path another file has now is in that file's history, and is not listed.
func (d *Driver) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return cloudstorage.List(ctx, func(to *cloudstorage.Sink[providers.Trashed]) error {
		arg := d.listArg("", true)
		arg.IncludeDeleted = true
		_, err := d.pages(ctx, arg, "", func(m files.IsMetadata) error {
			gone, ok := m.(*files.DeletedMetadata)
			if !ok || gone.PathLower == "" || !d.o.Interest(gone.Name) {
				return nil
			}
			return d.deleted(ctx, gone, to)
		})
		return err
	})
}

// deleted gives the files that were deleted at one path.
func (d *Driver) deleted(
	ctx context.Context, gone *files.DeletedMetadata, to *cloudstorage.Sink[providers.Trashed],
) error {
	place, _, ok := d.place(gone.PathLower, gone.PathDisplay)
	// Outside the roots there is no other name for it.
	if !ok {
		place = gone.PathDisplay
	}
	got, err := d.revisions(ctx, gone.PathLower, mostRevisions)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, errFolder): // purged meanwhile, or no file
		return nil
	case err != nil:
		return to.GiveError(&providers.UnlistedError{Path: place, Err: err})
	case !got.IsDeleted || len(got.Entries) == 0: // restored meanwhile
		return nil
	}
	for i, f := range got.Entries {
		if i > 0 && got.Entries[i-1].Id == f.Id {
			continue // an older state of the same file
		}
		now, err := d.byID(ctx, f.Id)
		if err != nil {
			return err
		}
		if now != nil {
			continue // moved away, and not deleted
		}
		t := providers.Trashed{
			Path: place, Size: int64(min(f.Size, 1<<62)), Receipt: receiptOf(gone.PathLower, f).encode(),
		}
		switch {
		case i == 0 && got.ServerDeleted != nil:
			t.Deleted = time.Time(*got.ServerDeleted).UTC()
			t.Since = t.Deleted
		case i > 0:
			t.Since = time.Time(got.Entries[i-1].ServerModified).UTC() // another has been there since
		}
		if err := to.Give(t); err != nil {
			return err
		}
	}
	return nil
}

// ReadTrashed implements providers.Driver.
func (d *Driver) ReadTrashed(ctx context.Context, text providers.Receipt, off, n int64) (io.ReadCloser, error) {
	r, err := parseReceipt(text)
	if err != nil {
		return nil, err
	}
	x, err := d.deletionOf(ctx, r.Path, r.Rev)
	switch {
	case err != nil:
		return nil, err
	case x.file == nil || !x.deleted:
		return nil, fmt.Errorf("it is not in the trash: %w", fs.ErrNotExist)
	case receiptOf(r.Path, x.file) != r:
		return nil, providers.ErrChanged
	}
	return d.read(ctx, r.Rev, off, n)
}
