package drivesim

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/query"
)

// filesList serves files.list: https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
//
// Trashed files are listed unless q excludes them. Without orderBy the order is that of creation here, and a page
// token is the last file's seq, so that files that are made or deleted between two pages neither repeat nor hide
// another. The fault Incomplete drops half of the page and sets incompleteSearch; EmptyPage returns an empty page
// whose token leads to the same place again.
func filesList(c *call) (any, error) {
	l, err := c.listing()
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	page, next, err := l.page()
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out := map[string]any{"kind": "drive#fileList", "incompleteSearch": l.incomplete()}
	switch {
	case cloudsim.Injected(c.r.Context(), cloudsim.EmptyPage):
		page, next = nil, l.from
	case cloudsim.Injected(c.r.Context(), cloudsim.Incomplete):
		page = page[:len(page)/2]
	}
	if next > 0 || cloudsim.Injected(c.r.Context(), cloudsim.EmptyPage) {
		out["nextPageToken"] = c.d.seal(l.what(), next)
	}
	files := []any{}
	if c.mask.Has("files") {
		mask := c.mask.Sub("files")
		for _, name := range []string{"md5Checksum", "sha1Checksum", "sha256Checksum"} {
			if mask.Has(name) {
				warm(page) // without the lock: it may take long
				break
			}
		}
		c.d.mu.Lock()
		for _, f := range page {
			files = append(files, view{f, c.a, c.client, c.d}.render(mask))
		}
		c.d.mu.Unlock()
	}
	out["files"] = files
	for name := range out {
		if !c.mask.Has(name) {
			delete(out, name)
		}
	}
	return out, nil
}

// warm computes the checksums of those files, all four at once; render then finds them. It needs no lock.
func warm(page []*file) {
	for _, f := range page {
		if c := f.content; c != nil {
			c.MD5()
		}
	}
}

// listing is a client's request for a list of files.
type listing struct {
	c     *call
	expr  query.Expr
	size  int
	from  int64 // the seq after which it continues
	drive *SharedDrive
	all   bool // shared drives too
	below bool // one folder: its files may not be visible
	order []string
}

// listing reads the parameters. The listing is complete, or the error is a refusal with the parameter's name.
func (c *call) listing() (*listing, error) {
	l := &listing{c: c}
	var err error
	if l.expr, err = query.Parse(c.q.Get("q")); err != nil {
		return nil, invalid("q", "Invalid Value")
	}
	if l.size, err = c.pageSize(100, 1000); err != nil {
		return nil, err
	}
	if s := c.q.Get("spaces"); s != "" && s != "drive" {
		return nil, invalid("spaces", "Invalid Value") // other spaces are empty here
	}
	if err := l.corpora(); err != nil {
		return nil, err
	}
	if err := l.sorting(); err != nil {
		return nil, err
	}
	if token := c.q.Get("pageToken"); token != "" {
		var ok bool
		if l.from, ok = c.d.unseal(l.what(), token); !ok {
			return nil, invalid("pageToken", "Invalid Value")
		}
	}
	return l, nil
}

// what returns a name of the listing, for its page tokens: the account and every parameter that decides which
// files are in it, and their order. pageSize and fields may change between pages.
func (l *listing) what() string {
	q := l.c.q
	parts := []string{l.c.a.email}
	for _, name := range []string{
		"q", "corpora", "driveId", "teamDriveId", "spaces", "orderBy",
		"includeItemsFromAllDrives", "includeTeamDriveItems",
	} {
		parts = append(parts, q.Get(name))
	}
	return strings.Join(parts, "\x00")
}

// corpora reads where to search: the user's files, one shared drive, or both. Shared drives are searched only if
// the client states that it knows them (supportsAllDrives and includeItemsFromAllDrives); a driveId alone implies
// corpora=drive.
func (l *listing) corpora() error {
	c := l.c
	include := c.flag("includeItemsFromAllDrives") || c.flag("includeTeamDriveItems")
	if include && !c.allDrives() {
		return &refusal{
			status: 403, reason: "teamDrivesNotSupported",
			message: "The supportsAllDrives parameter must be set to true when includeItemsFromAllDrives is set to " +
				"true.",
			location: "supportsAllDrives", locationType: "parameter",
		}
	}
	id := cmp.Or(c.q.Get("driveId"), c.q.Get("teamDriveId"))
	switch corpora := c.q.Get("corpora"); corpora {
	case "", "user":
		if id != "" && corpora == "user" {
			return invalid("driveId", "driveId is for corpora=drive")
		}
		l.all = include && id == ""
	case "allDrives":
		if !include {
			return invalid("corpora", "includeItemsFromAllDrives must be true for corpora=allDrives")
		}
		l.all = true
	case "drive", "teamDrive":
		if id == "" {
			return invalid("driveId", "The driveId parameter must be specified for corpora=drive.")
		}
	default:
		return invalid("corpora", "Invalid Value")
	}
	if id == "" {
		return nil
	}
	if !include {
		return invalid("driveId", "includeItemsFromAllDrives must be true with a driveId")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	var err error
	l.drive, err = c.sharedDrive(id)
	return err
}

// incomplete reports whether the service may not have searched everywhere, as it does not promise over all drives.
func (l *listing) incomplete() bool {
	return cloudsim.Injected(l.c.r.Context(), cloudsim.Incomplete)
}

// candidates returns the files to search, by seq. If the query requires a folder, these are the folder's files
// only, which is what most clients ask for; else it is everything that the account sees there. A folder that does
// not exist has no files and is no error.
func (l *listing) candidates() []*file {
	c := l.c
	if id, ok := l.expr.Required("parents"); ok {
		if dir, err := c.a.find(id); err == nil {
			l.below = true
			return dir.kids
		}
		return nil
	}
	if l.drive != nil {
		return l.drive.files
	}
	if !l.all {
		return c.a.files
	}
	all := slices.Clone(c.a.files)
	for _, s := range c.d.drives {
		if s.members[c.a] != noRole {
			all = append(all, s.files...)
		}
	}
	slices.SortFunc(all, func(a, b *file) int { return cmp.Compare(a.seq, b.seq) })
	return all
}

// within reports whether f is where the client asked to search.
func (l *listing) within(f *file) bool {
	if !l.c.made(f) || l.below && !l.c.a.sees(f) {
		return false
	}
	if l.drive != nil {
		return f.drive == l.drive
	}
	return f.drive == nil || l.all
}

// page returns the files after l.from, and where the next page begins; 0: there is none. It looks one match
// further than the page is long, so that a full last page has no token. The caller holds the lock.
func (l *listing) page() (page []*file, next int64, err error) {
	list := l.candidates()
	if len(l.order) > 0 {
		return l.sorted(list)
	}
	i, _ := place(list, l.from+1)
	v := &view{a: l.c.a, client: l.c.client, d: l.c.d} // one for all: the list may be long
	for _, f := range list[i:] {
		if v.f = f; !l.within(f) || !l.expr.Match(v) {
			continue
		}
		if len(page) == l.size {
			return page, page[l.size-1].seq, nil
		}
		page = append(page, f)
	}
	return page, 0, nil
}
