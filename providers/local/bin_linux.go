package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// bin is one trash directory of the freedesktop.org Trash specification 1.0,
// held open: files/NAME is a trashed file, info/NAME.trashinfo says where it
// was. It is opened for each operation, because a person may remove a whole
// bin at any time.
type bin struct {
	path        string
	files, info int
}

// errAway says that the folder in which the bin is, or would be, is missing:
// perhaps with a disk, so that nothing is known of the bin.
var errAway = errors.New("the folder of the trash bin is missing")

var errNoBin = fmt.Errorf("no trash bin is given: %w", errors.ErrUnsupported)

// openBin opens the bin at path, whose parents are resolved, and with create
// makes what is missing of it, for nobody but its owner. A bin that is a
// symbolic link or somebody else's is refused.
func openBin(path string, create bool) (*bin, error) {
	if create {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
	above, err := unix.Open(filepath.Dir(path), openFolder|unix.O_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errAway
		}
		return nil, &fs.PathError{Op: "open", Path: filepath.Dir(path), Err: err}
	}
	defer unix.Close(above)
	top, err := openOwn(above, filepath.Base(path), create)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(top)
	b := &bin{path: path, files: -1, info: -1}
	if b.files, err = openOwn(top, "files", create); err == nil {
		b.info, err = openOwn(top, "info", create)
	}
	if err != nil {
		b.close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return b, nil
}

// openOwn opens a directory of our own, never through a link.
func openOwn(above int, name string, create bool) (int, error) {
	if create {
		if err := unix.Mkdirat(above, name, 0o700); err == nil {
			err = unix.Fsync(above)
			if err != nil {
				return -1, err
			}
		} else if err != unix.EEXIST {
			return -1, err
		}
	}
	fd, err := unix.Openat(above, name, openFolder|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err == unix.ENOTDIR || err == unix.ELOOP {
		return -1, fmt.Errorf("%q is a symbolic link or not a folder: %w", name, fs.ErrPermission)
	}
	if err != nil {
		return -1, err
	}
	s, err := statOpen(fd)
	if err == nil && s.Uid != uint32(os.Geteuid()) {
		err = fmt.Errorf("%q is another user's: %w", name, fs.ErrPermission)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (b *bin) close() {
	for _, fd := range []int{b.files, b.info} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// stat describes files/NAME; fs.ErrNotExist when there is none.
func (b *bin) stat(name string) (unix.Statx_t, error) { return statName(b.files, name) }

// write makes info/NAME.trashinfo: new, complete, durable, and locked until
// the returned descriptor is closed, which tells Settle that the move is still
// under way. After an error no .trashinfo is left.
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
		err = unix.Fsync(b.info)
	}
	if err != nil {
		unix.Close(fd)
		return -1, errors.Join(err, b.unlink(b.info, name))
	}
	return fd, nil
}

// fill writes content and makes sure that it is there: a full disk takes a new
// name and then not one byte.
func fill(fd int, content []byte) error {
	for done := 0; done < len(content); {
		n, err := again(func() (int, error) { return unix.Pwrite(fd, content[done:], int64(done)) })
		if err != nil {
			return err
		}
		done += n
	}
	if err := unix.Fsync(fd); err != nil {
		return err
	}
	back := make([]byte, len(content)+1)
	n, err := again(func() (int, error) { return unix.Pread(fd, back, 0) })
	if err == nil && !bytes.Equal(back[:n], content) {
		err = io.ErrShortWrite
	}
	return err
}

// lock locks a .trashinfo against Settle, where the file system has locks.
// One that was unlinked meanwhile is no longer ours.
func lock(fd int) error {
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err == unix.EWOULDBLOCK {
		return fmt.Errorf("%w: it is being moved right now", providers.ErrUncertain)
	}
	s, err := statOpen(fd)
	if err == nil && s.Nlink == 0 {
		return fmt.Errorf("%w: its .trashinfo was taken away", providers.ErrUncertain)
	}
	return err
}

// open opens and locks an existing info/NAME.trashinfo.
func (b *bin) open(name string) (int, error) {
	fd, err := unix.Openat(b.info, name+infoSuffix, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := lock(fd); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// read returns the content of info/NAME.trashinfo.
func (b *bin) read(name string) ([]byte, error) {
	fd, err := unix.Openat(b.info, name+infoSuffix, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, infoLimit))
}

// forget removes info/NAME.trashinfo, durably; a missing one is no error.
func (b *bin) forget(name string) error {
	if err := b.unlink(b.info, name+infoSuffix); err != nil {
		return err
	}
	return unix.Fsync(b.info)
}

// unlink removes one name that is not a directory; a missing one is no error.
func (b *bin) unlink(folder int, name string) error {
	if err := unix.Unlinkat(folder, name, 0); err != nil && err != unix.ENOENT {
		return err
	}
	return nil
}
