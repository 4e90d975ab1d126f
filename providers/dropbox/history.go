package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Dropbox has no bin that shows which files are in it. deletionOf finds out what became of a file: from the
// states that its path has had, and from its id, which returns the file if it still exists at another path.

// revisions returns the states of the file, or of the files one after another, at a path, the latest first.
// fs.ErrNotExist: there is nothing, and Dropbox remembers nothing. errFolder: a folder is there, or was there last.
func (d *Driver) revisions(ctx context.Context, lower string, most uint64) (*files.ListRevisionsResult, error) {
	arg := files.NewListRevisionsArg(lower)
	arg.Limit = most
	return d.listRevisions(ctx, arg)
}

// errFolder: Dropbox does not report what became of a file while a folder has its path.
var errFolder = errors.New("a folder has its name")

// listRevisions requests one page of the history, with the errors of revisions.
func (d *Driver) listRevisions(ctx context.Context, arg *files.ListRevisionsArg) (*files.ListRevisionsResult, error) {
	got, err := cloudhttp.Answered(d.files.ListRevisionsContext(ctx, arg))
	switch {
	case errors.Is(err, cloudhttp.Missing):
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	case hasTag(err, "path/not_file"):
		return nil, fmt.Errorf("%w (%w)", errFolder, err)
	}
	return got, err
}

// mostPages is how many pages of a hundred states are searched for one rev.
const mostPages = 100

// until returns all revisions down to that rev, or to the last.
func (d *Driver) until(ctx context.Context, lower, rev string) (*files.ListRevisionsResult, error) {
	got, err := d.revisions(ctx, lower, mostRevisions)
	for range mostPages {
		if err != nil || !got.HasMore || len(got.Entries) == 0 || indexOf(got.Entries, rev) >= 0 {
			return got, err
		}
		arg := files.NewListRevisionsArg(lower)
		// The next page begins after the oldest state so far.
		arg.Limit, arg.BeforeRev = mostRevisions, got.Entries[len(got.Entries)-1].Rev
		more, err := d.listRevisions(ctx, arg)
		if err != nil {
			return nil, err
		}
		got.Entries, got.HasMore = append(got.Entries, more.Entries...), more.HasMore
	}
	return nil, errors.New("it has more of a history than can be looked at")
}

// indexOf returns the index of the rev, -1 if it is not there.
func indexOf(all []*file, rev string) int {
	return slices.IndexFunc(all, func(f *file) bool { return f.Rev == rev })
}

// mostRevisions is the most that one call lists.
const mostRevisions = 100

// deletion is what the history of a path shows of one rev.
type deletion struct {
	file    *file   // nil: the rev is not in the history
	deleted bool    // the file was deleted in that state, and exists nowhere
	live    bool    // there is a file at the path
	again   bool    // the bytes of that state have been at the path again since, or are
	now     *file   // the file as it is now, wherever that is; nil: nowhere
	past    []*file // the states that the path has had, of that file and of others
}

// deletionOf finds out whether the file at the path was deleted in the state rev. It was if that state is the last
// one of the path, or another file followed, and the file's id exists nowhere. is_deleted alone does not show that:
// "either deleted or moved", states the reference.
func (d *Driver) deletionOf(ctx context.Context, lower, rev string) (x deletion, err error) {
	got, err := d.until(ctx, lower, rev)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil || len(got.Entries) == 0 {
		return x, err
	}
	x.live, x.past = !got.IsDeleted, got.Entries
	i := indexOf(got.Entries, rev)
	if i < 0 {
		return x, nil
	}
	x.file = got.Entries[i]
	same := func(f *file) bool { return f.ContentHash == x.file.ContentHash && f.ContentHash != "" }
	x.again = x.live && (i == 0 || slices.ContainsFunc(got.Entries[:i], same))
	if x.again {
		return x, nil
	}
	x.now, err = d.byID(ctx, x.file.Id)
	x.deleted = err == nil && x.now == nil && (i == 0 || got.Entries[i-1].Id != x.file.Id)
	return x, err
}

// byID returns the file of that id, at any path; nil if it exists nowhere.
func (d *Driver) byID(ctx context.Context, id string) (*file, error) {
	got, err := cloudhttp.Answered(d.files.GetMetadataContext(ctx, files.NewGetMetadataArg(id)))
	if errors.Is(err, cloudhttp.Missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, ok := got.(*file)
	if !ok || f.Id != id {
		return nil, fmt.Errorf("asked for the file %q, got something else", id)
	}
	return f, nil
}
