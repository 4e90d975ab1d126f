package gdrive

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// maxFolders is more than how many folders have their names remembered.
const maxFolders = 1000

// surroundings are the names in folders, without those of pictures, as listings showed them. They are reused for as
// long as folderTTL: moving the files of a folder one after the other costs one listing of it.
type surroundings struct {
	mu  sync.Mutex
	all map[string]contents // by the folder's id
}

// contents are the ids of the files and folders in a folder, by folded name.
type contents struct {
	ids map[string][]string
	at  time.Time
}

// heldAround asks the guards that go by the names in the folders on f's path. If this account is not shown all of
// those folders, they hold the file. A file that is in no folder, and that no other person can see, is not held. A
// file in the folder of a computer is held whether or not a guard is asked for.
func (d *Driver) heldAround(ctx context.Context, f *drive.File, of []providers.Guard) ([]providers.Held, error) {
	of = slices.DeleteFunc(slices.Clone(of), func(g providers.Guard) bool { return !g.ByNames() })
	s, ok := d.space(f)
	if !ok {
		return nil, nil
	}
	var ids, names []string
	end := atNothing
	if len(f.Parents) > 0 { // a file in more than one is locked
		var err error
		if ids, names, end, err = d.folders.chain(ctx, s, f.Parents[0], cloudstorage.StatTTL); err != nil {
			return nil, fmt.Errorf("find the folders that it is in: %w", err)
		}
	}
	if end == atNothing && len(names) > 0 && !f.Shared {
		return []providers.Held{{Guard: providers.GuardLocked, Why: language.Messagef(
			"it is in the folder %q, which is in no other, as those of computers are: what is deleted there is "+
				"deleted on the computer",
			names[len(names)-1],
		)}}, nil
	}
	if len(of) == 0 {
		return nil, nil
	}
	// One guard is enough to hold it, and any of them will do.
	if end == atHidden || end == atNothing && f.Shared {
		return []providers.Held{
			{Guard: of[0], Why: language.Messagef("it is in a folder that this account is not shown, and what is " +
				"around it is not known")},
		}, nil
	}
	in := make([]providers.Folder, len(ids))
	for i, id := range ids {
		// If the chain does not end at the top, only its lower part is known.
		at := "/" + unknown
		if end == atTop {
			at = d.folders.join(s, names[i:])
		} else if i < len(names) {
			at += "/" + names[i]
		}
		in[i] = providers.Folder{
			Path: at, Named: at != "/" && slices.Contains(d.Roots(), at),
			Has: func(name string) (bool, error) { return d.has(ctx, s, id, name) },
		}
	}
	return providers.HeldAround(f.Name, in, of)
}

// has reports whether a folder has something of that name; a slash in the name asks for something in a subfolder.
func (d *Driver) has(ctx context.Context, s space, id, name string) (bool, error) {
	name, below, deeper := strings.Cut(name, "/")
	there, err := d.contents(ctx, s, id)
	if err != nil || !deeper {
		return len(there.ids[cloudstorage.Folded(name)]) > 0, err
	}
	// Several folders may have one name, and each may have the file.
	for _, id := range there.ids[cloudstorage.Folded(name)] {
		if has, err := d.has(ctx, s, id, below); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// contents lists the files and folders in a folder that are not pictures.
func (d *Driver) contents(ctx context.Context, s space, id string) (contents, error) {
	now := d.o.Now()
	d.around.mu.Lock()
	known, ok := d.around.all[id]
	d.around.mu.Unlock()
	if ok && cloudstorage.Fresh(known.at, now, folderTTL) {
		return known, nil
	}
	// Two goroutines may list a folder at once, which costs a call and no more.
	found := contents{map[string][]string{}, now}
	// Pictures are left out, because a folder may have thousands. None of them is a neighbour or the mark of a
	// library.
	call := d.list(s, "'"+id+"' in parents and trashed = false and not mimeType contains 'image/'").
		Fields("nextPageToken,incompleteSearch,files(id,name)")
	err := pages(ctx, call, func(l *drive.FileList) error {
		if l.IncompleteSearch {
			return errIncomplete
		}
		for _, f := range l.Files {
			found.ids[cloudstorage.Folded(f.Name)] = append(found.ids[cloudstorage.Folded(f.Name)], f.Id)
		}
		return nil
	})
	if err != nil {
		return contents{}, fmt.Errorf("list the folder that it is in: %w", err)
	}
	d.around.mu.Lock()
	defer d.around.mu.Unlock()
	if d.around.all == nil || len(d.around.all) > maxFolders {
		d.around.all = map[string]contents{}
	}
	d.around.all[id] = found
	return found, nil
}
