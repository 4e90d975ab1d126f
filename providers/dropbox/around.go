package dropbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// folderTTL is how long the contents of a folder are reused without a call: moving the files of a folder one after the
// other costs one listing of it.
const folderTTL = time.Minute

// afresh is how long changes are followed before the folder is listed again: its changes need not show that it was
// deleted and created again.
const afresh = 24 * time.Hour

// maxFolders is how many folders have their contents remembered.
const maxFolders = 1000

// surroundings are the contents of folders, by path in lower case.
type surroundings struct {
	// mu guards all of it, and is held during a call, so that goroutines list a folder once.
	mu  sync.Mutex
	all map[string]*contents
}

// contents are the names in one folder.
type contents struct {
	folder map[string]bool // by folded name: whether it is a folder
	cursor string          // Dropbox's cursor from which its changes continue
	at     time.Time       // when the contents were last up to date
	listed time.Time       // when it was listed whole
}

// heldAround asks the guards that go by the names in the folders on f's path, up to the top of what this account
// sees.
func (d *Driver) heldAround(ctx context.Context, f *file, of []providers.Guard) ([]providers.Held, error) {
	if !slices.ContainsFunc(of, providers.Guard.ByNames) {
		return nil, nil
	}
	var in []providers.Folder
	lower, display := f.PathLower, cmp.Or(f.PathDisplay, f.PathLower)
	for lower != "" {
		lower, display = parent(lower), parent(display)
		in = append(in, d.folder(ctx, lower, display))
	}
	return providers.HeldAround(f.Name, in, of)
}

// parent returns the folder that a path is in; "" for the top, as in Dropbox.
func parent(p string) string { return strings.TrimSuffix(path.Dir(p), "/") }

// folder returns the folder at the path for the guards. All of Dropbox is the default root, which no person named.
func (d *Driver) folder(ctx context.Context, lower, display string) providers.Folder {
	return providers.Folder{
		Path:  cmp.Or(display, "/"),
		Named: lower != "" && slices.ContainsFunc(d.roots, func(r root) bool { return r.lower == lower }),
		Has:   func(name string) (bool, error) { return d.has(ctx, lower, name) },
	}
}

// has reports whether a folder has something of that name; a slash in the name asks for something in a subfolder.
func (d *Driver) has(ctx context.Context, folder, name string) (bool, error) {
	d.around.mu.Lock()
	defer d.around.mu.Unlock()
	for {
		there, err := d.contents(ctx, folder)
		if err != nil {
			return false, err
		}
		first, below, deeper := strings.Cut(name, "/")
		isFolder, has := there.folder[cloudstorage.Folded(first)]
		if !has || !deeper || !isFolder {
			return has && !deeper, nil
		}
		folder, name = folder+"/"+strings.ToLower(first), below
	}
}

// contents returns what is in a folder. It lists the folder once, and later asks for changes in it, which is one
// call. The caller holds the lock.
func (d *Driver) contents(ctx context.Context, folder string) (*contents, error) {
	known := d.around.all[folder]
	now := d.o.Now()
	if known != nil && cloudstorage.Fresh(known.at, now, folderTTL) {
		return known, nil
	}
	delete(d.around.all, folder) // a folder that fails is listed again
	if known != nil && now.Sub(known.listed) >= afresh {
		known = nil
	}
	arg := d.listArg(folder, false)
	// A neighbour may be a file without bytes that can be downloaded.
	arg.IncludeNonDownloadableFiles = true
	var err error
	if known != nil {
		known.cursor, err = d.pages(ctx, arg, known.cursor, known.note)
	}
	// "reset" means that the cursor is too old, and "path" that the folder was deleted, after which it may have
	// been made again.
	if known == nil || hasTag(err, "reset") || hasTag(err, "path") {
		known = &contents{folder: map[string]bool{}, listed: now}
		known.cursor, err = d.pages(ctx, arg, "", known.note)
	}
	if err != nil {
		return nil, fmt.Errorf("list the folder %q: %w", cmp.Or(folder, "/"), err)
	}
	known.at = now
	// A full cache is simply emptied.
	if len(d.around.all) >= maxFolders || d.around.all == nil {
		d.around.all = map[string]*contents{}
	}
	d.around.all[folder] = known
	return known, nil
}

// note applies one entry of a listing of the folder, or one change in it.
func (c *contents) note(m files.IsMetadata) error {
	switch m := m.(type) {
	case *file:
		c.folder[cloudstorage.Folded(m.Name)] = false
	case *files.FolderMetadata:
		c.folder[cloudstorage.Folded(m.Name)] = true
	case *files.DeletedMetadata:
		delete(c.folder, cloudstorage.Folded(m.Name))
	default:
		return errors.New("it has something of a kind that is not known")
	}
	return nil
}
