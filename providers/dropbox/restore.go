package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/internal/cloudhttp"
	"sweepd/providers"
)

// Restore implements providers.Driver. files/restore would write over what is at
// the path, as a new state of it; so it is looked at before and after, and what
// was written over in between is put back. A file that is there with the very
// bytes is the restored one, whoever brought it back.
func (d *Driver) Restore(ctx context.Context, text providers.Receipt) (providers.Entry, error) {
	if err := d.able(providers.CanRestore); err != nil {
		return providers.Entry{}, err
	}
	r, err := parseReceipt(text)
	if err != nil {
		return providers.Entry{}, err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return providers.Entry{}, err
	}
	x, err := d.deletionOf(ctx, r.Path, r.Rev)
	if err != nil {
		return providers.Entry{}, err
	}
	switch {
	case x.live && r.Hash != "" && x.top.ContentHash == r.Hash:
		return d.restored(ctx, r)
	case x.live:
		return providers.Entry{}, fmt.Errorf("another file has its name: %w", fs.ErrExist)
	case x.file == nil || x.file.Id != r.ID:
		return providers.Entry{}, fmt.Errorf("its history is over: %w", fs.ErrNotExist)
	case x.at.IsZero():
		return providers.Entry{}, fmt.Errorf("it was not deleted from there: %w", fs.ErrNotExist)
	}
	return d.restore(ctx, r, x)
}

// restore restores r at its path, which is free.
func (d *Driver) restore(ctx context.Context, r receipt, x deletion) (providers.Entry, error) {
	d.looks.forget(providers.Ref(r.Path))
	_, err := d.files.RestoreContext(ctx, files.NewRestoreArg(r.Path, r.Rev))
	switch {
	case err == nil || unsure(err):
	case says(err, "path_write/conflict"):
		return providers.Entry{}, fmt.Errorf("%w (%w)", fs.ErrExist, err)
	case errors.Is(err, cloudhttp.Missing) || says(err, "invalid_revision"):
		return providers.Entry{}, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	default:
		return providers.Entry{}, err
	}
	ctx = context.WithoutCancel(ctx)
	got, lerr := d.revisions(ctx, r.Path, "", 2)
	if lerr != nil || got.IsDeleted || len(got.Entries) == 0 || got.Entries[0].ContentHash != r.Hash {
		return providers.Entry{}, fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(errors.New("it is not seen to be back"), err, lerr))
	}
	if got.Entries[0].Rev == x.top.Rev { // restored without a rev of its own
		return d.restored(ctx, r)
	}
	if len(got.Entries) < 2 {
		return providers.Entry{}, fmt.Errorf("%w: it is back, and its path has no history", providers.ErrUncertain)
	}
	if over := got.Entries[1]; over.Rev != x.top.Rev {
		if _, err := d.files.RestoreContext(ctx, files.NewRestoreArg(r.Path, over.Rev)); err != nil {
			return providers.Entry{}, fmt.Errorf("%w: it was written over another file, which is in the history of its path: %w", providers.ErrUncertain, err)
		}
		return providers.Entry{}, fmt.Errorf("another file has come to have its name: %w", fs.ErrExist)
	}
	return d.restored(ctx, r)
}

// restored is the entry of what is at the path again.
func (d *Driver) restored(ctx context.Context, r receipt) (providers.Entry, error) {
	f, err := d.look(ctx, providers.Ref(r.Path))
	if err != nil {
		return providers.Entry{}, fmt.Errorf("%w: look at what was restored: %w", providers.ErrUncertain, err)
	}
	p, _, ok := d.place(f.PathLower, f.PathDisplay)
	if !ok {
		p = f.PathDisplay // the roots are others by now
	}
	return entry(f, p), nil
}
