package local

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// trashReach is the Reach of xdgtrash.Options for the roots.
type trashReach struct{ d *Driver }

// Subvolumes yields the tops of the subvolumes that files of the roots may be in, except tops of mounts.
func (x trashReach) Subvolumes(ctx context.Context) iter.Seq2[*disk.Top, error] {
	return func(yield func(*disk.Top, error) bool) {
		for _, r := range x.d.roots {
			for t, err := range x.d.subvolumes(ctx, r) {
				if !yield(t, err) {
					return
				}
			}
		}
	}
}

// Near reports whether the folder is a root, above one, or in one.
func (x trashReach) Near(folder string) bool {
	return slices.ContainsFunc(x.d.roots, func(r *roots.Root) bool {
		_, above := disk.Below(folder, r.Path)
		_, in := disk.Below(r.Path, folder)
		return above || in || folder == r.Path
	})
}

// Mounts returns a function that reports whether files in a root may be on the mount.
func (x trashReach) Mounts() func(disk.Mount) bool {
	var ids []uint64
	for _, r := range x.d.roots {
		// If the root is away, it is on no mount now.
		if r.Check() == nil {
			ids = append(ids, r.Mount())
		}
	}
	return func(m disk.Mount) bool {
		return slices.Contains(ids, m.ID) || slices.ContainsFunc(x.d.roots, func(r *roots.Root) bool {
			_, in := disk.Below(r.Path, m.Point)
			return r.Cross && in
		})
	}
}

// topOf opens the top of the volume that the folder is in.
func (d *Driver) topOf(v disk.Volume, folder string) (*disk.Top, error) {
	t, err := d.trash.TopOf(v, folder)
	return t, roots.Known(err)
}

// subvolumes yields the tops of the subvolumes that the root's files may be in, except tops of mounts: of the one
// that the root is in, and of those in it that a listing enters. It passes over snapshots. The caller closes each
// top.
func (d *Driver) subvolumes(ctx context.Context, r *roots.Root) iter.Seq2[*disk.Top, error] {
	return func(yield func(*disk.Top, error) bool) {
		if r.Hold() != nil {
			return // a listing of files reports why
		}
		defer r.Release()
		v, onBtrfs := r.Volume()
		if onBtrfs {
			t, err := d.topOf(v, r.Path)
			switch {
			case errors.Is(err, errors.ErrUnsupported): // no bin can be there
			case err == nil && t.Path == t.Point:
				t.Close()
			case err != nil:
				if !yield(nil, &providers.UnlistedError{Path: r.Path, Err: err}) {
					return
				}
			case !yield(t, nil):
				return
			}
		}
		folders := []string{r.Path}
		if r.Cross {
			all, err := d.mounts.List()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, m := range all {
				if _, in := disk.Below(r.Path, m.Point); in && m.Kind == "btrfs" {
					folders = append(folders, m.Point)
				}
			}
		} else if !onBtrfs {
			return
		}
		for len(folders) > 0 {
			folder := folders[len(folders)-1]
			folders = folders[:len(folders)-1]
			nested, more := d.nested(ctx, r, folder, yield)
			if !more {
				return
			}
			folders = append(folders, nested...)
		}
	}
}

// nested yields the tops of the subvolumes directly in that of the folder, and returns the paths of those that a
// listing enters. more is false if yield has returned false.
func (d *Driver) nested(
	ctx context.Context, r *roots.Root, folder string, yield func(*disk.Top, error) bool,
) (entered []string, more bool) {
	names, err := d.subvolumesIn(r, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !yield(nil, &providers.UnlistedError{Path: folder, Err: err}) {
		return nil, false
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return nil, false
		}
		path := filepath.Join(folder, name)
		t, err := d.openNested(r, path)
		switch {
		case errors.Is(err, providers.ErrProtected), errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist),
			errors.Is(err, providers.ErrOutside):
			continue // left out, closed to this user, gone this moment, or covered by a mount
		case errors.Is(err, disk.ErrSnapshot):
			entered = append(entered, path)
			continue
		case err != nil:
			err = &providers.UnlistedError{Path: path, Err: err}
		default:
			entered = append(entered, path)
		}
		if !yield(t, err) {
			return nil, false
		}
	}
	return entered, true
}

// openNested opens the top of the subvolume at the path, if a listing of the root enters it.
func (d *Driver) openNested(r *roots.Root, path string) (*disk.Top, error) {
	if err := d.leftOut(r, path); err != nil {
		return nil, err
	}
	s, err := r.Stat(path[len(disk.WithoutSlash(r.Path))+1:])
	if err != nil {
		return nil, roots.Reason("open", path, err)
	}
	t, err := d.topOf(disk.VolumeOf(&s), path)
	if err == nil && (t.Path != path || t.Path == t.Point) {
		t.Close()
		return nil, fs.ErrNotExist // no longer a subvolume, or a mount covers it
	}
	return t, err
}

// subvolumesIn returns the paths, below the folder, of the subvolumes directly in the one that the folder is in. It
// omits those that this user cannot reach. After an error the paths are those of the others.
func (d *Driver) subvolumesIn(r *roots.Root, folder string) (paths []string, err error) {
	rel, in := disk.Below(r.Path, folder)
	if !in {
		rel = "."
	}
	fd, err := r.Open(rel, disk.FolderFlags)
	if err != nil {
		return nil, roots.Reason("open", folder, err)
	}
	defer unix.Close(fd)
	return disk.SubvolumesAt(fd)
}
