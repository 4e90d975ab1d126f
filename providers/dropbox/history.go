package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/internal/cloudhttp"
)

// revisions are the states of the file, or of the files one after another, at a
// path, the latest first; those before a rev, if it is given. fs.ErrNotExist:
// there is nothing, and Dropbox remembers nothing; or a folder.
func (d *Driver) revisions(ctx context.Context, lower, before string, most uint64) (*files.ListRevisionsResult, error) {
	arg := files.NewListRevisionsArg(lower)
	arg.Limit, arg.BeforeRev = most, before
	got, err := d.files.ListRevisionsContext(ctx, arg)
	if errors.Is(err, cloudhttp.Missing) || says(err, "path/not_file") {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	return got, err
}

// mostRevisions is the most that one call lists.
const mostRevisions = 100

// deletion is what the history of the receipt's path says of the receipt's rev.
type deletion struct {
	file *file     // nil: the rev is not in the history
	at   time.Time // when the file was deleted in that state; zero: it was not
	live bool      // there is a file at the path
	top  *file     // the latest state of the path, of that file or of another; nil: none
}

// deletionOf looks whether the file at the path was deleted in the state rev. For
// a rev that is not the latest, Dropbox is asked once more for what was before the
// one that followed it: "is_deleted ... refers to the latest revision of the file
// older than before_rev". A file that was moved away was not deleted, and has no
// time of it.
func (d *Driver) deletionOf(ctx context.Context, lower, rev string) (x deletion, err error) {
	got, err := d.revisions(ctx, lower, "", mostRevisions)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return x, err
	}
	x.live = !got.IsDeleted
	if len(got.Entries) > 0 {
		x.top = got.Entries[0]
	}
	followed := ""
	for _, f := range got.Entries {
		if f.Rev == rev {
			x.file = f
			break
		}
		followed = f.Rev
	}
	if x.file != nil && followed != "" {
		got, err = d.revisions(ctx, lower, followed, 1)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (len(got.Entries) == 0 || got.Entries[0].Rev != rev) {
			return x, nil
		}
		if err != nil {
			return x, err
		}
	}
	if x.file != nil && got.IsDeleted && got.ServerDeleted != nil {
		x.at = time.Time(*got.ServerDeleted).UTC()
	}
	return x, nil
}
