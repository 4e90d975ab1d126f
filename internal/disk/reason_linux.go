package disk

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Kinds of refusal that the standard library does not define.
var (
	// ErrOutside: the way to the file leads through a symbolic link or onto another mount.
	ErrOutside = errors.New("the file is outside the configured roots")
	// ErrChanged: something else is in the place of the file.
	ErrChanged = errors.New("the file has changed since it was examined")
	// ErrBusy: a program has the file open for writing.
	ErrBusy = errors.New("the file is being written")
)

// Reason adds the kind to an error of OpenBelow or renameat2, in a *fs.PathError; nil for nil.
func Reason(op, path string, err error) error {
	kind := error(nil)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EXDEV):
		kind = ErrOutside
	case errors.Is(err, unix.ENOTDIR):
		kind = fs.ErrNotExist
	case errors.Is(err, unix.ENXIO):
		kind = ErrChanged // a socket or a device now
	case errors.Is(err, unix.EWOULDBLOCK):
		kind = ErrBusy
	}
	if kind != nil {
		err = fmt.Errorf("%w (%w)", kind, err)
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
