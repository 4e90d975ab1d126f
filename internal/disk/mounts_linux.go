package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Mount is one line of /proc/self/mountinfo, as described in proc_pid_mountinfo(5).
type Mount struct {
	ID, parent uint64
	dev        string // of the file system: major:minor
	root       string // the part of the file system that is mounted; "/" is all of it
	Point      string // absolute; bytes
	Kind       string // of file system
}

// Table finds the path at which a mount is visible. It reads the kernel's table instead of following ".." until
// the mount changes, because a listing of all bins needs the table anyway, and because a folder can move during the
// climb. An entry of the table is always compared with the mount itself.
type Table struct {
	Read func() ([]byte, error) // nil except in tests: reads /proc/self/mountinfo

	mu  sync.Mutex
	all []Mount // as it was when it was last read
}

// List reads the table, and keeps it for Top. The caller must not change the result.
func (t *Table) List() ([]Mount, error) {
	read := t.Read
	if read == nil {
		read = func() ([]byte, error) { return os.ReadFile("/proc/self/mountinfo") }
	}
	text, err := read()
	if err != nil {
		return nil, err
	}
	all, err := parseMounts(string(text))
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = all
	return all, nil
}

// errMounts is returned for a table that proc_pid_mountinfo(5) does not describe.
var errMounts = errors.New("the kernel's table of mounts has an unknown form")

// parseMounts parses a whole table. A line of an unknown form makes the whole table an error: a mount that is
// overlooked could be the one that covers a folder.
func parseMounts(text string) (all []Mount, err error) {
	for line := range strings.Lines(text) {
		// 36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw
		f := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		dash := slices.Index(f, "-")
		if dash < 6 || dash+1 >= len(f) {
			return nil, errMounts
		}
		m := Mount{dev: f[2], root: plain(f[3]), Point: plain(f[4]), Kind: f[dash+1]}
		id, err1 := strconv.ParseUint(f[0], 10, 64)
		parent, err2 := strconv.ParseUint(f[1], 10, 64)
		if err1 != nil || err2 != nil || m.Point == "" || m.Point[0] != '/' {
			return nil, errMounts
		}
		m.ID, m.parent = id, parent
		all = append(all, m)
	}
	return all, nil
}

// OtherWays returns the paths at which the folder on the mount with that number is visible through other mounts of
// its file system: a bind mount shows a folder without those above it. It omits paths that another mount covers, or
// that are out of reach.
func (t *Table) OtherWays(id uint64, folder string) (ways []string, err error) {
	all, err := t.List()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(m Mount) bool { return m.ID == id })
	if i < 0 {
		return nil, nil
	}
	here := all[i]
	rel, in := Below(here.Point, folder)
	if !in && here.Point != folder {
		return nil, errMounts
	}
	inside := filepath.Join(here.root, rel)
	for _, m := range all {
		rel, in := Below(m.root, inside)
		if m.ID == id || m.dev != here.dev || !in && m.root != inside {
			continue
		}
		way := filepath.Join(m.Point, rel)
		if same, err := samePlace(folder, way); err == nil && same {
			ways = append(ways, way)
		}
	}
	return ways, nil
}

// samePlace reports whether the two paths lead to one folder.
func samePlace(a, b string) (bool, error) {
	var stats [2]unix.Stat_t
	for i, path := range []string{a, b} {
		if err := unix.Lstat(path, &stats[i]); err != nil {
			return false, err
		}
	}
	return stats[0].Dev == stats[1].Dev && stats[0].Ino == stats[1].Ino, nil
}

// plain undoes the octal escapes (\040 for a space) with which the kernel writes blanks and backslashes.
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Top is the top folder of a mount, or of a btrfs subvolume in it, held open: $topdir of the Trash specification.
type Top struct {
	Mount
	Path   string // the mount's point, or below it
	FD     int    // O_PATH
	Volume Volume // the volume whose top it is
}

// Close closes the folder.
func (t *Top) Close() { unix.Close(t.FD) }

// ErrNoMount is returned if no mount of the table that suits can be opened at its point.
var ErrNoMount = errors.New("its file system is not mounted where it can be seen")

// Top opens the top of the last mount in the table that suits and can be opened: a later mount covers an earlier
// one at the same point. It looks in the table as last read, and then reads it anew. It returns ErrNoMount if
// none suits, else the last error. The caller closes the Top.
func (t *Table) Top(suits func(Mount) bool) (*Top, error) {
	t.mu.Lock()
	known := t.all
	t.mu.Unlock()
	why := ErrNoMount
	for _, fresh := range []bool{false, true} {
		if fresh {
			var err error
			if known, err = t.List(); err != nil {
				return nil, err
			}
		}
		for _, m := range slices.Backward(known) {
			if !suits(m) {
				continue
			}
			opened, err := m.Open()
			if err == nil {
				return opened, nil
			}
			why = err
		}
	}
	return nil, why
}

// Open opens the top of the mount. It returns ErrNoMount if the mount point shows another mount, which covers this
// one or has replaced it.
func (m Mount) Open() (*Top, error) {
	root, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(root)
	rel := strings.TrimPrefix(m.Point, "/")
	if rel == "" {
		rel = "."
	}
	fd, err := OpenBelow(root, rel, unix.O_PATH|unix.O_DIRECTORY, true)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", m.Point, err)
	}
	s, err := StatOpen(fd)
	if err == nil && s.Mnt_id != m.ID {
		err = ErrNoMount
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &Top{m, m.Point, fd, VolumeOf(&s)}, nil
}

// Local reports whether the mount, and all mounts on the way to it, are on this machine and answer at once. A call to
// a network or FUSE file system that the user did not name could hang for ever.
func (m Mount) Local(all []Mount) bool {
	for range len(all) + 1 { // a table never has a cycle; if it had one, this ends
		if !Answers(m.Kind) {
			return false
		}
		i := slices.IndexFunc(all, func(up Mount) bool { return up.ID == m.parent && up.ID != m.ID })
		if i < 0 {
			return true
		}
		m = all[i]
	}
	return false
}

// Answers reports whether file systems of the kind are on a disk or in memory, so that a call to them cannot hang
// on another machine or program. An unknown kind does not count.
func Answers(kind string) bool {
	switch kind {
	case "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "nilfs2",
		"vfat", "msdos", "exfat", "ntfs3", "hfsplus", "udf", "iso9660", "squashfs", "erofs":
		return true
	case "tmpfs", "ramfs", "overlay", "rootfs", "devtmpfs", "proc", "sysfs":
		return true
	}
	return false
}
