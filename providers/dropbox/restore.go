package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// Restore implements providers.Driver. files/restore would write over the file at the path, as a new state of it. So
// Restore looks before and after, and puts back a file that was written over in between. If the same bytes have been
// at the path again, or the file's id exists somewhere, the file counts as back, no matter who brought it back and
// what became of it since.
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
	return d.bringBack(ctx, r)
}

// bringBack is Restore; the caller holds the lock.
func (d *Driver) bringBack(ctx context.Context, r receipt) (providers.Entry, error) {
	x, err := d.deletionOf(ctx, r.Path, r.Rev)
	if errors.Is(err, errFolder) {
		return providers.Entry{}, fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	if err != nil {
		return providers.Entry{}, err
	}
	switch {
	case x.again:
		f, err := d.stats.Look(ctx, providers.Ref(r.Path))
		if err != nil {
			return providers.Entry{}, err
		}
		return d.restored(f), nil
	case x.now != nil && x.now.PathLower != r.Path: // brought back, and moved
		return d.restored(x.now), nil
	case x.live:
		return providers.Entry{}, fmt.Errorf("another file has its name: %w", fs.ErrExist)
	case x.file == nil || x.file.Id != r.ID:
		return providers.Entry{}, fmt.Errorf("its history is over: %w", fs.ErrNotExist)
	case !x.deleted:
		return providers.Entry{}, fmt.Errorf("it was not deleted from there: %w", fs.ErrNotExist)
	}
	return d.restore(ctx, r, x)
}

// restore restores r at its path, which is free.
func (d *Driver) restore(ctx context.Context, r receipt, x deletion) (providers.Entry, error) {
	d.stats.Forget(providers.Ref(r.Path))
	_, err := cloudhttp.Answered(d.files.RestoreContext(ctx, files.NewRestoreArg(r.Path, r.Rev)))
	switch {
	case err == nil || unsure(err):
	case hasTag(err, "path_write/conflict"):
		return providers.Entry{}, fmt.Errorf("%w (%w)", fs.ErrExist, err)
	case errors.Is(err, cloudhttp.Missing) || hasTag(err, "invalid_revision"):
		return providers.Entry{}, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	default:
		return providers.Entry{}, err
	}
	return d.seenBack(context.WithoutCancel(ctx), r, x, err)
}

// seenBack checks that r is back, and that it wrote over nothing but what was in the path's history before.
func (d *Driver) seenBack(ctx context.Context, r receipt, x deletion, lost error) (providers.Entry, error) {
	f, err := d.stats.Look(ctx, providers.Ref(r.Path))
	// If the bytes are not seen at the path, the outcome is unknown.
	if err != nil || f.ContentHash != r.Hash {
		return providers.Entry{}, fmt.Errorf("%w: %w", providers.ErrUncertain,
			errors.Join(errors.New("it is not seen to be back"), lost, err))
	}
	got, err := d.revisions(ctx, r.Path, mostRevisions)
	if err != nil || indexOf(got.Entries, f.Rev) < 0 {
		return providers.Entry{}, fmt.Errorf("%w: %w", providers.ErrUncertain,
			errors.Join(errors.New("it is back, and it is not seen over what"), err))
	}
	below := got.Entries[indexOf(got.Entries, f.Rev)+1:]
	if f.Rev == r.Rev { // Dropbox gave it no rev of its own: it may be listed below the one that it was written over
		below = got.Entries
	}
	// A state that the path did not have before belongs to a file that came in between.
	i := slices.IndexFunc(below, func(b *file) bool { return b.Rev != f.Rev && indexOf(x.past, b.Rev) < 0 })
	if i < 0 {
		return d.restored(f), nil
	}
	over := below[i]
	d.stats.Forget(providers.Ref(r.Path))
	if _, err := cloudhttp.Answered(d.files.RestoreContext(ctx, files.NewRestoreArg(r.Path, over.Rev))); err != nil {
		return providers.Entry{},
			fmt.Errorf("%w: it was written over another file, which is in the history of its path: %w",
				providers.ErrUncertain, err)
	}
	return providers.Entry{}, fmt.Errorf("another file has come to have its name: %w", fs.ErrExist)
}

// restored returns the entry of the file that is at the path again.
func (d *Driver) restored(f *file) providers.Entry {
	p, _, ok := d.place(f.PathLower, f.PathDisplay)
	if !ok {
		p = f.PathDisplay // the roots have changed since
	}
	return entry(f, p)
}
