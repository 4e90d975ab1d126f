package local

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Some file systems know no rename that never replaces: NFS, 9p, and many behind
// FUSE, such as ntfs-3g, bindfs and mergerfs. There a file goes into the bin by a
// plain rename to a name that nobody else can have, and comes out by a hard link,
// which never replaces either.

// errReplacing is of a file system whose rename may replace.
var errReplacing = fmt.Errorf("this file system cannot move without replacing: %w", errors.ErrUnsupported)

// take moves a name of the folder into files/, where it is called name. That has
// the journal's key, and whoever moves to it holds its .trashinfo, so that it is
// enough to see that it is free. Only what can come out again goes in.
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

// give moves files/NAME into the folder, where nothing may be called to but the
// same file: an earlier move was interrupted between its two names. An error that
// wraps providers.ErrUncertain leaves both. linked: by a link to the very file, of
// which some file systems then say that it is another inode.
func (b *bin) give(name string, folder int, to string) (linked bool, err error) {
	err = rename(b.files, name, folder, to)
	if !errors.Is(err, errReplacing) && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	fd, openErr := openPiece(b.files, name, unix.O_PATH, false)
	if openErr != nil {
		return false, errors.Join(err, openErr)
	}
	defer unix.Close(fd)
	if errors.Is(err, errReplacing) {
		// the very file, whatever is called name by now
		err = unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), folder, to, unix.AT_SYMLINK_FOLLOW)
	}
	if err != nil && !isOpen(fd, folder, to) {
		return false, renamed(err)
	}
	if err := b.synced.sync(folder); err != nil { // or both names could go
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

// isOpen reports whether the name is one of the file that is open as fd.
func isOpen(fd, folder int, name string) bool {
	is, err := statOpen(fd)
	there, err2 := statName(folder, name)
	return err == nil && err2 == nil && regular(&is) && placeOf(&is) == placeOf(&there)
}

// links reports, by empty files of its own, whether there are hard links in the
// bin: errReplacing where there are none.
func (b *bin) links() error {
	if b.linked.Load() {
		return nil
	}
	name, second := trialName(), trialName()
	fd, err := newFile(b.dir, name)
	if err != nil {
		return err
	}
	unix.Close(fd)
	linkErr := unix.Linkat(b.dir, name, b.dir, second, 0)
	if err := errors.Join(b.unlink(b.dir, second), b.unlink(b.dir, name)); err != nil {
		return err
	}
	if linkErr != nil {
		return fmt.Errorf("%w, and has no hard links: %v", errReplacing, linkErr)
	}
	b.linked.Store(true)
	return nil
}
