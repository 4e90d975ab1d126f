package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// marker is the name of a file with which the user excludes a folder, and all below it, for good.
const marker = ".nosweep"

// markedAbove returns providers.ErrProtected if a folder above path, up to the root directory, has the marker. Any
// other error means that one of them could not be looked into.
func markedAbove(path string) error {
	for path != filepath.Dir(path) {
		path = filepath.Dir(path)
		switch _, err := os.Lstat(filepath.Join(path, marker)); {
		case err == nil:
			return fmt.Errorf("%w: there is a %s in %q", providers.ErrProtected, marker, path)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// rules decide by name alone which files and folders a listing leaves out.
type rules struct {
	// interest is Options.Interest; nil wants every file.
	interest func(name string) bool
	patterns []string
	roots    map[string]bool // each is listed on its own, never as part of another
	bin      string
}

// valid returns an error for the first text that is no pattern.
func (x *rules) valid() error {
	for _, p := range x.patterns {
		if !doublestar.ValidatePattern(p) {
			return fmt.Errorf("exclude pattern %q: %w", p, doublestar.ErrBadPattern)
		}
	}
	return nil
}

// skips reports whether the folder is not entered, or left alone with all that is below it.
func (x *rules) skips(root, folder string) bool {
	// Not only the bin of this user is a bin: another home may be below a root.
	return x.roots[folder] || folder == x.bin || kept(filepath.Base(folder)) ||
		strings.HasSuffix(folder, "/.local/share/Trash") || x.excluded(root, folder)
}

// programs reports whether a folder belongs to a program, or is a bin.
func (x *rules) programs(folder string) bool {
	return (&rules{bin: x.bin}).skips("", folder)
}

// wants reports whether the file is of interest.
func (x *rules) wants(root, path string, name string) bool {
	return (x.interest == nil || x.interest(name)) && !unfinished(name) && !x.excluded(root, path)
}

// excluded reports whether a pattern matches the path below the root. It does not look at the folders on the way.
func (x *rules) excluded(root, path string) bool {
	if len(x.patterns) == 0 {
		return false
	}
	rel, _ := disk.Below(root, path)
	rel = filepath.ToSlash(rel)
	composed := norm.NFC.String(rel) // as users type; macOS decomposes names
	for _, p := range x.patterns {
		if doublestar.MatchUnvalidated(p, rel) || doublestar.MatchUnvalidated(p, composed) {
			return true
		}
	}
	return false
}

// kept reports whether a folder of that name belongs to a program, so that no user saved an image there and a missing
// file would break something.
func kept(name string) bool {
	switch name {
	case ".git", ".hg", ".svn": // a repository's own objects
		return true
	case "lost+found": // files that fsck recovered, of unknown origin
		return true
	case ".stversions", ".snapshots", ".zfs": // older versions: a user's backup
		return true
	case "#recycle", "@Recycle", "$RECYCLE.BIN": // trash bins of Synology, QNAP, Windows
		return true
	case "@eaDir", ".dropbox.cache", ".cache", ".thumbnails": // derived from other files, and made again when missing
		return true
	}
	return strings.HasPrefix(name, ".Trash") // trash bins on other mounts; macOS: .Trashes
}

// unfinished reports whether the name is that of a file which a program is still downloading, saving or holding open.
func unfinished(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".crdownload", ".part", ".partial", ".download", ".tmp", ".opdownload", ".!ut":
		return true // .syncthing.NAME.tmp among them
	}
	return strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".~lock")
}
