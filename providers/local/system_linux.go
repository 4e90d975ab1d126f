package local

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

const (
	openFolder = unix.O_RDONLY | unix.O_DIRECTORY
	openFile   = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY // never waits for a FIFO's writer
	noReplace  = unix.RENAME_NOREPLACE

	statMask = unix.STATX_BASIC_STATS | unix.STATX_BTIME | unix.STATX_MNT_ID
)

// again calls f until no signal interrupts it: system calls on network and FUSE file systems are interrupted even by
// the runtime's own preemption signals.
func again[T any](f func() (T, error)) (T, error) {
	for {
		if v, err := f(); err != unix.EINTR {
			return v, err
		}
	}
}

// openBelow opens rel beneath the folder: through no symbolic link and, unless cross is set, onto no other mount. It
// walks paths beyond the kernel's limit in pieces, and avoids changing access times if that is allowed.
func openBelow(folder int, rel string, flags uint64, cross bool) (int, error) {
	at := folder
	for len(rel) >= unix.PathMax {
		cut := strings.LastIndexByte(rel[:unix.PathMax-1], '/')
		if cut <= 0 {
			return -1, unix.ENAMETOOLONG
		}
		next, err := openPiece(at, rel[:cut], unix.O_PATH|unix.O_DIRECTORY, cross)
		if at != folder {
			unix.Close(at)
		}
		if err != nil {
			return -1, err
		}
		at, rel = next, rel[cut+1:]
	}
	fd, err := openPiece(at, rel, flags, cross)
	if at != folder {
		unix.Close(at)
	}
	return fd, err
}

func openPiece(folder int, rel string, flags uint64, cross bool) (int, error) {
	how := unix.OpenHow{
		Flags:   flags | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	}
	if flags&unix.O_DIRECTORY == 0 { // with it a link would be ENOTDIR instead of ELOOP
		how.Flags |= unix.O_NOFOLLOW
	}
	if !cross {
		how.Resolve |= unix.RESOLVE_NO_XDEV
	}
	if flags&unix.O_PATH == 0 {
		how.Flags |= unix.O_NOATIME
	}
	fd, err := again(func() (int, error) { return unix.Openat2(folder, rel, &how) })
	if err == unix.EPERM && how.Flags&unix.O_NOATIME != 0 { // for the owner only
		how.Flags &^= unix.O_NOATIME
		fd, err = again(func() (int, error) { return unix.Openat2(folder, rel, &how) })
	}
	return fd, err
}

// statAt describes name in the folder, or the folder itself for "", without following a link. name ends with a NUL
// byte, so that it need not be copied.
func statAt(folder int, name []byte, s *unix.Statx_t) error {
	flags := unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	if name[0] == 0 {
		flags |= unix.AT_EMPTY_PATH
	}
	for {
		_, _, e := unix.Syscall6(unix.SYS_STATX, uintptr(folder), uintptr(unsafe.Pointer(&name[0])),
			uintptr(flags), statMask, uintptr(unsafe.Pointer(s)), 0)
		switch e {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return e
		}
	}
}

// itself is the empty name, for statAt.
var itself = []byte{0}

func statName(folder int, name string) (s unix.Statx_t, err error) {
	err = statAt(folder, append([]byte(name), 0), &s)
	return s, err
}

func statOpen(fd int) (s unix.Statx_t, err error) {
	err = statAt(fd, itself, &s)
	return s, err
}

func regular(s *unix.Statx_t) bool { return s.Mode&unix.S_IFMT == unix.S_IFREG }

func identify(s *unix.Statx_t) identity {
	id := identity{
		ino: s.Ino, size: int64(s.Size),
		mtime: nanoseconds(s.Mtime), ctime: nanoseconds(s.Ctime),
		weak: s.Mask&unix.STATX_BTIME == 0,
	}
	if !id.weak {
		id.born = nanoseconds(s.Btime)
	}
	return id
}

func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1e9 + int64(t.Nsec) }

func entry(path string, s *unix.Statx_t) providers.Entry {
	id := identify(s)
	e := providers.Entry{
		Ref: providers.Ref(path), Revision: id.revision(), Path: path, Size: id.size,
		Modified: time.Unix(s.Mtime.Sec, int64(s.Mtime.Nsec)).UTC(), Weak: id.weak,
	}
	if id.born <= 0 { // there is none, or one before any file can have been written
		e.Changed = time.Unix(s.Ctime.Sec, int64(s.Ctime.Nsec)).UTC()
	} else {
		e.Created = time.Unix(s.Btime.Sec, int64(s.Btime.Nsec)).UTC()
	}
	return e
}

// reason maps the errors of openBelow and renameat2 to those of package providers, in a *fs.PathError; nil for nil.
func reason(op, path string, err error) error {
	kind := error(nil)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EXDEV):
		kind = providers.ErrOutside // the way leads through a link or onto another mount
	case errors.Is(err, unix.ENOTDIR):
		kind = fs.ErrNotExist
	case errors.Is(err, unix.ENXIO):
		kind = providers.ErrChanged // a socket or a device now
	case errors.Is(err, unix.EWOULDBLOCK):
		kind = providers.ErrBusy
	}
	if kind != nil {
		err = fmt.Errorf("%w (%w)", kind, err)
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
