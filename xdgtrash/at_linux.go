package xdgtrash

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// NewKey returns a key for a move, which no other move has.
func NewKey() string { return strings.ToLower(rand.Text()) }

// StateOf returns the state of the regular file that is in the place now, for Request.State.
func StateOf(f File) (string, error) {
	s, err := statOf(f)
	if err == nil && !disk.Regular(&s) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return "", disk.Reason("stat", f.Path(), err)
	}
	return disk.Identify(&s).String(), nil
}

// At returns the place at the path, which is absolute and clean. It is reached from "/", through no symbolic link.
func At(path string) File { return at(path) }

// at is a place that is known by its path alone.
type at string

func (a at) Path() string { return string(a) }

// Check returns nil: a path says nothing about the disk that was there.
func (a at) Check() error { return nil }

// Volume climbs to the innermost folder that exists, on whose volume the missing ones would be made.
func (a at) Volume() (v disk.Volume, folder string, err error) {
	for folder = filepath.Dir(string(a)); ; folder = filepath.Dir(folder) {
		fd, err := open(folder, unix.O_PATH|unix.O_DIRECTORY)
		if errors.Is(err, fs.ErrNotExist) && folder != "/" {
			continue
		}
		if err != nil {
			return v, "", disk.Reason("open", folder, err)
		}
		defer unix.Close(fd)
		s, err := disk.StatOpen(fd)
		return disk.VolumeOf(&s), folder, err
	}
}

var errEmpty = errors.New("the folder is empty: perhaps a disk is not mounted")

// Stays returns an error if the folder is missing or empty.
func (a at) Stays() error {
	fd, err := a.Folder()
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), filepath.Dir(string(a)))
	defer f.Close()
	if _, err := f.Readdirnames(1); err != io.EOF {
		return err
	}
	return errEmpty
}

// Pin opens the file by its name in the open folder, from which it is moved later.
func (a at) Pin() (*disk.Pinned, error) {
	p := &disk.Pinned{Folder: -1, FD: -1, Name: filepath.Base(string(a))}
	var err error
	if p.Folder, err = a.Folder(); err == nil {
		p.FD, err = disk.OpenPiece(p.Folder, p.Name, disk.FileFlags, false)
	}
	if err == nil {
		p.Stat, err = disk.StatOpen(p.FD)
	}
	if err != nil {
		p.Close()
		return nil, disk.Reason("open", string(a), err)
	}
	return p, nil
}

// Open, Folder and MakeFolder begin at "/" each time, and refuse symbolic links on the way.
func (a at) Open() (int, error) { return open(string(a), unix.O_PATH) }

func (a at) Folder() (int, error) { return open(filepath.Dir(string(a)), disk.FolderFlags) }

func (a at) MakeFolder() (int, error) { return makeFolder(filepath.Dir(string(a))) }

// makeFolder opens the folder, and makes its missing part, with mode 0700 and durably.
func makeFolder(path string) (int, error) {
	fd, err := open(path, disk.FolderFlags)
	if !errors.Is(err, fs.ErrNotExist) || path == "/" {
		return fd, err
	}
	above, err := makeFolder(filepath.Dir(path))
	if err != nil {
		return -1, err
	}
	defer unix.Close(above)
	err = unix.Mkdirat(above, filepath.Base(path), 0o700)
	if err == nil {
		err = unix.Fsync(above)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return -1, err
	}
	return disk.OpenPiece(above, filepath.Base(path), disk.FolderFlags, false)
}

// open opens an absolute path, from "/".
func open(path string, flags uint64) (int, error) {
	top, err := disk.OpenTop()
	if err != nil {
		return -1, err
	}
	defer unix.Close(top)
	if path == "/" {
		return disk.OpenPiece(top, ".", flags, true)
	}
	return disk.OpenBelow(top, path[1:], flags, true)
}
