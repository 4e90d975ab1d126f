//go:build unix && !linux

package watch

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// place tells one folder on one mount from another.
type place struct{ dev, ino, mount uint64 }

// placeOf is where the folder at path is. A symbolic link is no folder.
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

// errFar is nowhere met: what the system tells of network file systems is not
// known here.
var errFar = errors.New("network file system")

func far(string) error { return nil }
