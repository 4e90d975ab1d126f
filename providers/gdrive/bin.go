package gdrive

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// Trashed implements providers.Driver. In My Drive the API does not report when a file was trashed: trashedTime is
// "only populated for items in shared drives"
// (https://developers.google.com/workspace/drive/api/reference/rest/v3/files).
func (d *Driver) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return cloudstorage.List(ctx, func(to *cloudstorage.Sink[providers.Trashed]) error {
		listed := map[string]bool{} // pages may overlap
		for _, s := range d.spaces {
			// If one space cannot be listed, the others still are.
			if err := d.binOf(ctx, s, listed, to); err != nil {
				if err := to.GiveError(err); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// binOf gives what is in the trash of one space, and has not been listed yet.
func (d *Driver) binOf(
	ctx context.Context, s space, listed map[string]bool, to *cloudstorage.Sink[providers.Trashed],
) error {
	call := d.list(s, "trashed = true"+ownersOf(s)).
		Fields("nextPageToken,incompleteSearch,files(" + fileFields + ")")
	return pages(ctx, call, func(page *drive.FileList) error {
		for _, f := range page.Files {
			if listed[f.Id] {
				continue
			}
			listed[f.Id] = true
			t, err := d.trashed(ctx, f)
			if err == nil && f.Trashed {
				err = to.Give(t)
			}
			if err != nil {
				return err
			}
		}
		if page.IncompleteSearch {
			return errIncomplete
		}
		return nil
	})
}

// trashed returns the entry of a file in the trash. If its folders cannot be found out, that is an error, because
// one of them may be excluded.
func (d *Driver) trashed(ctx context.Context, f *drive.File) (providers.Trashed, error) {
	p, err := d.path(ctx, f, folderTTL)
	if err != nil {
		return providers.Trashed{}, err
	}
	t := providers.Trashed{Path: p, Size: f.Size, Deleted: moment(f.TrashedTime), Left: left(f)}
	if t.Left.IsZero() && d.o.Paths && f.AppProperties[keyProperty] == "" && within(p, "/"+unknown) {
		// It may be in one that is excluded, or that a rule keeps.
		t.Left = language.Messagef("nothing says in which folder it was")
	}
	if t.Left.IsZero() {
		t.Receipt = d.receiptOf(f).encode()
	}
	return t, nil
}

// left returns why a file in the trash is left alone regardless of the policy; the zero Message if it is not.
func left(f *drive.File) (why language.Message) {
	switch {
	case f.MimeType == folderType:
		return language.Messagef("a folder")
	case f.MimeType == shortcutType:
		return language.Messagef("a shortcut")
	case f.HeadRevisionId == "":
		return language.Messagef("a document that has no bytes of its own")
	case !f.ExplicitlyTrashed:
		return language.Messagef("it is in a folder that is in the trash")
	case len(f.Parents) > 1:
		return language.Messagef("it is in more than one folder")
	case f.Capabilities == nil || !f.Capabilities.CanDelete:
		return language.Messagef("Drive does not let this account delete it for good")
	}
	return why
}

// ReadTrashed implements providers.Driver.
func (d *Driver) ReadTrashed(ctx context.Context, text providers.Receipt, off, n int64) (io.ReadCloser, error) {
	r, err := d.parseReceipt(text)
	if err != nil {
		return nil, err
	}
	f, err := d.stats.Recent(ctx, providers.Ref(r.ID))
	switch {
	case err != nil:
		return nil, err
	case !f.Trashed:
		return nil, fmt.Errorf("it is not in the trash: %w", fs.ErrNotExist)
	case d.receiptOf(f) != r:
		return nil, providers.ErrChanged
	}
	return d.read(ctx, r.ID, r.Revision, f.Size, off, n)
}

// emptied is how long EmptyTrash waits. Drive continues to empty the trash by itself; it has been seen to take a day.
const emptied = 10 * time.Minute

// EmptyTrash implements providers.Driver. The call only starts it in Drive: it is complete when nothing of the
// account's is left in the trash. EmptyTrash returns ErrUncertain if it is not complete yet.
func (d *Driver) EmptyTrash(ctx context.Context) error {
	if err := d.able(providers.CanEmptyTrash); err != nil {
		return err
	}
	for _, s := range d.spaces {
		call := d.api.Files.EmptyTrash()
		if s.id != "" {
			call = call.DriveId(s.id)
		}
		// After a lost answer the trash itself shows whether the call arrived.
		if err := cloudhttp.Cause(call.Context(ctx).Do()); err != nil && !unsure(err) {
			return err
		}
		if err := d.seenEmpty(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// seenEmpty looks until nothing is in the trash; it returns ErrUncertain if that takes longer than emptied.
func (d *Driver) seenEmpty(ctx context.Context, s space) error {
	pause := time.Second
	for waited := time.Duration(0); ; waited += pause {
		page, err := cloudhttp.Answered(d.list(s, "trashed = true"+ownersOf(s)).PageSize(1).
			Fields("nextPageToken,incompleteSearch,files(id)").Context(ctx).Do())
		if err != nil {
			return fmt.Errorf("%w: %w", providers.ErrUncertain, err)
		}
		if len(page.Files) == 0 && page.NextPageToken == "" && !page.IncompleteSearch {
			return nil
		}
		if waited >= emptied {
			return fmt.Errorf("%w: Google Drive is still emptying the trash", providers.ErrUncertain)
		}
		pause = min(2*pause, time.Minute)
		if err := d.o.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%w: %w", providers.ErrUncertain, err)
		}
	}
}
