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

// Purge implements providers.Driver. files/permanently_delete deletes all that
// the path ever held, and first deletes what is there; so it is called only while
// nothing is there, and the path held nothing but that one file.
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
	if err := ctx.Err(); err != nil {
		return err
	}
	got, err := d.revisions(ctx, r.Path, mostRevisions)
	if errors.Is(err, fs.ErrNotExist) {
		return d.goneFor(ctx, r)
	}
	if err != nil {
		return err
	}
	if err := purgeable(r, got); err != nil {
		return err
	}
	switch now, err := d.byID(ctx, r.ID); {
	case err != nil:
		return err
	case now != nil:
		return fmt.Errorf("%w: it was moved away", providers.ErrChanged)
	}
	err = d.destroy(ctx, r)
	if err != nil && !unsure(err) && !errors.Is(err, cloudhttp.Missing) {
		return err
	}
	if lerr := d.goneFor(context.WithoutCancel(ctx), r); lerr != nil {
		return fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(err, lerr))
	}
	return nil
}

// destroy deletes for good. It begins with the rev as a condition: what has come to
// be at the path is refused then. That there is nothing is "not found", or that is
// how it has to be read: the reference does not say whether a deleted file still
// has its rev. Only then the condition is left out; a file that comes to be there
// between those two calls, a few hundredths of a second, would be lost.
func (d *Driver) destroy(ctx context.Context, r receipt) error {
	arg := files.NewDeleteArg(r.Path)
	arg.ParentRev = r.Rev
	err := d.files.PermanentlyDeleteContext(ctx, arg)
	if says(err, "path_lookup/not_found") {
		arg.ParentRev = ""
		err = d.files.PermanentlyDeleteContext(ctx, arg)
	}
	return err
}

// purgeable is nil where the path holds the deleted file of the receipt, and
// never held another.
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

// goneFor is nil if nothing is left at the path, not even deleted.
func (d *Driver) goneFor(ctx context.Context, r receipt) error {
	arg := files.NewGetMetadataArg(r.Path)
	arg.IncludeDeleted = true
	_, err := d.files.GetMetadataContext(ctx, arg)
	switch {
	case errors.Is(err, cloudhttp.Missing):
		return nil
	case err == nil:
		return errors.New("it is still there")
	}
	return err
}
