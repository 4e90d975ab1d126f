package gdrive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// folders caches folders. A full listing lists them together with the files; otherwise each is requested by itself.
type folders struct {
	d  *Driver
	mu sync.Mutex

	// mu guards all and root.
	all  map[string]folder
	root string // id of My Drive; "" until it was requested
}

// folder is the place of a folder at a time.
type folder struct {
	name, parent string
	hidden       bool // this account is shown neither the folder nor its parent
	at           time.Time
}

// folderTTL is how long a folder's place is reused while files are listed; a move in that time is a change in the feed.
// Before an action on a file it is reused no longer than the file itself: see fresh.
const folderTTL = time.Minute

// maxDepth bounds a path; Drive allows 100 levels (https://developers.google.com/workspace/drive/api/guides/folder).
const maxDepth = 128

// unknown is the placeholder in a path for folders that are not known.
const unknown = "…"

// path returns where the user finds f. It may be inexact (see Options.Paths), but a file outside the roots never
// seems to be inside. The places of folders are at most ago old.
func (d *Driver) path(ctx context.Context, f *drive.File, ago time.Duration) (string, error) {
	s, ok := d.space(f)
	// It is in no folder that this account is shown.
	if !ok || len(f.Parents) == 0 {
		return "/" + unknown + "/" + element(f.Name), nil
	}
	if !d.o.Paths && s.id == "" {
		root, err := d.folders.myDrive(ctx)
		if err != nil {
			return "", err
		}
		if f.Parents[0] == root {
			return "/" + element(f.Name), nil
		}
		return "/" + unknown + "/" + element(f.Name), nil
	}
	dir, err := d.folders.path(ctx, s, f.Parents[0], ago)
	return dir + "/" + element(f.Name), err
}

// path returns the path of a folder, without a slash at its end.
func (x *folders) path(ctx context.Context, s space, id string, ago time.Duration) (string, error) {
	_, names, end, err := x.chain(ctx, s, id, ago)
	switch {
	case err != nil:
		return "", err
	case end != atTop:
		return "/" + unknown, nil
	}
	return strings.TrimSuffix(x.join(s, names), "/"), nil
}

// join returns the path of a folder; names begin with its own and go upward.
func (x *folders) join(s space, names []string) string {
	down := slices.Clone(names)
	slices.Reverse(down)
	if s.id == "" && len(down) > 0 && "/"+down[0] == sharedDrives {
		down[0] = "(" + down[0] + ")" // a folder of that name is no shared drive
	}
	return s.root + "/" + strings.Join(down, "/")
}

// chainEnd is how a chain of folders ends.
type chainEnd int

const (
	atHidden  chainEnd = iota // at a folder that this account is not shown
	atNothing                 // at a folder whose parent this account is not shown
	atTop                     // at the top of My Drive, or of the shared drive
)

// chain returns the folder of that id and its parents, up to the end, with their names; the top has no name.
func (x *folders) chain(
	ctx context.Context, s space, id string, ago time.Duration,
) (ids, names []string, end chainEnd, err error) {
	top := s.id
	if top == "" {
		if top, err = x.myDrive(ctx); err != nil {
			return nil, nil, atHidden, err
		}
	}
	for range maxDepth {
		if id == top {
			return append(ids, id), names, atTop, nil
		}
		one, err := x.get(ctx, id, ago)
		if err != nil || one.hidden {
			return ids, names, atHidden, err
		}
		ids, names = append(ids, id), append(names, element(one.name))
		if one.parent == "" {
			return ids, names, atNothing, nil
		}
		id = one.parent
	}
	// A chain of that length goes in circles.
	return ids, names, atHidden, nil
}

// myDrive returns the id of the root folder.
func (x *folders) myDrive(ctx context.Context) (string, error) {
	x.mu.Lock()
	known := x.root
	x.mu.Unlock()
	if known != "" {
		return known, nil
	}
	f, err := cloudhttp.Answered(x.d.api.Files.Get("root").Fields("id").Context(ctx).Do())
	if err == nil && f.Id == "" {
		err = errors.New("the service does not say")
	}
	if err != nil {
		return "", fmt.Errorf("ask for the id of My Drive: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.root = f.Id
	return f.Id, nil
}

// get returns the folder as it was at most ago before. A folder that this account is not shown is hidden, which
// is no error.
func (x *folders) get(ctx context.Context, id string, ago time.Duration) (folder, error) {
	now := x.d.o.Now()
	x.mu.Lock()
	one, ok := x.all[id]
	x.mu.Unlock()
	if ok && cloudstorage.Fresh(one.at, now, ago) {
		return one, nil
	}
	f, err := cloudhttp.Answered(x.d.api.Files.Get(id).SupportsAllDrives(true).Fields(folderFields).Context(ctx).Do())
	if errors.Is(err, cloudhttp.Missing) || errors.Is(err, cloudhttp.Denied) {
		return x.put(id, folder{hidden: true, at: now}), nil
	}
	if err != nil {
		return folder{}, err
	}
	return x.put(id, folderOf(f, now)), nil
}

// folderFields are the fields of a folder that calls ask for.
const folderFields = "id,name,parents"

// folderOf returns the place of the folder in an answer. It has one parent, unless it is from before 2020: then
// the first one counts.
func folderOf(f *drive.File, at time.Time) folder {
	one := folder{name: f.Name, at: at}
	if len(f.Parents) > 0 {
		one.parent = f.Parents[0]
	}
	return one
}

// put stores a folder, and returns it.
func (x *folders) put(id string, one folder) folder {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.all == nil {
		x.all = map[string]folder{}
	}
	x.all[id] = one
	return one
}

// load lists the folders of a space, a thousand a call.
func (x *folders) load(ctx context.Context, s space) error {
	now := x.d.o.Now()
	call := x.d.list(s, "mimeType = '"+folderType+"' and trashed = false"+ownersOf(s)).
		Fields("nextPageToken,incompleteSearch,files(" + folderFields + ")")
	err := pages(ctx, call, func(l *drive.FileList) error {
		if l.IncompleteSearch {
			return errIncomplete
		}
		for _, f := range l.Files {
			x.put(f.Id, folderOf(f, now))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the folders: %w", err)
	}
	return nil
}

// forget empties the cache, so that every folder is requested again.
func (x *folders) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.all)
}
