package xdgtrash

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Outlook returns the path of the trash bin to which the root's own files would go, or why none can. On the disks of
// this machine it changes nothing: it checks whether the bin exists or can be made, and is writable. On any other
// file system (FUSE, a network's) only an attempt shows how a rename behaves, so Outlook calls Trial.
func (x *Trash) Outlook(root string) (bin string, err error) {
	if x.o.Home == "" {
		return "", ErrNoHome
	}
	folder, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", atFault(root, err)
	}
	defer unix.Close(folder)
	s, err := disk.StatOpen(folder)
	if err != nil {
		return "", atFault(root, err)
	}
	all, err := x.o.Mounts.List()
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(m disk.Mount) bool { return m.ID == s.Mnt_id })
	// Only an attempt shows how this file system behaves.
	if i < 0 || !disk.Answers(all[i].Kind) {
		return x.Trial(root)
	}
	if bin, err = x.foresee(disk.VolumeOf(&s), root); err != nil {
		return "", err
	}
	if err := mayWrite(folder); err != nil {
		return "", atFault(root, err)
	}
	return bin, nil
}

// foresee is binFor without any change: it returns the path of the bin.
func (x *Trash) foresee(v disk.Volume, folder string) (bin string, err error) {
	home, err := x.homeVolume()
	if err != nil {
		return "", err
	}
	if home == v {
		if err := checkEphemeral(x.o.Program, x.o.Home, 0, false); err != nil {
			return "", atFault(x.o.Home, err)
		}
		b, err := x.home(false)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrAway) {
			err = x.mayMake(x.o.Home)
		} else if err == nil {
			defer b.close()
			err = b.mayTake(v)
		}
		if err != nil {
			return "", atFault(x.o.Home, err)
		}
		return x.o.Home, nil
	}
	t, err := x.TopOf(v, folder)
	if err != nil {
		return "", err
	}
	defer t.Close()
	bin = filepath.Join(t.Path, ".Trash-"+userID())
	if b, err := x.shared(t, false); err == nil {
		defer b.close()
		return b.path, b.mayTake(v)
	}
	b, err := x.own(t, false)
	switch {
	case err == nil:
		defer b.close()
		return b.path, b.mayTake(v)
	case errors.Is(err, fs.ErrNotExist):
		err = x.mayMake(bin)
	}
	if err != nil {
		return "", atFault(t.Path, noBin(err))
	}
	return bin, nil
}

// mayTake returns an error if the bin takes no files of the volume.
func (b *bin) mayTake(v disk.Volume) error {
	err := b.checkEphemeral()
	for _, folder := range []int{b.files, b.info} {
		s, statErr := disk.StatOpen(folder)
		if statErr == nil && disk.VolumeOf(&s) != v {
			statErr = disk.ErrOtherVolume
		}
		err = errors.Join(err, statErr, mayWrite(folder))
	}
	if err != nil {
		return atFault(b.path, err)
	}
	return nil
}

// mayMake returns an error if a missing bin, or a folder in it, cannot be made.
func (x *Trash) mayMake(path string) error {
	for at := filepath.Join(path, "files"); ; at = filepath.Dir(at) {
		fd, err := unix.Open(at, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if errors.Is(err, fs.ErrNotExist) && at != "/" {
			continue
		}
		if err == nil {
			err = errors.Join(mayWrite(fd), checkEphemeralOpen(x.o.Program, path, fd))
			unix.Close(fd)
		}
		if err != nil {
			return &fs.PathError{Op: "make", Path: path, Err: fmt.Errorf("in %q: %w", at, err)}
		}
		return nil
	}
}

// mayWrite returns an error if no names can be made in the folder; see writable.
func mayWrite(folder int) error { return unix.Faccessat(folder, ".", unix.W_OK|unix.X_OK, 0) }
