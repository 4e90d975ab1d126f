package local

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Kinds of refusal that the standard library does not define.
var (
	// errWayOutside: the way to the file leads through a symbolic link or onto another mount.
	errWayOutside = errors.New("the file is outside the configured roots")
	// errNotAFile: something else is in the place of the file.
	errNotAFile = errors.New("the file has changed since it was examined")
	// errOpen: a program has the file open for writing.
	errOpen = errors.New("the file is being written")
)

// because adds the kind to an error of openBelow or renameat2, in a *fs.PathError; nil for nil.
func because(op, path string, err error) error {
	kind := error(nil)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EXDEV):
		kind = errWayOutside
	case errors.Is(err, unix.ENOTDIR):
		kind = fs.ErrNotExist
	case errors.Is(err, unix.ENXIO):
		kind = errNotAFile // a socket or a device now
	case errors.Is(err, unix.EWOULDBLOCK):
		kind = errOpen
	}
	if kind != nil {
		err = fmt.Errorf("%w (%w)", kind, err)
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
