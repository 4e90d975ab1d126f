package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/internal/cloudhttp"
)

// revisions are the states of the file, or of the files one after another, at a
// path, the latest first. fs.ErrNotExist: there is nothing, and Dropbox remembers
// nothing; or a folder.
func (d *Driver) revisions(ctx context.Context, lower string, most uint64) (*files.ListRevisionsResult, error) {
	arg := files.NewListRevisionsArg(lower)
	arg.Limit = most
	got, err := d.files.ListRevisionsContext(ctx, arg)
	if errors.Is(err, cloudhttp.Missing) || says(err, "path/not_file") {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	return got, err
}

// mostRevisions is the most that one call lists.
const mostRevisions = 100

// deletion is what the history of a path says of one rev.
type deletion struct {
	file    *file // nil: the rev is not in the history
	deleted bool  // the file was deleted in that state
	live    bool  // there is a file at the path
	top     *file // the latest state of the path, of that file or of another; nil: none
}

// deletionOf looks whether the file at the path was deleted in the state rev: it
// is the last that the path had, or another file followed, and it is nowhere by
// its id. is_deleted alone does not tell that: "either deleted or moved", says the
// reference.
func (d *Driver) deletionOf(ctx context.Context, lower, rev string) (x deletion, err error) {
	got, err := d.revisions(ctx, lower, mostRevisions)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return x, err
	}
	x.live = !got.IsDeleted
	for i, f := range got.Entries {
		if i == 0 {
			x.top = f
		}
		if f.Rev != rev {
			continue
		}
		x.file = f
		if i == 0 && got.IsDeleted || i > 0 && got.Entries[i-1].Id != f.Id {
			x.deleted, err = d.nowhere(ctx, f.Id)
		}
		break
	}
	return x, err
}

// nowhere reports whether there is no file of that id.
func (d *Driver) nowhere(ctx context.Context, id string) (bool, error) {
	_, err := d.files.GetMetadataContext(ctx, files.NewGetMetadataArg(id))
	if errors.Is(err, cloudhttp.Missing) {
		return true, nil
	}
	return false, err
}
