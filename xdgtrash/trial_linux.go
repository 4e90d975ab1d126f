package xdgtrash

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Trial makes an empty file in the root, moves it to the trash bin to which the root's own files would go, and
// removes it there. It returns the path of the bin. If a folder is at fault the error is a *FolderError.
func (x *Trash) Trial(root string) (bin string, err error) {
	if x.o.Home == "" {
		return "", ErrNoHome
	}
	folder, err := unix.Open(root, disk.FolderFlags|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", atFault(root, err)
	}
	defer unix.Close(folder)
	s, err := disk.StatOpen(folder)
	if err != nil {
		return "", atFault(root, err)
	}
	b, err := x.binFor(disk.VolumeOf(&s), root)
	if err != nil {
		return "", err
	}
	defer b.close()
	return b.path, b.try(folder, root, x.o.Now())
}

// try moves an empty file with a name of its own from the folder to the bin. It leaves nothing behind, and removes
// the files that a killed trial has left.
func (b *bin) try(folder int, path string, now time.Time) error {
	b.clear(folder, now)
	name := b.trialName()
	fd, err := newFile(folder, name)
	if err != nil {
		return refusedFor(path, err)
	}
	defer unix.Close(fd)
	content, err := b.infoOf(path+"/"+name, now)
	var info int
	if err == nil {
		info, err = b.write(name, content)
	}
	if err != nil {
		return errors.Join(refusedFor(b.path, err), b.unlink(folder, name))
	}
	defer unix.Close(info)
	if err := b.take(folder, name, name); err != nil {
		return errors.Join(b.barred(err, folder, path), b.unlink(folder, name), b.forget(name))
	}
	if err := errors.Join(b.unlink(b.files, name), b.forget(name)); err != nil {
		return atFault(b.path, fmt.Errorf("a trial file cannot be taken out again: %w", err))
	}
	return nil
}

// newFile makes an empty file, and locks it for as long as it is open.
func newFile(folder int, name string) (fd int, err error) {
	fd, err = unix.Openat(folder, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err == nil {
		_ = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) // if the file system has locks
	}
	return fd, err
}

// trialLetters is how many letters of rand.Text end the name of a trial file.
const trialLetters = 26

// trialPrefix begins the names of trial files.
func (b *bin) trialPrefix() string { return "." + b.program + "-trial-" }

// trialName returns a new name, which isTrial recognises.
func (b *bin) trialName() string { return b.trialPrefix() + rand.Text() }

// isTrial reports whether a name is one of trialName's results.
func (b *bin) isTrial(name string) bool {
	rest, ok := strings.CutPrefix(name, b.trialPrefix())
	return ok && len(rest) == trialLetters && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// clear removes the files of killed trials: regular files of this user with such a name, empty except for a
// .trashinfo, an hour old, and not locked. They are not the user's own files, so no caller has to record that
// they are gone. It leaves files that it cannot look at.
func (b *bin) clear(folder int, now time.Time) {
	for _, in := range []int{folder, b.dir, b.files, b.info} {
		fd, err := disk.OpenPiece(in, ".", disk.FolderFlags, true)
		if err != nil {
			continue
		}
		f := os.NewFile(uintptr(fd), ".")
		for err == nil {
			var names []string
			names, err = f.Readdirnames(512)
			for _, name := range names {
				trial, isInfo := strings.CutSuffix(name, infoSuffix)
				if b.isTrial(trial) && isInfo == (in == b.info) && leftOver(in, name, isInfo, now) {
					_ = b.unlink(in, name)
				}
			}
		}
		f.Close()
	}
}

// leftOver reports whether a killed trial has left the file.
func leftOver(folder int, name string, isInfo bool, now time.Time) bool {
	fd, err := disk.OpenPiece(folder, name, disk.FileFlags, false)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	s, err := disk.StatOpen(fd)
	return err == nil && disk.Regular(&s) && (s.Size == 0 || isInfo) && s.Uid == uint32(os.Geteuid()) &&
		// A trial takes far less than an hour, and holds its lock while it runs.
		now.Sub(time.Unix(s.Ctime.Sec, int64(s.Ctime.Nsec))) > time.Hour &&
		unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != unix.EWOULDBLOCK
}
