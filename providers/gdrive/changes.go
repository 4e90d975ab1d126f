package gdrive

import (
	"context"
	"errors"
	"iter"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// pageSize is the most that one call lists.
const pageSize = 1000

// errIncomplete: Drive itself reports that it did not search everywhere.
var errIncomplete = errors.New("the service itself says that this listing is not complete")

// Changes implements providers.Driver: a full listing, or the entries of the change feed since the cursor. A root in
// which nothing is found is an UnlistedError.
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
	files int64           // given so far, each once
	found map[string]bool // roots that are not empty
	// given has the revision at which each file was given last.
	given map[string]providers.Revision
}

// everything lists all images. It takes the place in the change feed first, so that changes made meanwhile are found
// there.
func (l *listing) everything() error {
	next := cursor{
		At: l.d.o.Now().UTC(), Position: cloudstorage.Position{Options: l.d.fingerprint()}, Tokens: map[string]string{},
	}
	for _, s := range l.d.spaces {
		call := l.d.api.Changes.GetStartPageToken().Fields("startPageToken").Context(l.ctx)
		if s.id != "" {
			call = call.DriveId(s.id).SupportsAllDrives(true)
		}
		start, err := cloudhttp.Answered(call.Do())
		if err == nil && start.StartPageToken == "" {
			err = errors.New("the service names no place in its change history")
		}
		if err != nil {
			return err
		}
		next.Tokens[s.id] = start.StartPageToken
	}
	l.found, l.given = map[string]bool{}, map[string]providers.Revision{}
	// A full listing must not depend on where folders were before.
	l.d.folders.forget()
	for _, s := range l.d.spaces {
		if err := l.space(s); err != nil {
			return err
		}
	}
	for _, root := range l.d.Roots() {
		if l.found[root] {
			continue
		}
		why := l.d.unfound(l.ctx, root)
		if !errors.Is(why, providers.ErrEmpty) {
			next.Options = "" // the next listing is of everything, and reports this again
		}
		if err := l.GiveError(&providers.UnlistedError{Path: root, Err: why}); err != nil {
			return err
		}
	}
	next.Files = l.files
	return l.Give(providers.Change{Next: next.encode(), Seen: l.files})
}

// space lists the images of one space. If paths matter, it lists the folders first, which takes fewer calls than one
// for each folder.
func (l *listing) space(s space) error {
	if l.d.o.Paths || s.id != "" {
		if err := l.d.folders.load(l.ctx, s); err != nil {
			return err
		}
	}
	err := l.pages(s)
	if errors.Is(err, cloudhttp.Refused) { // a page's token is valid for hours only; begin again
		err = l.pages(s)
	}
	return err
}

// pages lists the images of a space. It returns errIncomplete if Drive has not searched everywhere.
func (l *listing) pages(s space) error {
	call := l.d.list(s, "mimeType contains 'image/' and trashed = false"+ownersOf(s)).
		Fields("nextPageToken,incompleteSearch,files(" + fileFields + ")")
	return pages(l.ctx, call, func(page *drive.FileList) error {
		if page.IncompleteSearch {
			return errIncomplete
		}
		for _, f := range page.Files {
			if err := l.file(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// pages calls page with each page of a listing.
func pages(ctx context.Context, call *drive.FilesListCall, page func(*drive.FileList) error) error {
	return cloudhttp.Cause(call.Pages(ctx, page))
}

// list returns a call that lists a space, a thousand files a page, unsorted: a sort order "might result in timeouts",
// states the reference.
func (d *Driver) list(s space, query string) *drive.FilesListCall {
	// The other space, appDataFolder, has the hidden files of apps.
	call := d.api.Files.List().Q(query).PageSize(pageSize).Spaces("drive")
	if s.id != "" {
		return call.Corpora("drive").DriveId(s.id).SupportsAllDrives(true).IncludeItemsFromAllDrives(true)
	}
	return call.Corpora("user")
}

// ownersOf returns the part of a query that leaves out other people's files; "" for a shared drive, whose files have
// no owner.
func ownersOf(s space) string {
	if s.id != "" {
		return ""
	}
	return " and 'me' in owners"
}

// file gives one file, if it is swept. If pages overlap, or are listed again, it is counted once, and given again only
// at another revision.
func (l *listing) file(f *drive.File) error {
	e, ok, err := l.entry(f)
	if err != nil || !ok {
		return err
	}
	was, again := l.given[f.Id]
	if again && was == e.Revision {
		return nil
	}
	if l.given[f.Id] = e.Revision; !again {
		l.files++
	}
	return l.Give(providers.Change{Entry: e})
}

// entry returns the entry of f, if it is swept.
func (l *listing) entry(f *drive.File) (e providers.Entry, ok bool, err error) {
	if !l.d.image(f) {
		return e, false, nil
	}
	p, err := l.d.path(l.ctx, f, folderTTL)
	if err != nil || !l.d.swept(p) {
		return e, false, err
	}
	for _, root := range l.d.Roots() {
		// It is nil if only changes are listed, which cannot show that a root is empty.
		if l.found != nil && within(p, root) {
			l.found[root] = true
		}
	}
	return l.d.entry(f, p), true, nil
}
