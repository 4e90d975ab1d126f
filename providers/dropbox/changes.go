package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// pageSize is about how many entries one call lists; it is the most that Dropbox accepts.
const pageSize = 2000

// Changes implements providers.Driver: a full listing, or the changes since the cursor. A root in which nothing is
// found is providers.ErrEmpty.
func (d *Driver) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return cloudstorage.List(ctx, func(to *cloudstorage.Sink[providers.Change]) error {
		l := &listing{Sink: to, d: d, ctx: ctx}
		if since == "" {
			return l.everything()
		}
		return l.since(since)
	})
}

// listing is one call of Changes.
type listing struct {
	*cloudstorage.Sink[providers.Change]
	d     *Driver
	ctx   context.Context
	files int64 // given so far
	asked int   // questions about deleted paths
	any   bool  // something is in the root
}

// everything lists all files of interest. The change history of a root continues where its listing ends, so that
// changes made meanwhile are found there.
func (l *listing) everything() error {
	next := cursor{Position: cloudstorage.Position{Options: l.d.fingerprint()}, Places: map[string]string{}}
	for _, r := range l.d.roots {
		l.any = false
		place, err := l.root(r)
		var why error
		switch {
		case errors.Is(err, cloudhttp.Missing): // the root folder itself is missing
			why = fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
		case err != nil:
			return err
		case !l.any:
			why = providers.ErrEmpty
		}
		if why != nil {
			if err := l.GiveError(&providers.UnlistedError{Path: r.name, Err: why}); err != nil {
				return err
			}
		}
		// If it is "", decode returns providers.ErrExpired next time, and everything is listed again.
		next.Places[r.name] = place
	}
	next.Files = l.files
	return l.Give(providers.Change{Next: next.encode(), Seen: l.files})
}

// root lists one root and returns the cursor at which its history continues. If Dropbox returns none, it is "" and
// everything is listed again the next time. If a cursor is reset on the way, the listing begins again, and files
// repeat. The reference states that a recursive listing fails "in some cases" because of its size: then root lists
// folder by folder.
func (l *listing) root(r root) (place string, err error) {
	before := l.files
	// A cursor that is reset a second time is an error.
	for range 2 {
		l.files = before
		place, err = l.pages(r.lower, true, l.entry)
		if !hasTag(err, "reset") {
			break
		}
	}
	if !tooLarge(err) {
		return place, err
	}
	l.files = before
	// It is taken before the folders are listed, so that changes made meanwhile are found from there.
	place = l.latest(r)
	return place, l.folders(r.lower)
}

// tooLarge reports whether a listing failed in a way in which a smaller one might not.
func tooLarge(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	// Without a status there was no answer, and a smaller listing would have none either.
	return ok && fault.Status != 0 &&
		(fault.Kind == cloudhttp.Unavailable || fault.Kind == cloudhttp.Refused && fault.Status == 409)
}

// latest returns the cursor of the root's history at this moment, "" if there is none.
func (l *listing) latest(r root) string {
	got, err := l.d.files.ListFolderGetLatestCursorContext(l.ctx, l.d.listArg(r.lower, true))
	if err != nil {
		return ""
	}
	return got.Cursor
}

// folders lists a folder and those below it, one at a time.
func (l *listing) folders(top string) error {
	for todo := []string{top}; len(todo) > 0; {
		folder := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		_, err := l.pages(folder, false, func(m files.IsMetadata) error {
			if f, ok := m.(*files.FolderMetadata); ok && f.PathLower != "" {
				todo = append(todo, f.PathLower)
			}
			return l.entry(m)
		})
		if errors.Is(err, cloudhttp.Missing) && folder != top {
			continue // deleted or moved meanwhile, which the history shows
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// listArg returns the arguments to list a folder. Mounted folders are listed, so that the reason why their files are
// kept can be shown.
func (d *Driver) listArg(folder string, recursive bool) *files.ListFolderArg {
	arg := files.NewListFolderArg(folder)
	arg.Recursive, arg.Limit, arg.IncludeNonDownloadableFiles = recursive, pageSize, false
	return arg
}

// pages passes all entries of a listing to each, and returns the cursor at its end.
func (l *listing) pages(folder string, recursive bool, each func(files.IsMetadata) error) (string, error) {
	return l.d.pages(l.ctx, l.d.listArg(folder, recursive), "", each)
}

// emptyPages is how many pages without an entry are accepted in a row: Dropbox is known to send some.
const emptyPages = 1000

// pages passes all entries that follow the cursor at to each, or those of a new listing if at is "". It returns the
// cursor at the end.
func (d *Driver) pages(
	ctx context.Context, arg *files.ListFolderArg, at string, each func(files.IsMetadata) error,
) (string, error) {
	for empty := 0; ; {
		page, err := d.page(ctx, arg, at)
		if err != nil {
			return "", err
		}
		for _, m := range page.Entries {
			if err := each(m); err != nil {
				return "", err
			}
		}
		if at = page.Cursor; !page.HasMore {
			return at, nil
		}
		if empty++; len(page.Entries) > 0 {
			empty = 0
		}
		if empty > emptyPages {
			return "", errors.New("the service gives one empty page after another")
		}
	}
}

// page requests the first page of a listing if at is "", and else the one that follows the cursor at. One request
// at a time is under way; see Driver.
func (d *Driver) page(
	ctx context.Context, arg *files.ListFolderArg, at string,
) (page *files.ListFolderResult, err error) {
	d.listing.Lock()
	defer d.listing.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if at == "" {
		page, err = cloudhttp.Answered(d.files.ListFolderContext(ctx, arg))
	} else {
		page, err = cloudhttp.Answered(d.files.ListFolderContinueContext(ctx, files.NewListFolderContinueArg(at)))
	}
	// Without a cursor nothing shows that the listing is complete.
	if err == nil && page.Cursor == "" {
		err = errors.New("the list of files ends without a place to go on from")
	}
	return page, err
}

// entry gives one file of a full listing, if it is swept.
func (l *listing) entry(m files.IsMetadata) error {
	l.any = true
	f, ok := m.(*file)
	if !ok || !l.d.sweeps(f) {
		return nil
	}
	p, _, ok := l.d.place(f.PathLower, f.PathDisplay)
	if !ok {
		return nil
	}
	l.files++
	return l.Give(providers.Change{Entry: entry(f, p)})
}
