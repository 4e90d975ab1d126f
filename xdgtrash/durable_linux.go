package xdgtrash

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// durable records which folders have durable names, regardless of who made them: a process that was killed, or
// another goroutine, may have made a folder without syncing its name yet.
type durable struct {
	mu sync.Mutex
	// names has the folders whose names are durable; made has the paths that folders has made durable. mu guards
	// both.
	names map[file]bool
	made  map[string]bool
}

// name makes the name of the folder s in the folder above durable. fresh means that the folder was made just now,
// perhaps with the inode number of a removed one.
func (x *durable) name(above int, s *unix.Statx_t, fresh bool) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	f := file{unix.Mkdev(s.Dev_major, s.Dev_minor), s.Ino}
	if x.names[f] && !fresh {
		return nil
	}
	if err := syncFolder(above); err != nil {
		return err
	}
	if x.names == nil {
		x.names = map[file]bool{}
	}
	x.names[f] = true
	return nil
}

// folders makes the missing folders of the path, durably.
func (x *durable) folders(path string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	// A path that was removed since is made again.
	if _, err := disk.StatName(unix.AT_FDCWD, path); err == nil && x.made[path] {
		return nil
	}
	if err := makeFolders(path); err != nil {
		return err
	}
	if x.made == nil {
		x.made = map[string]bool{}
	}
	x.made[path] = true
	return nil
}

// syncFolder makes the names in the folder durable. The folder may be open as O_PATH.
func syncFolder(folder int) error {
	fd, err := disk.OpenPiece(folder, ".", disk.FolderFlags, true)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Fsync(fd)
}

// makeFolders is os.MkdirAll with mode 0700, and syncs the parent of each folder that it makes.
func makeFolders(path string) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeFolders(filepath.Dir(path)); err == nil {
			err = os.Mkdir(path, 0o700)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	above, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(above.Sync(), above.Close())
}
