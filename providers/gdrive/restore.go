package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// Restore implements providers.Driver. Names need not be unique in Drive, so no file is in the way and none is
// overwritten. Restore looks up the path first, so that it cannot fail at that after the file is back.
func (d *Driver) Restore(ctx context.Context, text providers.Receipt) (providers.Entry, error) {
	if err := d.able(providers.CanRestore); err != nil {
		return providers.Entry{}, err
	}
	r, err := d.parseReceipt(text)
	if err != nil {
		return providers.Entry{}, err
	}
	defer d.moving.take(providers.Ref(r.ID))()
	f, err := d.stats.Look(ctx, providers.Ref(r.ID))
	if err != nil {
		return providers.Entry{}, err
	}
	p, err := d.path(ctx, f, folderTTL)
	// If it is out already, a restore that is repeated returns the same entry.
	if err == nil && f.Trashed {
		f, err = d.restore(ctx, f, r)
	}
	if err != nil {
		return providers.Entry{}, err
	}
	return d.entry(f, p), nil
}

// restore takes f out of the trash if it matches the receipt. If the note is not visible, another client may have
// written it, before the user created a new one; restoring the same file is harmless then, but deleting it for good
// would not be.
func (d *Driver) restore(ctx context.Context, f *drive.File, r receipt) (*drive.File, error) {
	switch {
	case !f.ExplicitlyTrashed:
		return nil, fmt.Errorf("it is in a folder that is in the trash: %w", fs.ErrNotExist)
	case f.AppProperties[keyProperty] != r.Key && (f.AppProperties[keyProperty] != "" || d.revision(f) != r.Revision):
		return nil, fmt.Errorf("it is in the trash by another deletion: %w", fs.ErrNotExist)
	}
	return d.takeOut(ctx, f)
}

// Purge implements providers.Driver: it looks at the one file right before it deletes it. If a person takes the file
// out of the trash between the look and the deletion, a few hundredths of a second, it is lost: Drive has no
// conditional delete.
func (d *Driver) Purge(ctx context.Context, text providers.Receipt) error {
	if err := d.able(providers.CanPurge); err != nil {
		return err
	}
	r, err := d.parseReceipt(text)
	if err != nil {
		return err
	}
	ref := providers.Ref(r.ID)
	defer d.moving.take(ref)()
	f, err := d.stats.Look(ctx, ref)
	if err != nil {
		return err
	}
	if err := d.purgeable(f, r); err != nil {
		return err
	}
	d.stats.Forget(ref)
	err = cloudhttp.Cause(d.api.Files.Delete(r.ID).SupportsAllDrives(true).Context(ctx).Do())
	if err != nil && !unsure(err) {
		return missing(err)
	}
	return d.seenGone(context.WithoutCancel(ctx), ref, err)
}

// Gone implements providers.Driver.
func (d *Driver) Gone(ctx context.Context, text providers.Receipt) (bool, error) {
	r, err := d.parseReceipt(text)
	if err != nil {
		return false, err
	}
	f, err := d.stats.Look(ctx, providers.Ref(r.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return err == nil && !f.Trashed, err
}

// purgeable returns nil if the file is in the trash and matches the receipt.
func (d *Driver) purgeable(f *drive.File, r receipt) error {
	switch _, ok := d.space(f); {
	case !f.Trashed:
		return fmt.Errorf("it is not in the trash: %w", fs.ErrNotExist)
	case d.receiptOf(f) != r:
		return providers.ErrChanged
	case !left(f).IsZero():
		return fmt.Errorf("%w: %s", providers.ErrProtected, left(f))
	case !ok || f.DriveId == "" && !f.OwnedByMe:
		return fmt.Errorf("%w: it is not this account's", providers.ErrProtected)
	}
	return nil
}

// seenGone checks that the file is gone, after a deletion that returned nil or had no answer.
func (d *Driver) seenGone(ctx context.Context, ref providers.Ref, deleted error) error {
	switch _, err := d.stats.Look(ctx, ref); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && deleted == nil:
		return fmt.Errorf("%w: Google Drive says that it was deleted, and still has it", providers.ErrUncertain)
	default:
		return fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(deleted, err))
	}
}
