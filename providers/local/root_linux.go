package local

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// root is one folder below which files are listed and moved, held open from its first use until the driver rests.
type root struct {
	given string   // the path that the caller named
	path  string   // the same without symbolic links
	ways  []string // paths that lead to it: path, and those that the caller named
	cross bool     // listings and reads may go on into other mounts

	mu      sync.RWMutex
	fd      int // O_PATH, or -1: not opened yet, or at rest
	users   int // calls that need it open
	known   bool
	place   place    // of the folder when it was last opened, if known
	mounted mounting // and of its mount

	asking sync.Mutex // guards the fields below
	other  []string   // paths to it by other mounts
	asked  uint64     // the listing in which other was read; 0: never
}

func newRoot(given, path string, cross bool) *root {
	return &root{given: given, path: path, cross: cross, fd: -1}
}

var errRelinked = errors.New("its links lead to another folder since it was opened")

var errReplaced = errors.New("another folder or file system is there since it was opened")

// check opens the root, unless it is open, and returns an error if its path no longer leads to the folder that was
// opened. An unplugged disk, another one in its place, or a link that leads elsewhere is an error, never an empty
// folder. If the file system has been mounted anew at the same point meanwhile, and no call uses the root, check
// opens it afresh.
func (r *root) check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checkLocked()
}

func (r *root) checkLocked() error {
	if at, err := resolved(r.given); err != nil || at != r.path {
		return reason("open", r.given, errors.Join(err, errRelinked))
	}
	fd, err := again(func() (int, error) {
		return unix.Open(r.path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return reason("open", r.path, err)
	}
	s, err := statOpen(fd)
	if err == unix.ENOSYS || err == unix.EPERM {
		err = &CallError{Call: "statx", Since: "4.11", Err: err}
	}
	if err == nil && r.fd >= 0 && placeOf(&s) == r.place {
		return unix.Close(fd)
	}
	if err == nil {
		err = r.adopt(fd, placeOf(&s))
	}
	if err != nil {
		unix.Close(fd)
		if _, ok := errors.AsType[*CallError](err); ok {
			return err
		}
		return reason("open", r.path, err)
	}
	return nil
}

// adopt makes fd the root's descriptor. It returns errReplaced if that is another folder than before and was not
// mounted anew in its place.
func (r *root) adopt(fd int, is place) error {
	if err := probe(fd); err != nil {
		return err
	}
	at, err := mountedAt(fd, is.mount)
	if err != nil {
		return err
	}
	if r.known && is != r.place &&
		(r.users > 0 || at.point == "" || is.dev == r.place.dev && is.mount == r.place.mount) {
		return errReplaced
	}
	if r.known && !at.again(r.mounted) { // the numbers of devices and mounts are given again
		return errReplaced
	}
	if r.fd >= 0 {
		unix.Close(r.fd)
	}
	r.fd, r.place, r.mounted, r.known = fd, is, at, true
	return nil
}

// mounting describes where a file system is mounted, its own name if it has one, and whether it has subvolumes.
type mounting struct {
	point, disk string
	divided     bool
}

// again reports whether the mountings are of the same file system at the same point, as far as known.
func (m mounting) again(before mounting) bool {
	return m.point == before.point && (m.disk == before.disk || m.disk == "" || before.disk == "")
}

// mountedAt describes the mount that the folder is on. The point is "" if the kernel's table does not show the mount,
// as in a chroot.
func mountedAt(folder int, id uint64) (m mounting, err error) {
	var s unix.Statfs_t
	if _, err := again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) }); err != nil {
		return m, err
	}
	m.disk, m.divided = diskOf(&s), s.Type == unix.BTRFS_SUPER_MAGIC
	all, _ := new(mountTable).list()
	if i := slices.IndexFunc(all, func(x mount) bool { return x.id == id }); i >= 0 {
		m.point = all[i].point
	}
	return m, nil
}

// hold is check, and keeps the root open until release.
func (r *root) hold() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkLocked(); err != nil {
		return err
	}
	r.users++
	return nil
}

func (r *root) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users--
}

// rest closes the root unless a call holds it, so that its file system can be unmounted. The next use opens it.
func (r *root) rest() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.users > 0 || r.fd < 0 {
		return nil
	}
	fd := r.fd
	r.fd = -1
	return unix.Close(fd)
}

// resting reports whether the root is closed.
func (r *root) resting() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.fd < 0
}

// mount returns the number of the mount that the root was on when it was last opened.
func (r *root) mount() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.place.mount
}

// heldMount is mount for the holder of the root: it does not change until release.
func (r *root) heldMount() uint64 { return r.place.mount }

// volume returns the volume that the root was in when it was last opened, and whether there may be others below it on
// the same mount.
func (r *root) volume() (v volume, divided bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return volume{r.place.mount, r.place.dev}, r.mounted.divided
}

// probe returns a *CallError if the system lacks openat2, on which the package depends.
func probe(fd int) error {
	got, err := openPiece(fd, ".", unix.O_PATH|unix.O_DIRECTORY, false)
	if err == nil {
		return unix.Close(got)
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return &CallError{Call: "openat2", Since: "5.6", Err: err}
	}
	return nil // the listing will return it again
}

func (r *root) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return nil
	}
	fd := r.fd
	r.fd = -1
	return unix.Close(fd)
}

// open opens the file or folder at rel below the root.
func (r *root) open(rel string, flags uint64) (int, error) {
	r.mu.RLock()
	if r.fd < 0 { // it rests, or was never opened
		r.mu.RUnlock()
		if err := r.hold(); err != nil {
			return -1, err
		}
		defer r.release()
		r.mu.RLock()
	}
	defer r.mu.RUnlock()
	return openBelow(r.fd, rel, flags, r.cross)
}

// stat describes the file or folder at rel.
func (r *root) stat(rel string) (unix.Statx_t, error) {
	fd, err := r.open(rel, unix.O_PATH)
	if err != nil {
		return unix.Statx_t{}, err
	}
	defer unix.Close(fd)
	return statOpen(fd)
}

// anchor returns the anchor of a root that is held.
func (r *root) anchor() *anchor { return &anchor{fd: r.fd, depth: len(withoutSlash(r.path))} }

// parent opens the folder that the file at rel is in.
func (r *root) parent(rel string) (int, error) { return r.open(filepath.Dir(rel), openFolder) }

// down goes from the root to the folder at rel one level at a time, so that the cost grows with the depth and not
// with its square. Before each step it calls visit with the next name, and at the end with "". It returns the
// folder's descriptor.
func (r *root) down(rel string, flags uint64, visit func(folder int, next string) error) (int, error) {
	fd, err := r.open(".", flags)
	for name := range strings.SplitSeq(strings.TrimPrefix(rel+"/", "./"), "/") {
		if err == nil {
			err = visit(fd, name)
		}
		if err != nil || name == "" {
			break
		}
		above := fd
		fd, err = openPiece(above, name, flags, r.cross)
		unix.Close(above)
	}
	if err != nil && fd >= 0 {
		unix.Close(fd)
		fd = -1
	}
	return fd, err
}

// create opens the folder at rel and makes the missing part of it, with mode 0700.
func (r *root) create(rel string) (int, error) {
	if fd, err := r.open(rel, openFolder); !errors.Is(err, fs.ErrNotExist) {
		return fd, err
	}
	return r.down(rel, openFolder, func(folder int, next string) error {
		if next == "" {
			return nil
		}
		err := unix.Mkdirat(folder, next, 0o700)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return errors.Join(err, unix.Fsync(folder))
	})
}

// errNoTable means that the system shows no mounts, as in a chroot without /proc.
var errNoTable = errors.New("there is no table of mounts")

// otherWays returns the paths at which the root is visible by other mounts. It reads the table of mounts once for each
// number of a listing.
func (r *root) otherWays(mounts *mountTable, listing uint64) ([]string, error) {
	if err := r.hold(); err != nil { // at rest, its mount may have changed
		return nil, err
	}
	defer r.release()
	r.asking.Lock()
	defer r.asking.Unlock()
	if r.asked == listing {
		return r.other, nil
	}
	ways, err := mounts.otherWays(r.mount(), r.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = errNoTable
	}
	if err != nil {
		return nil, fmt.Errorf("the other mounts of %q are not known: %w", r.path, err)
	}
	r.other, r.asked = ways, listing
	return ways, nil
}

// pin opens the file at rel and its folder.
func (r *root) pin(rel string) (*pinned, error) {
	p := &pinned{folder: -1, fd: -1, name: filepath.Base(rel)}
	var err error
	if p.folder, err = r.parent(rel); err == nil {
		p.fd, err = openPiece(p.folder, p.name, openFile, r.cross)
	}
	if err == nil {
		p.stat, err = statOpen(p.fd)
	}
	if err != nil {
		p.close()
		return nil, reason("open", filepath.Join(r.path, rel), err)
	}
	return p, nil
}
