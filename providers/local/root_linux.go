package local

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// root is one folder below which files are listed and moved, held open from
// the first time that it could be until the end.
type root struct {
	given string   // the path that the caller named
	path  string   // the same without symbolic links
	ways  []string // by which it is reached: path, and those that the caller named
	cross bool     // listings and reads may go on into other mounts

	mu    sync.Mutex
	fd    int // O_PATH, or -1
	place place
}

// place tells one directory on one mount from another.
type place struct{ dev, ino, mount uint64 }

func placeOf(s *unix.Statx_t) place {
	return place{unix.Mkdev(s.Dev_major, s.Dev_minor), s.Ino, s.Mnt_id}
}

func newRoot(given, path string, cross bool) *root {
	return &root{given: given, path: path, cross: cross, fd: -1}
}

var errRelinked = errors.New("its links lead to another folder since it was opened")

var errReplaced = errors.New("another folder or file system is there since it was opened")

// check opens the root, if that is still to do, and reports whether its path
// still leads to the folder that was opened. An unplugged disk, another one in
// its place, or a link that leads elsewhere is an error, never an empty folder.
func (r *root) check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, err := resolved(r.given); err != nil || at != r.path {
		return reason("open", r.given, errors.Join(err, errRelinked))
	}
	fd, err := again(func() (int, error) {
		return unix.Open(r.path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return reason("open", r.path, err)
	}
	s, err := statOpen(fd)
	if err == unix.ENOSYS || err == unix.EPERM {
		err = &CallError{Call: "statx", Since: "4.11", Err: err}
	}
	if err == nil && r.fd >= 0 && placeOf(&s) != r.place {
		err = errReplaced
	}
	if err != nil || r.fd >= 0 {
		unix.Close(fd)
		return reason("open", r.path, err)
	}
	if err := probe(fd); err != nil {
		unix.Close(fd)
		return err
	}
	r.fd, r.place = fd, placeOf(&s)
	return nil
}

// probe reports whether the system has what everything here rests on.
func probe(fd int) error {
	got, err := openPiece(fd, ".", unix.O_PATH|unix.O_DIRECTORY, false)
	if err == nil {
		return unix.Close(got)
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return &CallError{Call: "openat2", Since: "5.6", Err: err}
	}
	return nil // the listing will meet it again
}

// supported keeps of the errors of check the one that will not go away.
func supported(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func (r *root) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return nil
	}
	fd := r.fd
	r.fd = -1
	return unix.Close(fd)
}

// open opens what is at rel below the root.
func (r *root) open(rel string, flags uint64) (int, error) {
	r.mu.Lock()
	fd := r.fd
	r.mu.Unlock()
	if fd < 0 {
		return -1, reason("open", r.path, fs.ErrNotExist)
	}
	return openBelow(fd, rel, flags, r.cross)
}

// stat describes what is at rel, be it a file or not.
func (r *root) stat(rel string) (unix.Statx_t, error) {
	fd, err := r.open(rel, unix.O_PATH)
	if err != nil {
		return unix.Statx_t{}, err
	}
	defer unix.Close(fd)
	return statOpen(fd)
}

// parent opens the folder that the file at rel is in.
func (r *root) parent(rel string) (int, error) { return r.open(filepath.Dir(rel), openFolder) }

// down goes from the root to the folder at rel one level at a time, so that
// the cost grows with the depth and not with its square, and calls visit before
// each step with the name that comes next, in the end with "".
func (r *root) down(rel string, flags uint64, visit func(folder int, next string) error) (int, error) {
	fd, err := r.open(".", flags)
	for name := range strings.SplitSeq(strings.TrimPrefix(rel+"/", "./"), "/") {
		if err == nil {
			err = visit(fd, name)
		}
		if err != nil || name == "" {
			break
		}
		above := fd
		fd, err = openPiece(above, name, flags, r.cross)
		unix.Close(above)
	}
	if err != nil && fd >= 0 {
		unix.Close(fd)
		fd = -1
	}
	return fd, err
}

// marked reports whether a folder above the root, or from it down to rel, has
// the marker. What cannot be looked at counts as marked: the error says why.
func (r *root) marked(rel string) error {
	if err := r.markedAbove(); err != nil {
		return err
	}
	fd, err := r.down(rel, unix.O_PATH|unix.O_DIRECTORY, func(folder int, next string) error {
		var s unix.Statx_t
		if err := statAt(folder, markerName, &s); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("%w: there is a %s above %q", providers.ErrProtected, marker, next))
		}
		return nil
	})
	if err != nil {
		return reason("open", filepath.Join(r.path, rel), err)
	}
	return unix.Close(fd)
}

// create opens the folder at rel and makes what is missing of it, for nobody
// but the owner.
func (r *root) create(rel string) (int, error) {
	if fd, err := r.open(rel, openFolder); !errors.Is(err, fs.ErrNotExist) {
		return fd, err
	}
	return r.down(rel, openFolder, func(folder int, next string) error {
		if next == "" {
			return nil
		}
		err := unix.Mkdirat(folder, next, 0o700)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return errors.Join(err, unix.Fsync(folder))
	})
}
