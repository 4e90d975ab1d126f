package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Trial makes an empty file in the root, moves it to the trash bin to which the
// root's own files would go, and removes it there. It returns the path of the
// bin. Where a folder is at fault the error is a *providers.FolderError.
func (d *Driver) Trial(root string) (bin string, err error) {
	if d.bin == "" {
		return "", errNoBin
	}
	folder, err := unix.Open(root, openFolder|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", atFault(root, err)
	}
	defer unix.Close(folder)
	s, err := statOpen(folder)
	if err != nil {
		return "", atFault(root, err)
	}
	b, err := d.binFor(s.Mnt_id)
	if err != nil {
		return "", err
	}
	defer b.close()
	return b.path, b.try(folder, root, d.o.Now())
}

// try moves an empty file of a name of its own from the folder to the bin. No
// part of it is left anywhere.
func (b *bin) try(folder int, path string, now time.Time) error {
	name := ".sweepd-trial-" + rand.Text()
	fd, err := unix.Openat(folder, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
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
	if err := rename(folder, name, b.files, name); err != nil {
		return errors.Join(b.barred(err, folder, path), b.unlink(folder, name), b.forget(name))
	}
	if err := errors.Join(b.unlink(b.files, name), b.forget(name)); err != nil {
		return atFault(b.path, fmt.Errorf("a trial file cannot be taken out again: %w", err))
	}
	return nil
}
