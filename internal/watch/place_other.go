//go:build !unix

package watch

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// place shows that there is a folder; its identity is not known on this system.
type place struct{ mount uint64 }

// placeOf returns the place of the folder at path. It returns an error if path is not a folder; a symbolic link or
// junction is none.
func placeOf(path string) (place, error) {
	fi, err := os.Lstat(path)
	if err != nil {
		return place{}, err
	}
	if !fi.IsDir() {
		return place{}, fmt.Errorf("look at %s: %w", path, syscall.ENOTDIR)
	}
	return place{1}, nil
}

// errRemote is never returned: on this system network file systems are not detected.
var errRemote = errors.New("network file system")

// checkRemote returns nil on this system.
func checkRemote(string) error { return nil }
