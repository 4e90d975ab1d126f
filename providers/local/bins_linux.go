package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// platform is what a Driver keeps for Linux alone.
type platform struct {
	mounts  mountTable
	synced  syncer
	durable durable
	kept    keptBin
	around  together[*surroundings]
}

func (p *platform) close() { p.kept.close() }

func (p *platform) rest() { p.kept.rest() }

// binFor opens the bin for files of the volume, which the folder is in, and makes
// it if need be: the home trash if that is in the same volume, else one on top of
// the volume. There is no third way, and no copy to another file system: where
// neither can be had, the error wraps errors.ErrUnsupported.
func (d *Driver) binFor(v volume, folder string) (*bin, error) {
	home, err := d.homeVolume()
	if err != nil {
		return nil, err
	}
	var b *bin
	if home == v {
		if err := doomed(d.bin, 0, false); err != nil { // before anything is made
			return nil, atFault(d.bin, err)
		}
		if b, err = d.home(true); err != nil {
			err = atFault(d.bin, err)
		}
	} else {
		b, err = d.binOn(v, folder)
	}
	if err != nil {
		return nil, err
	}
	s, err := statOpen(b.files)
	if err == nil && volumeOf(&s) != v {
		err = errOtherMount
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// ownLink is the folder that a link which is the home trash leads to, if that is
// this user's and on the same mount: a person has put it there. Any other stays
// what it is, and is refused when the bin is opened.
func ownLink(bin string) string {
	link, err := statName(unix.AT_FDCWD, bin)
	if err != nil || link.Mode&unix.S_IFMT != unix.S_IFLNK || link.Uid != uint32(os.Geteuid()) {
		return bin
	}
	to, err := filepath.EvalSymlinks(bin)
	if err != nil {
		return bin
	}
	s, err := statName(unix.AT_FDCWD, to)
	if err != nil || s.Mode&unix.S_IFMT != unix.S_IFDIR || s.Uid != link.Uid || s.Mnt_id != link.Mnt_id {
		return bin
	}
	return to
}

// binOn opens or makes the bin on top of the volume.
func (d *Driver) binOn(v volume, folder string) (*bin, error) {
	t, err := d.topOf(v, folder)
	if err != nil {
		return nil, err
	}
	defer t.close()
	b, err := d.shared(t, true)
	if err != nil {
		b, err = d.own(t, true)
	}
	if err != nil {
		return nil, atFault(t.path, noBin(err))
	}
	return b, nil
}

// noBin gives what will not go away by itself its kind.
func noBin(err error) error {
	for _, lasting := range []error{fs.ErrPermission, errNoMount, unix.EROFS, unix.ENOTDIR, unix.EOPNOTSUPP} {
		if errors.Is(err, lasting) {
			err = fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
			break
		}
	}
	return fmt.Errorf("there is no trash bin on this file system, and none can be made: %w", err)
}

// homeVolume is the volume that the home trash is in, or would be. A link or a file in
// its place is in that of the folder around it, and is refused when the bin is opened.
func (d *Driver) homeVolume() (volume, error) {
	for path := d.bin; ; path = filepath.Dir(path) {
		s, err := statName(unix.AT_FDCWD, path)
		if err == nil && s.Mode&unix.S_IFMT != unix.S_IFDIR {
			continue // on an overlay it may have another device number than its folder
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) || path == "/" {
			return volumeOf(&s), err
		}
	}
}

// tops are the bins on top of a volume, of both kinds, that are there. What is
// missing, or is a .Trash that is not for all, is no error.
func (d *Driver) tops(t *top) (bins []*bin, err error) {
	for _, open := range []func(*top, bool) (*bin, error){d.shared, d.own} {
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

// binOf opens the bin of a receipt: fs.ErrNotExist if it was there and is gone,
// errAway if the disk that it is on, or would be, is not there. A receipt may
// have been written by anybody. It leads to a bin that this driver would find
// without it, and nowhere else.
func (d *Driver) binOf(r receipt) (*bin, error) {
	if r.Bin == d.bin || ownLink(resolvedParent(r.Bin)) == d.bin {
		return d.home(false)
	}
	open, point := d.own, filepath.Dir(r.Bin)
	switch {
	case filepath.Base(r.Bin) == ".Trash-"+userID():
	case filepath.Base(r.Bin) == userID() && filepath.Base(point) == ".Trash":
		open, point = d.shared, filepath.Dir(point)
	default:
		return nil, fmt.Errorf("%w: %q", errOtherBin, r.Bin)
	}
	t, err := d.topAt(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %v", errAway, point, err) // its kind would say too much
	}
	defer t.close()
	if use, err := d.uses(t); err != nil || !use {
		return nil, errors.Join(err, fmt.Errorf("the receipt is of a bin on a file system that is not looked at: %q", point))
	}
	if err := sameDisk(t, r.Disk); err != nil {
		return nil, err
	}
	return open(t, false)
}

// topAt opens the top of the mount, or of the subvolume near a root, that is to be
// seen at the path.
func (d *Driver) topAt(point string) (*top, error) {
	if d.near(point) {
		s, err := statName(unix.AT_FDCWD, point)
		if err == nil && s.Ino == subvolumeTop {
			t, err := d.topOf(volumeOf(&s), point)
			if err != nil || t.path == point {
				return t, err
			}
			t.close()
		}
	}
	return d.mounts.top(func(m mount) bool { return m.point == point })
}

// near reports whether the folder is a root, above one, or in one.
func (d *Driver) near(folder string) bool {
	return slices.ContainsFunc(d.roots, func(r *root) bool {
		_, above := below(folder, r.path)
		_, in := below(r.path, folder)
		return above || in || folder == r.path
	})
}

var errOtherBin = errors.New("the receipt is of another trash bin")

// sameDisk reports whether the disk is the one that the receipt is of.
func sameDisk(t *top, disk string) error {
	var s unix.Statfs_t
	if _, err := again(func() (int, error) { return 0, unix.Fstatfs(t.fd, &s) }); err != nil {
		return err
	}
	if is := diskOf(&s); disk != "" && is != disk {
		return fmt.Errorf("%w: another disk is at %q", errAway, t.path)
	}
	return nil
}

// uses reports whether the bins there are this driver's to use: on top of a mount
// that is swept, or is this machine's own, and of a subvolume that is swept.
func (d *Driver) uses(t *top) (bool, error) {
	if d.swept()(t.mount) {
		return t.path == t.point || d.near(t.path), nil
	}
	if t.path != t.point {
		return false, nil
	}
	all, err := d.mounts.list()
	return err == nil && t.local(all), err
}

// swept tells the mounts of which files may be in a root.
func (d *Driver) swept() func(mount) bool {
	var ids []uint64
	for _, r := range d.roots {
		if r.check() == nil {
			ids = append(ids, r.mount())
		}
	}
	return func(m mount) bool {
		return slices.Contains(ids, m.id) || slices.ContainsFunc(d.roots, func(r *root) bool {
			_, in := below(r.path, m.point)
			return r.cross && in
		})
	}
}

// search goes through the bins of this machine, each once.
type search struct {
	d     *Driver
	seen  map[file]bool
	yield func(*bin, error) bool
}

// allBins opens every bin of this machine in turn, those first in which what is
// in the roots ends: where a bin is to be seen twice, its receipts are then
// those that Trash gives. An *UnlistedError is one bin's; any other is the end.
func (d *Driver) allBins(ctx context.Context, yield func(*bin, error) bool) {
	s := &search{d, map[file]bool{}, yield}
	b, err := d.openHome(false)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errAway) && !s.give(b, d.bin, err) {
		return
	}
	all, err := d.mounts.list()
	if err != nil {
		yield(nil, err)
		return
	}
	swept := d.swept()
	for _, first := range []bool{true, false} {
		for _, m := range all {
			if swept(m) != first || !first && !m.local(all) {
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

// inSubvolumes gives the bins on top of the subvolumes that files of the roots may
// be in.
func (s *search) inSubvolumes(ctx context.Context) (more bool) {
	for _, r := range s.d.roots {
		for t, err := range s.d.subvolumes(ctx, r) {
			if err != nil && !s.yield(nil, err) || err == nil && !s.onTop(t) {
				return false
			}
		}
	}
	return true
}

// on gives the bins on top of the mount. One that is covered by another, or
// that this user may not enter, has none to give, unless a root is on it.
func (s *search) on(m mount, swept bool) (more bool) {
	t, err := m.open()
	if err != nil {
		return !swept || errors.Is(err, errNoMount) || errors.Is(err, unix.ENOTDIR) || s.give(nil, m.point, err)
	}
	return s.onTop(t)
}

// onTop gives the bins there, and closes it.
func (s *search) onTop(t *top) (more bool) {
	defer t.close()
	bins, err := s.d.tops(t)
	more = err == nil || s.give(nil, t.path, err)
	for _, b := range bins {
		if more {
			more = s.give(b, b.path, nil)
		} else {
			b.close()
		}
	}
	return more
}

// give closes the bin in the end.
func (s *search) give(b *bin, path string, err error) (more bool) {
	if err != nil {
		return s.yield(nil, &providers.UnlistedError{Path: path, Err: err})
	}
	defer b.close()
	st, err := statOpen(b.dir)
	if err != nil {
		return s.yield(nil, &providers.UnlistedError{Path: path, Err: err})
	}
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
