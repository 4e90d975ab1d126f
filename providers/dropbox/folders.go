package dropbox

import (
	"context"
	"path"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
)

// folders are the paths that are or were folders, as far as anything below them can be restored. Dropbox does not
// report whether a deleted path was a folder, but lists what was below it.
type folders struct {
	at  string          // Dropbox's cursor from which the listing continues
	all map[string]bool // by path in lower case
}

// below reports whether the path is, or was, a folder with something in it. The first call lists the account with
// everything that was deleted; later ones list what has changed since, in one call.
func (f *folders) below(ctx context.Context, d *Driver, lower string) (bool, error) {
	arg := d.listArg("", true)
	arg.IncludeDeleted = true
	at, err := d.pages(ctx, arg, f.at, f.note)
	// The cursor is too old to continue from.
	if hasTag(err, "reset") {
		*f = folders{}
		at, err = d.pages(ctx, arg, "", f.note)
	}
	if err != nil {
		return false, err
	}
	f.at = at
	return f.all[lower], nil
}

// note records the folders that an entry is in, and the entry itself if it is a folder.
func (f *folders) note(m files.IsMetadata) error {
	at := ""
	switch m := m.(type) {
	case *file:
		at = path.Dir(m.PathLower)
	case *files.DeletedMetadata:
		at = path.Dir(m.PathLower)
	case *files.FolderMetadata:
		at = m.PathLower
	}
	if f.all == nil {
		f.all = map[string]bool{}
	}
	for ; len(at) > 1 && !f.all[at]; at = path.Dir(at) {
		f.all[at] = true
	}
	return nil
}
