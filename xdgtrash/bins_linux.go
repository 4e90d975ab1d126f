package xdgtrash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// binFor opens, and if necessary makes, the bin for files of the volume that the folder is in: the home trash if it
// is in the same volume, otherwise the bin on top of the volume. It never copies to another file system: if neither
// bin can be had, the error wraps errors.ErrUnsupported.
func (x *Trash) binFor(v disk.Volume, folder string) (*bin, error) {
	if b := x.kept.take(true); b != nil {
		if b.in(v) {
			return b, nil
		}
		b.close()
	}
	home, err := x.homeVolume()
	if err != nil {
		return nil, err
	}
	var b *bin
	if home == v {
		if err := checkEphemeral(x.o.Program, x.o.Home, 0, false); err != nil { // before anything is made
			return nil, atFault(x.o.Home, err)
		}
		if b, err = x.home(true); err != nil {
			err = atFault(x.o.Home, err)
		}
	} else {
		b, err = x.binOn(v, folder)
	}
	if err != nil {
		return nil, err
	}
	// Something may have been mounted there since.
	s, err := disk.StatOpen(b.files)
	if err == nil && disk.VolumeOf(&s) != v {
		err = disk.ErrOtherVolume
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// binOn opens or makes the bin on top of the volume.
func (x *Trash) binOn(v disk.Volume, folder string) (*bin, error) {
	t, err := x.TopOf(v, folder)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	// If the shared bin cannot be used, the specification wants the user's own.
	b, err := x.shared(t, true)
	if err != nil {
		b, err = x.own(t, true)
	}
	if err != nil {
		return nil, atFault(t.Path, noBin(err))
	}
	return b, nil
}

// TopOf opens the top of the volume that the folder is in: that of the mount, or of a subvolume.
func (x *Trash) TopOf(v disk.Volume, folder string) (*disk.Top, error) {
	t, err := x.o.Mounts.Top(func(m disk.Mount) bool { return m.ID == v.Mount })
	if err != nil {
		return nil, noBin(err)
	}
	if t.Volume == v {
		return t, nil
	}
	defer t.Close()
	return t.Subvolume(v, folder)
}

// noBin adds errors.ErrUnsupported to errors that will not go away by themselves.
func noBin(err error) error {
	for _, lasting := range []error{fs.ErrPermission, disk.ErrNoMount, unix.EROFS, unix.ENOTDIR, unix.EOPNOTSUPP} {
		if errors.Is(err, lasting) {
			err = fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
			break
		}
	}
	return fmt.Errorf("there is no trash bin on this file system, and none can be made: %w", err)
}

// homeVolume returns the volume that the home trash is in, or would be. For a link or a file in its place, it returns
// the volume of the folder around it; opening the bin refuses them.
func (x *Trash) homeVolume() (disk.Volume, error) {
	for path := x.o.Home; ; path = filepath.Dir(path) {
		s, err := disk.StatName(unix.AT_FDCWD, path)
		if err == nil && s.Mode&unix.S_IFMT != unix.S_IFDIR {
			continue // on an overlay it may have another device number than its folder
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) || path == "/" {
			return disk.VolumeOf(&s), err
		}
	}
}

// tops opens the existing bins of both kinds on top of a volume. A missing bin, or a .Trash that is not for all
// users, is no error.
func (x *Trash) tops(t *disk.Top) (bins []*bin, err error) {
	for _, open := range []func(*disk.Top, bool) (*bin, error){x.shared, x.own} {
		b, openErr := open(t, false)
		switch {
		case openErr == nil:
			bins = append(bins, b)
		case !errors.Is(openErr, fs.ErrNotExist) && !errors.Is(openErr, errUnfit):
			err = errors.Join(err, openErr)
		}
	}
	return bins, err
}

// binOf opens the bin of a receipt. It returns fs.ErrNotExist if the bin was there and is gone, and ErrAway if the
// disk that it is on, or would be, is not there. Another program may have written the receipt, so binOf opens only
// bins that this driver would also find without it.
func (x *Trash) binOf(r Receipt) (*bin, error) {
	if r.Bin == x.o.Home || ownLink(disk.ResolvedParent(r.Bin)) == x.o.Home {
		return x.home(false)
	}
	open, point := x.own, filepath.Dir(r.Bin)
	switch {
	case filepath.Base(r.Bin) == ".Trash-"+userID():
	case filepath.Base(r.Bin) == userID() && filepath.Base(point) == ".Trash":
		open, point = x.shared, filepath.Dir(point)
	default:
		return nil, fmt.Errorf("%w: %q", errOtherBin, r.Bin)
	}
	t, err := x.topAt(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %v", ErrAway, point, err) // not wrapped: its kind would claim too much
	}
	defer t.Close()
	if use, err := x.uses(t); err != nil || !use {
		return nil, errors.Join(err,
			fmt.Errorf("the receipt is of a bin on a file system that is not looked at: %q", point))
	}
	if err := sameDisk(t, r.Disk); err != nil {
		return nil, err
	}
	return open(t, false)
}

// topAt opens the top of the mount, or of the subvolume near a root, that is visible at the path.
func (x *Trash) topAt(point string) (*disk.Top, error) {
	if x.o.Reach.Near(point) {
		root, err := disk.OpenTop()
		if err != nil {
			return nil, err
		}
		defer unix.Close(root)
		fd, s, err := disk.OpenAbsolute(
			root,
			point,
			unix.O_PATH|unix.O_DIRECTORY,
		) // the path may be too long for one call
		if err == nil {
			unix.Close(fd)
		}
		if err == nil && s.Ino == disk.SubvolumeTop {
			t, err := x.TopOf(disk.VolumeOf(s), point)
			if err != nil || t.Path == point {
				return t, err
			}
			t.Close()
		}
	}
	return x.o.Mounts.Top(func(m disk.Mount) bool { return m.Point == point })
}

// errOtherBin means that this trash would not find the bin of the receipt by itself.
var errOtherBin = errors.New("the receipt is of another trash bin")

// sameDisk returns ErrAway if the disk is not the one whose name is in the receipt.
func sameDisk(t *disk.Top, name string) error {
	var s unix.Statfs_t
	if _, err := disk.Again(func() (int, error) { return 0, unix.Fstatfs(t.FD, &s) }); err != nil {
		return err
	}
	if is := disk.NameOf(&s); name != "" && is != name {
		return fmt.Errorf("%w: another disk is at %q", ErrAway, t.Path)
	}
	return nil
}

// uses reports whether this driver may use the bins there: on top of a mount that is swept or is on this machine's
// own disks, and of a subvolume that is swept.
func (x *Trash) uses(t *disk.Top) (bool, error) {
	if x.o.Reach.Mounts()(t.Mount) {
		return t.Path == t.Point || x.o.Reach.Near(t.Path), nil
	}
	if t.Path != t.Point {
		return false, nil
	}
	all, err := x.o.Mounts.List()
	return err == nil && t.Local(all), err
}

// search iterates over the bins of this machine, each once.
type search struct {
	x     *Trash
	seen  map[file]bool
	yield func(*bin, error) bool
}

// allBins opens every bin of this machine in turn, first those to which files of the roots go: if a bin is visible at
// two places, its receipts then equal those that Trash returns. An *UnlistedError concerns one bin; any other error
// ends the iteration.
func (x *Trash) allBins(ctx context.Context, yield func(*bin, error) bool) {
	s := &search{x, map[file]bool{}, yield}
	// A home trash that does not exist has nothing to list.
	b, err := x.openHome(false)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrAway) && !s.give(b, x.o.Home, err) {
		return
	}
	all, err := x.o.Mounts.List()
	if err != nil {
		yield(nil, err)
		return
	}
	swept := x.o.Reach.Mounts()
	for _, first := range []bool{true, false} {
		for _, m := range all {
			if swept(m) != first || !first && !m.Local(all) {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !s.on(m, first) {
				return
			}
		}
		if first && !s.inSubvolumes(ctx) {
			return
		}
	}
}

// inSubvolumes yields the bins on top of the subvolumes that files of the roots may be in.
func (s *search) inSubvolumes(ctx context.Context) (more bool) {
	for t, err := range s.x.o.Reach.Subvolumes(ctx) {
		if err != nil && !s.yield(nil, err) || err == nil && !s.onTop(t) {
			return false
		}
	}
	return true
}

// on yields the bins on top of the mount. A mount that another one covers, or that this user may not enter, yields
// none, and is an error only if a root is on it.
func (s *search) on(m disk.Mount, swept bool) (more bool) {
	t, err := m.Open()
	if err != nil {
		return !swept || errors.Is(err, disk.ErrNoMount) || errors.Is(err, unix.ENOTDIR) || s.give(nil, m.Point, err)
	}
	return s.onTop(t)
}

// onTop yields the bins on top of t, and closes t.
func (s *search) onTop(t *disk.Top) (more bool) {
	defer t.Close()
	bins, err := s.x.tops(t)
	more = err == nil || s.give(nil, t.Path, err)
	for _, b := range bins {
		if more {
			more = s.give(b, b.path, nil)
		} else {
			b.close()
		}
	}
	return more
}

// give yields the bin, unless it was yielded before, or the error, and closes the bin afterwards.
func (s *search) give(b *bin, path string, err error) (more bool) {
	if err != nil {
		return s.yield(nil, &UnlistedError{Path: path, Err: err})
	}
	defer b.close()
	st, err := disk.StatOpen(b.dir)
	if err != nil {
		return s.yield(nil, &UnlistedError{Path: path, Err: err})
	}
	// One bin may be visible through several mounts.
	f := file{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}
	if s.seen[f] {
		return true
	}
	s.seen[f] = true
	return s.yield(b, nil)
}

func closeAll(bins []*bin) {
	for _, b := range bins {
		b.close()
	}
}
