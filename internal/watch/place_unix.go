//go:build unix && !linux

package watch

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// place identifies one folder on one mount.
type place struct{ dev, ino, mount uint64 }

// placeOf returns the place of the folder at path. It returns an error if path is not a folder; a symbolic link is
// none.
func placeOf(path string) (place, error) {
	fi, err := os.Lstat(path)
	if err != nil {
		return place{}, err
	}
	s, ok := fi.Sys().(*syscall.Stat_t)
	if !ok || !fi.IsDir() {
		return place{}, fmt.Errorf("look at %s: %w", path, syscall.ENOTDIR)
	}
	return place{uint64(s.Dev), uint64(s.Ino), uint64(s.Dev)}, nil
}

// errRemote is never returned: on this system network file systems are not detected.
var errRemote = errors.New("network file system")

// checkRemote returns nil on this system.
func checkRemote(string) error { return nil }
