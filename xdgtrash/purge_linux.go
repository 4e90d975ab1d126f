package xdgtrash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Gone reports whether the file of the receipt is no longer in the bin. It returns an error if that is not known, as
// while the disk of the bin is away.
func (x *Trash) Gone(ctx context.Context, receipt string) (bool, error) {
	k, err := x.find(ctx, receipt)
	if err != nil {
		return false, err
	}
	defer k.close()
	p, err := k.pin()
	if err == nil {
		p.Close()
		return false, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if k.bin == nil && k.Bin != x.o.Home && k.Disk == "" {
		return false, ErrAway // perhaps another disk is there, and this one has no name to compare
	}
	if err := k.tidy(); err != nil {
		return false, err
	}
	return true, nil
}

// Purge deletes the file of the receipt for good. It removes the file, checks that it is gone, and then removes its
// .trashinfo. A crash in between leaves a .trashinfo without a file, which Gone and the next Purge remove.
func (x *Trash) Purge(ctx context.Context, receipt string) error {
	k, err := x.find(ctx, receipt)
	if err != nil {
		return err
	}
	defer k.close()
	p, err := k.pin()
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, k.tidy())
	}
	if err != nil {
		return err
	}
	defer p.Close()
	if err := k.bin.unlink(k.bin.files, k.Name); err != nil {
		return err
	}
	if err := x.at(AtUnlinked); err != nil {
		return uncertain(err)
	}
	if _, err := k.bin.stat(k.Name); err == nil {
		return uncertain(errors.New("it was deleted, and there is a file of that name in the trash"))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return uncertain(err)
	}
	if err = x.synced.sync(k.bin.files); err == nil {
		err = x.at(AtMoved)
	}
	if err == nil {
		err = k.bin.forget(k.Name)
	}
	if err != nil {
		return uncertain(err)
	}
	return nil
}

// Look returns nil if the file of the receipt is in the bin, and otherwise the error of Open. It opens no file. Of a
// file that is in the home trash as that was last opened, it does not check whether the home trash has been moved or
// replaced since, as Purge and Restore do.
func (x *Trash) Look(ctx context.Context, receipt string) error {
	if p, id, err := ParseReceipt(receipt); err == nil && p.Bin == x.o.Home && x.kept.has(p.Name, id) {
		return ctx.Err()
	}
	k, err := x.find(ctx, receipt)
	if err != nil {
		return err
	}
	defer k.close()
	if k.bin == nil {
		return errNoBin
	}
	s, err := k.bin.stat(k.Name)
	if err == nil && !k.is(&s) {
		err = fmt.Errorf("in the trash: %w", ErrChanged)
	}
	return err
}

// Open opens the file of the receipt in the bin, to be read. It returns its state too.
func (x *Trash) Open(ctx context.Context, receipt string) (fd int, state disk.Identity, err error) {
	k, err := x.find(ctx, receipt)
	if err != nil {
		return -1, state, err
	}
	defer k.close()
	p, err := k.pin()
	if err != nil {
		return -1, state, err
	}
	defer p.Close()
	// The descriptor of a pinned file is O_PATH, from which nothing can be read.
	if fd, err = disk.OpenPiece(k.bin.files, p.Name, disk.FileFlags, false); err != nil {
		return -1, state, disk.Reason("open", k.Path, err)
	}
	s, err := disk.StatOpen(fd)
	if err == nil && disk.Identify(&s) != disk.Identify(&p.Stat) {
		err = ErrChanged
	}
	if err != nil {
		unix.Close(fd)
		return -1, state, err
	}
	return fd, disk.Identify(&s), nil
}
