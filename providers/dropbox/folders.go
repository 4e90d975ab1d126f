package dropbox

import (
	"context"
	"path"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
)

// folders are the paths that are or were folders, as far as anything of what was
// in them can be had back. Of a path that is deleted Dropbox does not say which it
// was; but it lists what was below.
type folders struct {
	at  string          // Dropbox's cursor, at which the listing goes on
	all map[string]bool // by path in lower case
}

// below reports whether the path is, or was, a folder with something in it. The
// first time it lists the account with all that was deleted, then what has changed
// since: one call.
func (f *folders) below(ctx context.Context, d *Driver, lower string) (bool, error) {
	arg := d.listArg("", true)
	arg.IncludeDeleted = true
	at, err := d.pages(ctx, arg, f.at, f.note)
	if says(err, "reset") {
		*f = folders{}
		at, err = d.pages(ctx, arg, "", f.note)
	}
	if err != nil {
		return false, err
	}
	f.at = at
	return f.all[lower], nil
}

// note remembers the folders that an entry is in, and a folder itself.
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
