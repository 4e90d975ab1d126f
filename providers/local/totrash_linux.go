package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
	"github.com/sweepd/sweepd/xdgtrash"
)

// Package xdgtrash moves the files. Here are the checks that the driver makes before a move, the files as reached
// from the roots (below), and the errors of package providers for those of package xdgtrash (contract).

// Can implements providers.Driver.
func (d *Driver) Can() providers.Can {
	if d.bin == "" {
		return providers.CanReadWhole | providers.CanWait
	}
	return providers.CanReadWhole | providers.CanWait | providers.CanTrash | providers.CanRestore | providers.CanPurge |
		providers.CanListTrash
}

// Trash implements providers.Driver. It refuses with ErrProtected immutable files, and those that a listing would
// leave out by now. The guards' findings about the file itself (its names, its owner, its tags) are still true: it
// cannot change without the change time, which is part of the revision and is compared for the last time just before
// the rename.
func (d *Driver) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	m, err := d.request(ctx, key, ref, rev)
	if err != nil {
		return "", err
	}
	receipt, err := d.trash.Put(ctx, m)
	return providers.Receipt(receipt), contract(err)
}

// Settle implements providers.Driver.
func (d *Driver) Settle(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	m, err := d.request(ctx, key, ref, rev)
	if err != nil {
		return "", err
	}
	receipt, err := d.trash.Settle(m)
	return providers.Receipt(receipt), contract(err)
}

// request describes a move for the trash. Before the move, the rules of a listing are applied to the file once more:
// the user may have marked the folder since, or have changed the policy.
func (d *Driver) request(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (m xdgtrash.Request, err error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return m, err
	}
	if d.bin == "" {
		return m, xdgtrash.ErrNoHome
	}
	if !xdgtrash.ValidKey(key) {
		return m, fmt.Errorf("%q is not a key of the journal", key)
	}
	return xdgtrash.Request{
		Key: key, File: below{r, rel}, State: string(rev), May: func() error { return d.omits(r, string(ref)) },
	}, nil
}

// Trashed implements providers.Driver: it lists the home trash, the bins on top of the mounts and subvolumes in which
// files of the roots may be, and those on top of every other mount of this machine's own disks.
func (d *Driver) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return func(yield func(providers.Trashed, error) bool) {
		for t, err := range d.trash.List(ctx) {
			if !yield(providers.Trashed{
				Receipt: providers.Receipt(t.Receipt), Path: t.Path, Size: t.Size, Deleted: t.Deleted, Since: t.Since,
				Left: t.Left,
			}, contract(err)) {
				return
			}
		}
	}
}

// Restore implements providers.Driver. It makes missing folders again: undo has to work although the user has removed
// a folder because its last file had left.
func (d *Driver) Restore(ctx context.Context, receipt providers.Receipt) (providers.Entry, error) {
	back, err := d.trash.Restore(ctx, string(receipt), d.placeOf)
	if err != nil {
		return providers.Entry{}, contract(err)
	}
	return entry(back.File.Path(), &back.Stat), nil
}

// placeOf returns the place of a file that was at the path when it was trashed.
func (d *Driver) placeOf(path string) (xdgtrash.File, error) {
	r, rel, err := d.locate(path)
	if errors.Is(err, providers.ErrOutside) {
		if now := disk.ResolvedParent(path); now != path { // its folder was moved, and a link is in its place
			r, rel, err = d.locate(now)
		}
	}
	if err != nil {
		return nil, err
	}
	return below{r, rel}, nil
}

// Gone implements providers.Driver.
func (d *Driver) Gone(ctx context.Context, receipt providers.Receipt) (bool, error) {
	gone, err := d.trash.Gone(ctx, string(receipt))
	return gone, contract(err)
}

// Purge implements providers.Driver.
func (d *Driver) Purge(ctx context.Context, receipt providers.Receipt) error {
	return contract(d.trash.Purge(ctx, string(receipt)))
}

// Outlook returns the path of the trash bin to which the root's own files would go, or why none can. On the disks of
// this machine it changes nothing: it checks whether the bin exists or can be made, and is writable. On any other
// file system (FUSE, a network's) only an attempt shows how a rename behaves, so Outlook calls Trial.
func (d *Driver) Outlook(root string) (bin string, err error) {
	bin, err = d.trash.Outlook(root)
	return bin, contract(err)
}

// Trial makes an empty file in the root, moves it to the trash bin to which the root's own files would go, and
// removes it there. It returns the path of the bin. If a folder is at fault the error is a *providers.FolderError.
func (d *Driver) Trial(root string) (bin string, err error) {
	bin, err = d.trash.Trial(root)
	return bin, contract(err)
}

// newTrash returns the trash, as the roots use it.
func (d *Driver) newTrash() *xdgtrash.Trash {
	return xdgtrash.New(xdgtrash.Options{
		Home: d.bin, Now: d.o.Now, Program: "sweepd", Mounts: d.mounts, Reach: trashReach{d}, Step: d.at,
	})
}

// at calls step, which only tests set.
func (d *Driver) at(point string) error {
	if d.step == nil {
		return nil
	}
	return d.step(point)
}

// below is a file below a root, reached from the root's own descriptor.
type below struct {
	root *roots.Root
	rel  string
}

// Path returns the absolute path.
func (f below) Path() string { return filepath.Join(f.root.Path, f.rel) }

// Check checks the root.
func (f below) Check() error { return f.root.Check() }

// Volume checks the root, and returns the volume and the path of the innermost existing folder on the way to the
// file; those of the root, if listings meet no other volume.
func (f below) Volume() (v disk.Volume, folder string, err error) {
	if err := f.root.Check(); err != nil {
		return v, "", err
	}
	if v, divided := f.root.Volume(); !f.root.Cross && !divided {
		return v, f.root.Path, nil
	}
	for rel := filepath.Dir(f.rel); ; rel = filepath.Dir(rel) {
		s, err := f.root.Stat(rel)
		if err == nil || rel == "." {
			return disk.VolumeOf(&s), filepath.Join(f.root.Path, rel), roots.Reason("open", f.root.Path, err)
		}
	}
}

// Stays returns an error if the file's folder is missing or empty and other volumes may be below the root: one of them
// may be gone from there.
func (f below) Stays() error {
	if _, divided := f.root.Volume(); !f.root.Cross && !divided {
		return nil
	}
	folder, err := f.root.Parent(f.rel)
	if err != nil {
		return err
	}
	defer unix.Close(folder)
	return notEmpty(folder)
}

// Pin opens the file and its folder.
func (f below) Pin() (*disk.Pinned, error) { return f.root.Pin(f.rel) }

// Open opens what is in the file's place.
func (f below) Open() (int, error) { return f.root.Open(f.rel, unix.O_PATH) }

// Folder opens the folder that the file is in.
func (f below) Folder() (int, error) { return f.root.Parent(f.rel) }

// MakeFolder is Folder, and makes the missing part of it.
func (f below) MakeFolder() (int, error) { return f.root.Create(filepath.Dir(f.rel)) }

// contract returns err with the same text, and with the errors of package providers for those of package xdgtrash.
func contract(err error) error {
	if err == nil {
		return nil
	}
	switch e := err.(type) {
	case *fs.PathError: // Storage shows the path of one in its place, not of one inside another error
		return &fs.PathError{Op: e.Op, Path: e.Path, Err: contract(e.Err)}
	case *xdgtrash.FolderError:
		return &providers.FolderError{Folder: e.Folder, Err: contract(e.Err)}
	case *xdgtrash.UnlistedError:
		return &providers.UnlistedError{Path: e.Path, Err: contract(e.Err)}
	}
	if e, ok := errors.AsType[*xdgtrash.FolderError](err); ok {
		err = roots.Also(err, &providers.FolderError{Folder: e.Folder, Err: contract(e.Err)})
	}
	for _, kind := range []struct{ of, is error }{
		{xdgtrash.ErrUncertain, providers.ErrUncertain},
		{xdgtrash.ErrProtected, providers.ErrProtected},
		{xdgtrash.ErrFull, providers.ErrFull},
	} {
		if errors.Is(err, kind.of) && !errors.Is(err, kind.is) {
			err = roots.Also(err, kind.is)
		}
	}
	return roots.Known(err)
}
