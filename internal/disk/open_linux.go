package disk

import (
	"errors"
	"io/fs"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FolderFlags and FileFlags are flags for OpenBelow.
const (
	FolderFlags = unix.O_RDONLY | unix.O_DIRECTORY
	FileFlags   = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY // never waits for a FIFO's writer

	statMask = unix.STATX_BASIC_STATS | unix.STATX_BTIME | unix.STATX_MNT_ID
)

// Again calls f until no signal interrupts it: system calls on network and FUSE file systems are interrupted even by
// the runtime's own preemption signals.
func Again[T any](f func() (T, error)) (T, error) {
	for {
		if v, err := f(); err != unix.EINTR {
			return v, err
		}
	}
}

// OpenBelow opens rel beneath the folder: through no symbolic link and, unless cross is set, onto no other mount.
// It walks paths beyond the kernel's limit in pieces, and avoids changing access times if that is allowed. The
// caller closes the descriptor. Reason maps its errors.
func OpenBelow(folder int, rel string, flags uint64, cross bool) (int, error) {
	at := folder
	for len(rel) >= unix.PathMax {
		cut := strings.LastIndexByte(rel[:unix.PathMax-1], '/')
		if cut <= 0 {
			return -1, unix.ENAMETOOLONG
		}
		next, err := OpenPiece(at, rel[:cut], unix.O_PATH|unix.O_DIRECTORY, cross)
		if at != folder {
			unix.Close(at)
		}
		if err != nil {
			return -1, err
		}
		at, rel = next, rel[cut+1:]
	}
	fd, err := OpenPiece(at, rel, flags, cross)
	if at != folder {
		unix.Close(at)
	}
	return fd, err
}

// OpenPiece is OpenBelow for a path that is shorter than the kernel's limit.
func OpenPiece(folder int, rel string, flags uint64, cross bool) (int, error) {
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
	fd, err := Again(func() (int, error) { return unix.Openat2(folder, rel, &how) })
	if err == unix.EPERM && how.Flags&unix.O_NOATIME != 0 { // for the owner only
		how.Flags &^= unix.O_NOATIME
		fd, err = Again(func() (int, error) { return unix.Openat2(folder, rel, &how) })
	}
	return fd, err
}

// StatAt describes name in the folder, or the folder itself for "", without following a link. name ends with a NUL
// byte, so that it need not be copied.
func StatAt(folder int, name []byte, s *unix.Statx_t) error {
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

// Itself is the empty name, for StatAt.
var Itself = []byte{0}

// StatName describes name in the folder, or the folder itself for "", without following a link.
func StatName(folder int, name string) (s unix.Statx_t, err error) {
	err = StatAt(folder, append([]byte(name), 0), &s)
	return s, err
}

// StatOpen describes an open file.
func StatOpen(fd int) (s unix.Statx_t, err error) {
	err = StatAt(fd, Itself, &s)
	return s, err
}

// StatFresh is StatName with the file system's present values. The kernel's cache may be a second old: of one
// name, it misses changes by another name of the file. On a network file system it costs a call to the server.
func StatFresh(folder int, name string) (s unix.Statx_t, err error) {
	_, err = Again(func() (int, error) {
		return 0, unix.Statx(folder, name, unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW|unix.AT_STATX_FORCE_SYNC,
			statMask, &s)
	})
	return s, err
}

// Regular reports whether s describes a regular file.
func Regular(s *unix.Statx_t) bool { return s.Mode&unix.S_IFMT == unix.S_IFREG }

// Gone reports whether err means that there is nothing (any more) at a path.
func Gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// OpenTop opens "/".
func OpenTop() (int, error) {
	return Again(func() (int, error) { return unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
}

// OpenAbsolute opens an absolute path, from "/", which is open as top, through no symbolic link. The result is a
// link only if flags contain O_PATH. It also describes the open file; the caller closes it.
func OpenAbsolute(top int, path string, flags uint64) (int, *unix.Statx_t, error) {
	fd, err := OpenBelow(top, path[1:], flags, true)
	if err != nil {
		return -1, nil, err
	}
	s, err := StatOpen(fd)
	if err != nil {
		unix.Close(fd)
		return -1, nil, err
	}
	return fd, &s, nil
}

// Place identifies one directory on one mount.
type Place struct{ Dev, ino, Mount uint64 }

// PlaceOf returns the place of the directory that s describes.
func PlaceOf(s *unix.Statx_t) Place {
	return Place{unix.Mkdev(s.Dev_major, s.Dev_minor), s.Ino, s.Mnt_id}
}
