//go:build !unix

package watch

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// place tells that there is a folder; which one is not known here.
type place struct{ mount uint64 }

// placeOf is where the folder at path is. A symbolic link or junction is no
// folder.
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

// errFar is nowhere met: what the system tells of network file systems is not
// known here.
var errFar = errors.New("network file system")

func far(string) error { return nil }
