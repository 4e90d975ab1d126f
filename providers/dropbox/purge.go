package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// Purge implements providers.Driver. files/permanently_delete deletes everything that the path ever held, and first
// deletes what is there. So Purge calls it only while nothing is there, and if the path held nothing but that one
// file: no other, and no folder with anything in it. After a limit, a lock or a refused token it checks everything
// again.
func (d *Driver) Purge(ctx context.Context, text providers.Receipt) error {
	if err := d.able(providers.CanPurge); err != nil {
		return err
	}
	r, err := parseReceipt(text)
	if err != nil {
		return err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	const tries = 3
	for i := 1; ; i++ {
		err := d.purge(ctx, r)
		// Nothing was done in these cases, and the checks are out of date by now.
		again := errors.Is(err, cloudhttp.Limited) || errors.Is(err, cloudhttp.Unauthorized)
		if !again || i == tries || errors.Is(err, providers.ErrUncertain) {
			return err
		}
	}
}

// purge makes one attempt. It returns ErrUncertain if the file may or may not be gone.
func (d *Driver) purge(ctx context.Context, r receipt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch gone, err := d.ready(ctx, r); {
	case err != nil:
		return err
	case gone:
		return fmt.Errorf("its history is over: %w", fs.ErrNotExist)
	}
	err := d.destroy(ctx, r)
	switch {
	case err == nil || unsure(err) || errors.Is(err, cloudhttp.Missing):
	case hasTag(err, "path_write/conflict"):
		return fmt.Errorf("%w (%w)", providers.ErrChanged, err)
	default:
		return err
	}
	// The answer alone is not enough: the path must have nothing left, not even a deleted file.
	if lerr := d.goneFor(context.WithoutCancel(ctx), r); lerr != nil {
		return fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(err, lerr))
	}
	return nil
}

// Gone implements providers.Driver. It returns an error while a folder has the path, because Dropbox then reports
// nothing about the file.
func (d *Driver) Gone(ctx context.Context, text providers.Receipt) (bool, error) {
	r, err := parseReceipt(text)
	if err != nil {
		return false, err
	}
	x, err := d.deletionOf(ctx, r.Path, r.Rev)
	if err == nil && x.file == nil { // Dropbox knows nothing of it, which a second call must confirm
		err = d.goneFor(ctx, r)
	}
	return err == nil && !x.deleted, err
}

// ready returns nil if the path holds the deleted file of the receipt, and purging it would lose nothing else. gone
// is true if it is purged already.
func (d *Driver) ready(ctx context.Context, r receipt) (gone bool, err error) {
	within, err := d.inside.below(ctx, d, r.Path) // first, because it is the slowest
	if err != nil {
		return false, err
	}
	got, err := d.revisions(ctx, r.Path, mostRevisions)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, d.goneFor(ctx, r)
	case errors.Is(err, errFolder):
		return false, fmt.Errorf("%w: %w", providers.ErrChanged, err)
	case err != nil:
		return false, err
	}
	if err := purgeable(r, got); err != nil {
		return false, err
	}
	if within {
		return false, fmt.Errorf("%w: what was in a folder of its name would be lost with it", providers.ErrProtected)
	}
	switch now, err := d.byID(ctx, r.ID); {
	case err != nil:
		return false, err
	case now != nil:
		return false, fmt.Errorf("%w: it was moved away", providers.ErrChanged)
	}
	return false, nil
}

// destroy deletes for good. Its first call has the rev as a condition, so that Dropbox refuses it if another file has
// come to the path. If there is no file, Dropbox answers "not found", or so it must be read: the reference does not
// state whether a deleted file still has its rev. Only then does destroy leave the condition out, in a call that is
// sent once and at once. A file that comes to the path between those two calls, a few hundredths of a second, would
// be lost.
func (d *Driver) destroy(ctx context.Context, r receipt) error {
	arg := files.NewDeleteArg(r.Path)
	arg.ParentRev = r.Rev
	err := cloudhttp.Cause(d.files.PermanentlyDeleteContext(ctx, arg))
	if hasTag(err, "path_lookup/not_found") {
		arg.ParentRev = ""
		err = d.files.PermanentlyDeleteContext(cloudhttp.Once(ctx), arg)
	}
	return err
}

// purgeable returns nil if the path holds the deleted file of the receipt, and never held another.
func purgeable(r receipt, got *files.ListRevisionsResult) error {
	if !got.IsDeleted || len(got.Entries) == 0 || got.Entries[0].Rev != r.Rev || got.Entries[0].Id != r.ID {
		return providers.ErrChanged
	}
	if got.HasMore {
		return fmt.Errorf("%w: it has more of a history than can be looked at", providers.ErrProtected)
	}
	for _, f := range got.Entries {
		if f.Id != r.ID {
			return fmt.Errorf("%w: another file, deleted before, would be lost with it", providers.ErrProtected)
		}
	}
	return nil
}

// goneFor returns nil if nothing is left at the path, not even a deleted file.
func (d *Driver) goneFor(ctx context.Context, r receipt) error {
	arg := files.NewGetMetadataArg(r.Path)
	arg.IncludeDeleted = true
	_, err := cloudhttp.Answered(d.files.GetMetadataContext(ctx, arg))
	switch {
	case errors.Is(err, cloudhttp.Missing):
		return nil
	case err == nil:
		return errors.New("it is still there")
	}
	return err
}
