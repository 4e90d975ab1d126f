package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// Meant returns the folder that the user may have meant by a path that leads to none: the same path with its first
// missing part replaced by the nearest existing name. It returns "" if no name is near. Nearness is that of
// policyfile.Nearest: a few letters, regardless of case. It reads the one folder in which the missing part would be.
func Meant(path string) string {
	above, rest := filepath.Clean(path), ""
	for {
		if _, err := os.Stat(above); err == nil {
			return ""
		}
		name, parent := filepath.Base(above), filepath.Dir(above)
		if entries, err := os.ReadDir(parent); err == nil {
			found := policyfile.Nearest(name, folders(parent, entries))
			if found == "" {
				return ""
			}
			whole := filepath.Join(parent, found, rest)
			if fi, err := os.Stat(whole); err != nil || !fi.IsDir() {
				return filepath.Join(parent, found)
			}
			return whole
		}
		if parent == above {
			return ""
		}
		above, rest = parent, filepath.Join(name, rest)
	}
}

// Unseen returns why a folder cannot be looked at, and a hint; both are zero if it can. It only looks: a folder that
// can be seen may still be unreadable in part.
func Unseen(folder string) (why, hint language.Message) {
	switch fi, err := os.Stat(folder); {
	case err == nil && fi.IsDir():
		return why, hint
	case err == nil:
		return language.Messagef("%s is not a folder", folder), language.Messagef("name the folder that contains it")
	case errors.Is(err, syscall.ENOTCONN):
		return language.Messagef("%s does not respond: its FUSE process has exited", folder),
			language.Messagef("unmount it with fusermount3 -u MOUNTPOINT or umount, then mount it again")
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		if meant := Meant(folder); meant != "" {
			hint = language.Messagef("did you mean %s? if not, check that its disk is mounted", meant)
		} else {
			hint = language.Messagef("check that its disk is mounted")
		}
		return language.Messagef("there is no folder %s", folder), hint
	case errors.Is(err, fs.ErrPermission):
		return language.Messagef("%s is not readable: permission denied", folder),
			language.Messagef("check that you own the folder")
	default:
		// The error names the folder.
		return language.Messagef("cannot read it: %s", err.Error()), language.Messagef("check its disk")
	}
}

// folders returns the names of those entries that are folders or links to one: only these can be meant where a
// folder is named.
func folders(parent string, entries []fs.DirEntry) (names []string) {
	for _, e := range entries {
		if fi, err := os.Stat(filepath.Join(parent, e.Name())); err == nil && fi.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// exists returns a *UsageError if path, the folder that the user named as arg, does not exist. The listing reports all
// other faults of a folder. The storages are those of the policy file, none if there is no file.
func (o Options) exists(arg, path, home string, of map[string]policy.Storage) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || o.Gone {
		return nil
	}
	what, storages := "folder", []string(nil)
	if of != nil && !strings.Contains(arg, "/") {
		what, storages = "folder or storage", slices.Sorted(maps.Keys(of))
	}
	text := fmt.Sprintf("no %s %s", what, short(arg, home))
	if meant := cmp.Or(policyfile.Nearest(arg, storages), Meant(arg)); meant != "" {
		text += fmt.Sprintf("; did you mean %s?", short(meant, home))
	}
	return &UsageError{
		errors.New(text), "nothing was scanned; name an existing folder, or a storage of the policy",
	}
}

// short returns the path with ~ for the home, as the user would write it.
func short(path, home string) string {
	if rest, ok := strings.CutPrefix(path, home+"/"); ok && home != "" {
		return "~/" + rest
	}
	return path
}
