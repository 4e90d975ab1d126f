package xdgtrash

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// atFault returns err as the fault of the folder. If err is a *fs.PathError of that folder, the folder is not named
// twice.
func atFault(folder string, err error) error {
	// Only the *fs.PathError itself is taken apart: an error around it has more in it.
	if named, ok := errors.AsType[*fs.PathError](err); ok && named == err && named.Path == folder {
		err = named.Err
	}
	return &FolderError{Folder: folder, Err: err}
}

// refusedFor returns err as the fault of the folder, if it concerns the folder's permissions or its file system and
// not one name.
func refusedFor(folder string, err error) error {
	for _, kind := range []error{unix.ENOSPC, unix.EDQUOT} {
		if errors.Is(err, kind) {
			return &FolderError{Folder: folder, Err: fmt.Errorf("%w: %w", ErrFull, kind)}
		}
	}
	for _, kind := range []error{fs.ErrPermission, unix.EROFS} {
		if errors.Is(err, kind) {
			return atFault(folder, err)
		}
	}
	return err
}

// barred returns the error of a move into the bin as the fault of the folder that forbids it: the bin's own, or the
// one at path that the file is in.
func (b *bin) barred(err error, folder int, path string) error {
	switch {
	case !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EROFS):
		return err
	case !writable(b.files):
		return atFault(b.path, err)
	case !writable(folder):
		return atFault(path, err)
	}
	return err
}

// writable reports whether names can be made in the folder and removed from it. With AT_EACCESS, unix.Faccessat would
// take the EPERM of an immutable folder for a missing system call, and check the folder's mode instead.
func writable(folder int) bool {
	return mayWrite(folder) == nil
}
