package xdgtrash

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Some file systems have no rename that never replaces: NFS, 9p, and many on FUSE, such as ntfs-3g, bindfs and
// mergerfs. On these, a file goes into the bin by a plain rename to a name that no other program can have, and comes
// out by a hard link, which never replaces either.

// errReplacing means that the file system's rename may replace a file.
var errReplacing = fmt.Errorf("this file system cannot move without replacing: %w", errors.ErrUnsupported)

// take moves a name of the folder into files/, under the given name. It is enough to check that this name is free,
// because it contains the journal's key and the caller holds its .trashinfo. take refuses a file that could not come
// out again.
func (b *bin) take(folder int, from, name string) error {
	err := rename(folder, from, b.files, name)
	if !errors.Is(err, errReplacing) {
		return err
	}
	if err := b.links(); err != nil {
		return err
	}
	if _, err := b.stat(name); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fs.ErrExist)
	}
	return renamed(unix.Renameat(folder, from, b.files, name))
}

// give moves files/NAME into the folder under the name to. It never replaces a file; to may already be the same file,
// if an earlier move was interrupted between its two names. An error that wraps ErrUncertain leaves both
// names. linked means that give made a hard link; some file systems then report another inode number for it.
func (b *bin) give(name string, folder int, to string) (linked bool, err error) {
	err = rename(b.files, name, folder, to)
	if !errors.Is(err, errReplacing) && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	fd, openErr := disk.OpenPiece(b.files, name, unix.O_PATH, false)
	if openErr != nil {
		return false, errors.Join(err, openErr)
	}
	defer unix.Close(fd)
	if errors.Is(err, errReplacing) {
		// the open file, even if another one has its name by now
		err = unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), folder, to, unix.AT_SYMLINK_FOLLOW)
	}
	// The name is taken: by this file, if an earlier move was interrupted, or by another one.
	if err != nil && !isOpen(fd, folder, to) && !b.linkedTo(name, folder, to) {
		return false, renamed(err)
	}
	if err := b.synced.sync(folder); err != nil { // otherwise a crash could lose both names
		return true, uncertain(err)
	}
	if !isOpen(fd, b.files, name) {
		return true, uncertain(errors.New("it is back, and another file is in the trash in its place"))
	}
	if err := b.unlink(b.files, name); err != nil {
		return true, uncertain(err)
	}
	return true, nil
}

// isOpen reports whether the name in the folder leads to the regular file that is open as fd.
func isOpen(fd, folder int, name string) bool {
	is, err := disk.StatOpen(fd)
	there, err2 := disk.StatName(folder, name)
	return err == nil && err2 == nil && disk.Regular(&is) && disk.PlaceOf(&is) == disk.PlaceOf(&there)
}

// linkedTo reports whether files/NAME and the name to in the folder are one file, on file systems that number names
// and not files, as mergerfs and sshfs do: all other attributes are equal, and so are the bytes. If the file system
// reports neither the number of a file's names nor the time of its last change (sshfs), a copy with the same date
// counts as the file.
func (b *bin) linkedTo(name string, folder int, to string) bool {
	var files [2]*os.File
	for i, at := range []struct {
		folder int
		name   string
	}{{b.files, name}, {folder, to}} {
		fd, err := disk.OpenPiece(at.folder, at.name, disk.FileFlags, false)
		if err != nil {
			return false
		}
		files[i] = os.NewFile(uintptr(fd), at.name)
		defer files[i].Close()
	}
	// Comparing the bytes takes a while, so the attributes are compared again.
	return alike(files) && b.links() == nil && b.unsteady.Load() && sameBytes(files[0], files[1]) && alike(files)
}

// alike reports whether the file system describes two regular files alike, except for their inode numbers.
func alike(files [2]*os.File) bool {
	var all [2]unix.Statx_t
	for i, f := range files {
		s, err := disk.StatFresh(int(f.Fd()), "")
		if err != nil || !disk.Regular(&s) {
			return false
		}
		all[i] = s
	}
	a, b := disk.Identify(&all[0]), disk.Identify(&all[1])
	a.Ino, b.Ino = 0, 0
	return a == b && all[0].Nlink == all[1].Nlink && all[0].Mode == all[1].Mode && all[0].Uid == all[1].Uid &&
		all[0].Gid == all[1].Gid
}

// sameBytes reports whether both readers end after the same bytes. Any error of reading makes it false.
func sameBytes(a, b io.Reader) bool {
	var bufs [2][64 << 10]byte
	for {
		n, err := io.ReadFull(a, bufs[0][:])
		m, err2 := io.ReadFull(b, bufs[1][:])
		if !bytes.Equal(bufs[0][:n], bufs[1][:m]) || !errors.Is(err2, err) {
			return false
		}
		if err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

// links reports whether the bin supports hard links, by trying it with empty files of its own; it returns
// errReplacing if not.
func (b *bin) links() error {
	if b.linked.Load() {
		return nil
	}
	name, second := b.trialName(), b.trialName()
	fd, err := newFile(b.dir, name)
	if err != nil {
		return err
	}
	unix.Close(fd)
	linkErr := unix.Linkat(b.dir, name, b.dir, second, 0)
	if linkErr == nil {
		// Where names have numbers of their own, the two names of one file have two.
		one, err := disk.StatName(b.dir, name)
		two, err2 := disk.StatName(b.dir, second)
		b.unsteady.Store(errors.Join(err, err2) == nil && one.Ino != two.Ino)
	}
	if err := errors.Join(b.unlink(b.dir, second), b.unlink(b.dir, name)); err != nil {
		return err
	}
	if linkErr != nil {
		return fmt.Errorf("%w, and has no hard links: %v", errReplacing, linkErr)
	}
	b.linked.Store(true)
	return nil
}
