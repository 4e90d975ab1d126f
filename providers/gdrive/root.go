package gdrive

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// unfound returns why nothing was found in a root: providers.ErrEmpty if the folder has nothing that is swept,
// fs.ErrNotExist if there is no such folder.
func (d *Driver) unfound(ctx context.Context, root string) error {
	for _, s := range d.spaces[1:] {
		if s.root == root {
			return providers.ErrEmpty
		}
	}
	top, err := d.folders.myDrive(ctx)
	if err != nil {
		return err
	}
	ids, at := []string{top}, ""
	for name := range strings.SplitSeq(strings.Trim(root, "/"), "/") {
		if name == "" { // the root is all of My Drive
			continue
		}
		below, like, err := d.subfolders(ctx, ids, at, name)
		if err != nil {
			return err
		}
		if len(below) == 0 {
			return noFolder(at+"/"+name, like)
		}
		ids, at = below, at+"/"+name
	}
	return providers.ErrEmpty
}

// noFolder returns an error for a missing folder, and names a similar one if there is one.
func noFolder(at, like string) error {
	if like != "" {
		return fmt.Errorf("no folder %q, but %q: %w", at, like, fs.ErrNotExist)
	}
	return fmt.Errorf("there is no folder %q: %w", at, fs.ErrNotExist)
}

// subfolders returns the ids of the folders of that name in any of the folders, which are at the path at; like is a
// path that differs only in case or in Unicode's form.
func (d *Driver) subfolders(ctx context.Context, in []string, at, name string) (ids []string, like string, err error) {
	for _, id := range in {
		call := d.list(space{}, "'"+id+"' in parents and trashed = false and mimeType = '"+folderType+"'").
			Fields("nextPageToken,incompleteSearch,files(id,name)")
		err := pages(ctx, call, func(l *drive.FileList) error {
			if l.IncompleteSearch {
				return errIncomplete
			}
			for _, f := range l.Files {
				path := at + "/" + element(f.Name)
				if path == sharedDrives {
					path = "/(" + element(f.Name) + ")" // as folders.join writes it
				}
				switch want := at + "/" + name; {
				case path == want:
					ids = append(ids, f.Id)
				case cloudstorage.Folded(path) == cloudstorage.Folded(want):
					like = path
				}
			}
			return nil
		})
		if err != nil {
			return nil, "", fmt.Errorf("look for the folder %q: %w", at+"/"+name, err)
		}
	}
	return ids, like, nil
}
