package roots

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// A root is opened when it is first used. Check returns an error if its path no longer leads to the open folder,
// and Hold keeps it open for a longer use. All that is in it is reached from its descriptor.

// Root is one folder below which files are listed and moved, held open from its first use until the driver rests.
type Root struct {
	given string   // the path that the caller named
	Path  string   // the same without symbolic links
	Ways  []string // paths that lead to it: path, and those that the caller named
	Cross bool     // listings and reads may go on into other mounts

	// mu guards the fields down to mounted.
	mu      sync.RWMutex
	fd      int // O_PATH, or -1: not opened yet, or at rest
	users   int // calls that need it open
	known   bool
	place   disk.Place // of the folder when it was last opened, if known
	mounted mounting   // and of its mount

	asking sync.Mutex // guards the fields below
	other  []string   // paths to it by other mounts
	asked  uint64     // the listing in which other was read; 0: never
}

// New returns a root that is not opened yet: given is the path that the caller named, path the same without symbolic
// links. cross is whether listings and reads go on into other mounts.
func New(given, path string, cross bool) *Root {
	return &Root{given: given, Path: path, Cross: cross, fd: -1}
}

// errRelinked means that the path that the caller named leads to another folder now.
var errRelinked = errors.New("its links lead to another folder since it was opened")

// ErrReplaced means that the root's path leads to another folder than the one that was opened.
var ErrReplaced = errors.New("another folder or file system is there since it was opened")

// Check opens the root, unless it is open, and returns an error if its path no longer leads to the folder that was
// opened. An unplugged disk, another one in its place, or a link that leads elsewhere is an error, never an empty
// folder. If the file system has been mounted anew at the same point meanwhile, and no call uses the root, Check
// opens it afresh.
func (r *Root) Check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checkLocked()
}

// checkLocked is Check; the caller holds the lock.
func (r *Root) checkLocked() error {
	fd, err := r.open()
	if err != nil {
		return err
	}
	s, err := disk.StatOpen(fd)
	if err == unix.ENOSYS || err == unix.EPERM {
		err = &CallError{Call: "statx", Since: "4.11", Err: err}
	}
	// It is still the folder that was opened before.
	if err == nil && r.fd >= 0 && disk.PlaceOf(&s) == r.place {
		return unix.Close(fd)
	}
	if err == nil {
		err = r.adopt(fd, disk.PlaceOf(&s))
	}
	if err != nil {
		unix.Close(fd)
		if _, ok := errors.AsType[*CallError](err); ok {
			return err
		}
		return Reason("open", r.Path, err)
	}
	return nil
}

// open opens the root's path, if the path that the caller named still leads there. If that one has no links in it, the
// kernel looks for them while it opens the folder, in one system call.
func (r *Root) open() (int, error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC}
	if r.given == r.Path {
		how.Resolve = unix.RESOLVE_NO_SYMLINKS
	} else if at, err := disk.Resolved(r.given); err != nil || at != r.Path {
		return -1, Reason("open", r.given, errors.Join(err, errRelinked))
	}
	fd, err := disk.Again(func() (int, error) { return unix.Openat2(unix.AT_FDCWD, r.Path, &how) })
	switch err {
	case nil:
		return fd, nil
	case unix.ELOOP:
		return -1, Reason("open", r.given, errRelinked)
	case unix.ENOSYS, unix.EPERM:
		return -1, &CallError{Call: "openat2", Since: "5.6", Err: err}
	}
	return -1, Reason("open", r.Path, err)
}

// adopt makes fd the root's descriptor. It returns ErrReplaced if that is another folder than before and was not
// mounted anew in its place.
func (r *Root) adopt(fd int, is disk.Place) error {
	if err := probe(fd); err != nil {
		return err
	}
	at, err := mountedAt(fd, is.Mount)
	if err != nil {
		return err
	}
	// Another folder is accepted only while no call uses the root, and only if its file system was mounted anew:
	// with another device or mount, at a point that the kernel shows.
	if r.known && is != r.place &&
		(r.users > 0 || at.point == "" || is.Dev == r.place.Dev && is.Mount == r.place.Mount) {
		return ErrReplaced
	}
	if r.known && !at.again(r.mounted) { // the numbers of devices and mounts are given again
		return ErrReplaced
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
	if _, err := disk.Again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) }); err != nil {
		return m, err
	}
	m.disk, m.divided = disk.NameOf(&s), s.Type == unix.BTRFS_SUPER_MAGIC
	// If there is no table, the point is not known.
	all, _ := new(disk.Table).List()
	if i := slices.IndexFunc(all, func(x disk.Mount) bool { return x.ID == id }); i >= 0 {
		m.point = all[i].Point
	}
	return m, nil
}

// Hold is Check, and keeps the root open until Release.
func (r *Root) Hold() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkLocked(); err != nil {
		return err
	}
	r.users++
	return nil
}

// Release ends what Hold began.
func (r *Root) Release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users--
}

// Rest closes the root unless a call holds it, so that its file system can be unmounted. The next use opens it.
func (r *Root) Rest() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.users > 0 || r.fd < 0 {
		return nil
	}
	fd := r.fd
	r.fd = -1
	return unix.Close(fd)
}

// Resting reports whether the root is closed.
func (r *Root) Resting() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.fd < 0
}

// Mount returns the number of the mount that the root was on when it was last opened.
func (r *Root) Mount() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.place.Mount
}

// HeldMount is Mount for the holder of the root: it does not change until Release.
func (r *Root) HeldMount() uint64 { return r.place.Mount }

// Volume returns the volume that the root was in when it was last opened, and whether there may be others below it on
// the same mount.
func (r *Root) Volume() (v disk.Volume, divided bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return disk.Volume{Mount: r.place.Mount, Dev: r.place.Dev}, r.mounted.divided
}

// probe returns a *CallError if the system lacks openat2, on which the package depends.
func probe(fd int) error {
	got, err := disk.OpenPiece(fd, ".", unix.O_PATH|unix.O_DIRECTORY, false)
	if err == nil {
		return unix.Close(got)
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return &CallError{Call: "openat2", Since: "5.6", Err: err}
	}
	return nil // the listing will return it again
}

// Close closes the root. The next use opens it.
func (r *Root) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return nil
	}
	fd := r.fd
	r.fd = -1
	return unix.Close(fd)
}

// Open opens the file or folder at rel below the root.
func (r *Root) Open(rel string, flags uint64) (int, error) {
	r.mu.RLock()
	if r.fd < 0 { // it rests, or was never opened
		r.mu.RUnlock()
		if err := r.Hold(); err != nil {
			return -1, err
		}
		defer r.Release()
		r.mu.RLock()
	}
	defer r.mu.RUnlock()
	return disk.OpenBelow(r.fd, rel, flags, r.Cross)
}

// Stat describes the file or folder at rel.
func (r *Root) Stat(rel string) (unix.Statx_t, error) {
	fd, err := r.Open(rel, unix.O_PATH)
	if err != nil {
		return unix.Statx_t{}, err
	}
	defer unix.Close(fd)
	return disk.StatOpen(fd)
}

// Anchor returns the anchor of a root that is held.
func (r *Root) Anchor() *anchor { return &anchor{fd: r.fd, depth: len(disk.WithoutSlash(r.Path))} }

// Parent opens the folder that the file at rel is in.
func (r *Root) Parent(rel string) (int, error) { return r.Open(filepath.Dir(rel), disk.FolderFlags) }

// Down goes from the root to the folder at rel one level at a time, so that the cost grows with the depth and not
// with its square. Before each step it calls visit with the next name, and at the end with "". It returns the
// folder's descriptor.
func (r *Root) Down(rel string, flags uint64, visit func(folder int, next string) error) (int, error) {
	fd, err := r.Open(".", flags)
	// The slash at the end gives the last visit, with no name; "." gives only this one.
	for name := range strings.SplitSeq(strings.TrimPrefix(rel+"/", "./"), "/") {
		if err == nil {
			err = visit(fd, name)
		}
		if err != nil || name == "" {
			break
		}
		above := fd
		fd, err = disk.OpenPiece(above, name, flags, r.Cross)
		unix.Close(above)
	}
	if err != nil && fd >= 0 {
		unix.Close(fd)
		fd = -1
	}
	return fd, err
}

// Create opens the folder at rel and makes the missing part of it, with mode 0700.
func (r *Root) Create(rel string) (int, error) {
	if fd, err := r.Open(rel, disk.FolderFlags); !errors.Is(err, fs.ErrNotExist) {
		return fd, err
	}
	return r.Down(rel, disk.FolderFlags, func(folder int, next string) error {
		if next == "" {
			return nil
		}
		err := unix.Mkdirat(folder, next, 0o700)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		// The name of each folder is durable before there is anything in it.
		return errors.Join(err, unix.Fsync(folder))
	})
}

// ErrNoTable means that the system shows no mounts, as in a chroot without /proc.
var ErrNoTable = errors.New("there is no table of mounts")

// OtherWays returns the paths at which the root is visible by other mounts. It reads the table of mounts once for each
// number of a listing.
func (r *Root) OtherWays(mounts *disk.Table, listing uint64) ([]string, error) {
	if err := r.Hold(); err != nil { // at rest, its mount may have changed
		return nil, err
	}
	defer r.Release()
	r.asking.Lock()
	defer r.asking.Unlock()
	if r.asked == listing {
		return r.other, nil
	}
	ways, err := mounts.OtherWays(r.Mount(), r.Path)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNoTable
	}
	if err != nil {
		return nil, fmt.Errorf("the other mounts of %q are not known: %w", r.Path, err)
	}
	r.other, r.asked = ways, listing
	return ways, nil
}

// Pin opens the file at rel and its folder.
func (r *Root) Pin(rel string) (*disk.Pinned, error) {
	p := &disk.Pinned{Folder: -1, FD: -1, Name: filepath.Base(rel)}
	var err error
	if p.Folder, err = r.Parent(rel); err == nil {
		p.FD, err = disk.OpenPiece(p.Folder, p.Name, disk.FileFlags, r.Cross)
	}
	if err == nil {
		p.Stat, err = disk.StatOpen(p.FD)
	}
	if err != nil {
		p.Close()
		return nil, Reason("open", filepath.Join(r.Path, rel), err)
	}
	return p, nil
}
