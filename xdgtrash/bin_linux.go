package xdgtrash

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// bin is one trash directory of the freedesktop.org Trash specification 1.0, held open: files/NAME is a trashed file,
// and info/NAME.trashinfo records where it was. A user may remove a whole bin at any time, so each operation opens
// the bin, or checks that the open one is still there.
type bin struct {
	path    string
	base    string // what a relative Path= is below
	onTop   bool   // of a volume's top folder, not the home trash
	disk    string // of a bin on top: its file system's own name; see disk.NameOf
	program string // in names of trial files
	synced  *syncer
	durable *durable

	dir, files, info int      // the bin itself, and its two folders
	are              [3]owned // the same, when keptBin began to keep it; else not set

	users    atomic.Int64 // without the caller that opened it
	linked   atomic.Bool  // the bin is known to support hard links
	unsteady atomic.Bool  // and each hard link has an inode number of its own
}

// ErrAway means that the folder in which the bin is, or would be, is missing, perhaps together with its disk, so that
// nothing is known about the bin.
var ErrAway = errors.New("the folder of the trash bin is missing")

// ErrNoHome means that Options.Home is empty.
var ErrNoHome = fmt.Errorf("no trash bin is given: %w", errors.ErrUnsupported)

// openHome opens the home trash, whose parents are already resolved. If create is set, it makes the missing folders,
// with mode 0700. It refuses a bin that is a symbolic link or belongs to another user.
func (x *Trash) openHome(create bool) (*bin, error) {
	parent := filepath.Dir(x.o.Home)
	if create {
		if err := x.durable.folders(parent); err != nil {
			return nil, err
		}
	}
	above, err := unix.Open(parent, disk.FolderFlags|unix.O_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrAway
		}
		return nil, &fs.PathError{Op: "open", Path: parent, Err: err}
	}
	defer unix.Close(above)
	b := &bin{path: x.o.Home, base: parent, program: x.o.Program, synced: &x.synced, durable: &x.durable}
	return b, b.open(above, filepath.Base(x.o.Home), create, true)
}

// shared opens $topdir/.Trash/$uid if an administrator made .Trash for all users: a real folder with the sticky bit.
// Otherwise it returns errUnfit (Trash specification 1.0, "Trash directories", (1)).
func (x *Trash) shared(t *disk.Top, create bool) (*bin, error) {
	above, err := disk.OpenPiece(t.FD, ".Trash", disk.FolderFlags|unix.O_NOFOLLOW, false)
	if err == unix.ENOTDIR || err == unix.ELOOP || err == unix.EXDEV {
		return nil, errUnfit
	}
	if err != nil {
		return nil, err
	}
	defer unix.Close(above)
	s, err := disk.StatOpen(above)
	if err == nil && s.Mode&unix.S_ISVTX == 0 {
		err = errUnfit
	}
	if err != nil {
		return nil, err
	}
	b := &bin{
		path: filepath.Join(t.Path, ".Trash", userID()), base: t.Path, onTop: true, program: x.o.Program,
		synced: &x.synced, durable: &x.durable,
	}
	return b, b.open(above, userID(), create, false)
}

// errUnfit means that no administrator has made .Trash for all users: it is a link, or has no sticky bit.
var errUnfit = fmt.Errorf("the .Trash folder there is not for all: %w", fs.ErrPermission)

// own opens $topdir/.Trash-$uid (Trash specification 1.0, "Trash directories", (2)).
func (x *Trash) own(t *disk.Top, create bool) (*bin, error) {
	name := ".Trash-" + userID()
	b := &bin{
		path: filepath.Join(t.Path, name), base: t.Path, onTop: true, program: x.o.Program, synced: &x.synced,
		durable: &x.durable,
	}
	return b, b.open(t.FD, name, create, false)
}

// userID returns the number that names a user's bins on top of a volume: $uid of the specification.
func userID() string { return strconv.Itoa(os.Geteuid()) }

// open opens the bin with that name in the folder above. After an error no descriptor is open.
func (b *bin) open(above int, name string, create, cross bool) (err error) {
	b.dir, b.files, b.info = -1, -1, -1
	if b.dir, err = b.openOwn(above, name, create, cross); err == nil && create {
		err = b.checkEphemeral()
	}
	if err == nil && b.onTop {
		var s unix.Statfs_t
		s, err = b.statfs()
		b.disk = disk.NameOf(&s)
	}
	if err == nil {
		b.files, err = b.openOwn(b.dir, "files", create, false)
	}
	if err == nil {
		b.info, err = b.openOwn(b.dir, "info", create, false)
	}
	if err != nil {
		b.close()
		return &fs.PathError{Op: "open", Path: b.path, Err: err}
	}
	return nil
}

// openOwn opens a directory of this user, and never follows a symbolic link.
func (b *bin) openOwn(above int, name string, create, cross bool) (int, error) {
	made := false
	if create {
		err := unix.Mkdirat(above, name, 0o700)
		if made = err == nil; !made && err != unix.EEXIST {
			return -1, err
		}
	}
	fd, err := disk.OpenPiece(above, name, disk.FolderFlags|unix.O_NOFOLLOW, cross)
	switch err {
	case nil:
	case unix.ENOTDIR, unix.ELOOP:
		return -1, fmt.Errorf("%q is a symbolic link or not a folder: %w", name, fs.ErrPermission)
	case unix.EXDEV:
		return -1, fmt.Errorf("something is mounted at %q: %w", name, fs.ErrPermission)
	default:
		return -1, err
	}
	s, err := disk.StatOpen(fd)
	if err == nil && s.Uid != uint32(os.Geteuid()) {
		err = fmt.Errorf("%q is another user's: %w", name, fs.ErrPermission)
		if made { // on a file system that assigns all files to one user
			err = errors.Join(err, unix.Unlinkat(above, name, unix.AT_REMOVEDIR))
		}
	}
	if err == nil && create {
		err = b.durable.name(above, &s, made)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// close ends one use; the last one closes the bin.
func (b *bin) close() {
	// users does not count the caller that opened the bin, so that the last use takes it below zero.
	if b.users.Add(-1) >= 0 {
		return
	}
	for _, fd := range []int{b.dir, b.files, b.info} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// stat describes files/NAME; it returns fs.ErrNotExist if there is none.
func (b *bin) stat(name string) (unix.Statx_t, error) { return disk.StatName(b.files, name) }

// knows reports whether there is a file or a .trashinfo with that name.
func (b *bin) knows(name string) (bool, error) {
	for folder, name := range map[int]string{b.files: name, b.info: name + infoSuffix} {
		if _, err := disk.StatName(folder, name); !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// write makes info/NAME.trashinfo: new, complete, durable, and locked until the returned descriptor is closed. Settle
// takes the lock as a sign that the move is still under way. After an error no .trashinfo is left.
func (b *bin) write(name string, content []byte) (fd int, err error) {
	if len(content) > infoLimit {
		return -1, fmt.Errorf("the path is too long for a .trashinfo: %w", errors.ErrUnsupported)
	}
	name += infoSuffix
	fd, err = unix.Openat(b.info, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return -1, err
	}
	if err = lock(fd); err == nil {
		err = fill(fd, content)
	}
	if err == nil {
		err = b.synced.sync(fd, b.info)
	}
	// Nothing was moved yet, so the name can go again.
	if err != nil {
		unix.Close(fd)
		return -1, errors.Join(err, b.unlink(b.info, name))
	}
	return fd, nil
}

// fill writes all of content. A full disk may accept a new name and then only some of the bytes, or none. If the file
// system accepts bytes that it cannot store, the fsync that follows returns the error.
func fill(fd int, content []byte) error {
	for done := 0; done < len(content); {
		n, err := disk.Again(func() (int, error) { return unix.Pwrite(fd, content[done:], int64(done)) })
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return err
		}
		done += n
	}
	return nil
}

// lock locks a .trashinfo against Settle, if the file system has locks. It returns ErrUncertain if another process
// holds the lock, or has unlinked the .trashinfo meanwhile.
func lock(fd int) error {
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err == unix.EWOULDBLOCK {
		return fmt.Errorf("%w: it is being moved right now", ErrUncertain)
	}
	s, err := disk.StatOpen(fd)
	if err == nil && s.Nlink == 0 {
		return fmt.Errorf("%w: its .trashinfo was taken away", ErrUncertain)
	}
	return err
}

// openInfo opens and locks an existing info/NAME.trashinfo.
func (b *bin) openInfo(name string) (int, error) {
	fd, err := disk.OpenPiece(b.info, name+infoSuffix, disk.FileFlags, false)
	if err != nil {
		return -1, err
	}
	if err := lock(fd); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// read returns the content of info/NAME.trashinfo; errInfo if it is not a regular file, or larger than infoLimit.
func (b *bin) read(name string) ([]byte, error) { return b.content(b.info, name+infoSuffix) }

// content returns the content of a regular file in the folder; errInfo if it is another kind of file, or larger
// than infoLimit.
func (b *bin) content(folder int, name string) ([]byte, error) {
	fd, err := disk.OpenPiece(folder, name, disk.FileFlags, false)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	s, err := disk.StatOpen(fd)
	if err == nil && (!disk.Regular(&s) || s.Size > infoLimit) {
		err = errInfo
	}
	if err != nil {
		return nil, err
	}
	// The file may have grown since.
	return io.ReadAll(io.LimitReader(f, infoLimit))
}

// forget removes info/NAME.trashinfo, durably. A missing one is no error.
func (b *bin) forget(name string) error {
	if err := b.unlink(b.info, name+infoSuffix); err != nil {
		return err
	}
	return b.synced.sync(b.info)
}

// unlink removes one name that is not a directory. A missing one is no error.
func (b *bin) unlink(folder int, name string) error {
	if err := unix.Unlinkat(folder, name, 0); err != nil && err != unix.ENOENT {
		return err
	}
	return nil
}

// origin returns the absolute path that a .trashinfo of this bin means. A relative path is below the folder that the
// bin is in; an absolute path is for the home trash (Trash specification 1.0, "Contents of a trash directory"). npm's
// trash writes absolute paths on other disks too; there they count if they are on that disk.
func (b *bin) origin(path string) (string, error) {
	switch {
	case !filepath.IsAbs(path):
		return filepath.Join(b.base, path), nil
	case b.onTop:
		if _, in := disk.Below(b.base, path); !in || path != filepath.Clean(path) {
			return "", errElsewhere
		}
	}
	return path, nil
}

const elsewhere = "its .trashinfo names a place outside of its disk"

var errElsewhere = errors.New(elsewhere)

// infoOf returns the .trashinfo of a file that was at the absolute path.
func (b *bin) infoOf(path string, deleted time.Time) ([]byte, error) {
	if b.onTop {
		rel, in := disk.Below(b.base, path)
		if !in {
			return nil, fmt.Errorf("%q is not below %q: %w", path, b.base, errors.ErrUnsupported)
		}
		path = rel
	}
	return FormatInfo(path, deleted), nil
}
