package xdgtrash

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// moving is a pinned file that is to be moved.
type moving struct {
	*disk.Pinned
	// leased is set if the kernel reports programs that want to write to the file.
	leased bool
}

// mayGo returns an error if the file is not in the state (ErrChanged), or must not be deleted (ErrProtected).
func (p *moving) mayGo(state string) error {
	s := &p.Stat
	switch {
	case !disk.Regular(s) || !disk.Identify(s).Is(state):
		return ErrChanged
	case s.Attributes&(unix.STATX_ATTR_IMMUTABLE|unix.STATX_ATTR_APPEND) != 0:
		return fmt.Errorf("%w: it is immutable or append-only", ErrProtected)
	}
	return nil
}

// lease asks the kernel to signal when a program opens the file for writing; it returns ErrBusy if one has it open
// already. On file systems without leases (NFS, FUSE) it does nothing, and only the comparison after the move
// protects the file.
func (p *moving) lease() error {
	_, err := unix.FcntlInt(uintptr(p.FD), unix.F_SETLEASE, unix.F_RDLCK)
	if err == unix.EAGAIN {
		return ErrBusy
	}
	p.leased = err == nil
	return nil
}

// unwritten returns ErrBusy if a program has asked to write since the lease.
func (p *moving) unwritten() error {
	if !p.leased {
		return nil
	}
	if kind, err := unix.FcntlInt(uintptr(p.FD), unix.F_GETLEASE, 0); err != nil || kind != unix.F_RDLCK {
		return ErrBusy
	}
	return nil
}

// unchanged returns an error if anything about the file has changed since it was pinned: a tag, a second name, other
// permissions. It compares the change time, which is impossible after the move.
func (p *moving) unchanged() error {
	if err := p.unwritten(); err != nil {
		return err
	}
	s, err := disk.StatOpen(p.FD)
	if err == nil && (disk.Identify(&s) != disk.Identify(&p.Stat) || s.Nlink != p.Stat.Nlink) {
		err = ErrChanged
	}
	return err
}

// moved returns an error if the name in the folder does not lead to the pinned file, as it was when it was pinned. It
// ignores the change time, which a rename sets.
func (p *moving) moved(folder int, name string) error {
	s, err := disk.StatName(folder, name)
	if err != nil {
		return err
	}
	was, is := disk.Identify(&p.Stat), disk.Identify(&s)
	was.Ctime, is.Ctime = 0, 0
	if was != is && was.Size == is.Size && was.Mtime == is.Mtime && overlaid(folder) {
		return ErrCopiedUp
	}
	if was != is || s.Mode != p.Stat.Mode || s.Uid != p.Stat.Uid || s.Nlink != p.Stat.Nlink {
		return ErrChanged
	}
	return p.unwritten()
}

// ErrCopiedUp concerns a file of a lower layer: to rename it, an overlay copies it into its upper layer. The copy is
// another file, and later renames move it.
var ErrCopiedUp = fmt.Errorf(
	"%w: the overlay file system has copied it into its upper layer; the next time the copy can go",
	ErrChanged,
)

// overlaid reports whether the folder is on an overlay file system.
func overlaid(folder int) bool {
	var s unix.Statfs_t
	_, err := disk.Again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) })
	return err == nil && s.Type == unix.OVERLAYFS_SUPER_MAGIC
}

// rename moves a name and never replaces one. It returns errReplacing if the file system cannot guarantee that. There
// is no copy and delete here.
func rename(fromDir int, from string, toDir int, to string) error {
	err := unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE)
	// renameat2(2) returns EINVAL if the file system does not support the flag, and ENOSYS if the call itself is
	// missing.
	if err == unix.EINVAL || err == unix.ENOSYS {
		return errReplacing
	}
	return renamed(err)
}

// renamed maps the errors of a rename and of a link to those of this package.
func renamed(err error) error {
	switch {
	case errors.Is(err, unix.EXDEV):
		return disk.ErrOtherVolume
	// A folder on the way is no folder any more.
	case errors.Is(err, unix.ENOTDIR):
		return fs.ErrNotExist
	}
	return err
}
