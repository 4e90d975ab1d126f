//go:build linux

package local

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// mountsVariable is set when the test binary runs in a mount namespace of its own: no other process sees the mounts
// of a test, and they are gone when it ends.
const mountsVariable = "SWEEPD_LOCAL_MOUNTS"

// inOwnMounts runs the test again in a mount namespace of its own, and reports
// whether this is that run.
func inOwnMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(mountsVariable) != "" {
		must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
		return true
	}
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	cmd.Env = append(os.Environ(), mountsVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in its own mount namespace: %v\n%s", err, out)
	}
	return false
}

// kinds are the file systems that a second disk is tried with; a subvolume is one
// of a btrfs that is mounted at the folder above it.
var kinds = []string{"tmpfs", "ext4", "subvolume"}

// mounted mounts an empty file system of the kind at the path.
func mounted(t *testing.T, kind, point string) {
	t.Helper()
	if kind == "subvolume" {
		mounted(t, "btrfs", filepath.Dir(point))
		run(t, "btrfs", "subvolume", "create", point)
		return
	}
	must(t, os.MkdirAll(point, 0o755))
	switch kind {
	case "tmpfs", "ramfs":
		must(t, unix.Mount(kind, point, kind, 0, "mode=755"))
	default:
		image, size, force := filepath.Join(t.TempDir(), "disk.img"), int64(32<<20), "-F"
		if kind == "btrfs" {
			size, force = 200<<20, "-f"
		}
		must(t, os.WriteFile(image, nil, 0o600))
		must(t, os.Truncate(image, size))
		run(t, "mkfs."+kind, "-q", force, image)
		run(t, "mount", "-o", "loop", image, point) // the loop device goes with the mount
	}
	t.Cleanup(func() { unix.Unmount(point, unix.MNT_DETACH) })
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		lacking(t, fmt.Sprintf("%s %q: %v\n%s", name, args, err, out))
	}
	return string(out)
}

// newDiskBox returns a box whose root is the top of a separate file system, while
// the home trash is on another.
func newDiskBox(t *testing.T, kind string, change ...func(*Options)) *box {
	t.Helper()
	b := &box{T: t, top: t.TempDir()}
	b.root = filepath.Join(b.top, "my disk\\\n")
	b.trash = filepath.Join(b.root, ".Trash-0")
	mounted(t, kind, b.root)
	mounted(t, "tmpfs", filepath.Join(b.top, "home"))
	b.d = b.open(append(change, func(o *Options) { o.TrashHome = filepath.Join(b.top, "home/data/Trash") })...)
	return b
}

// inBins is what the bins below the box list, by paths, and what they do not.
func (b *box) inBins(d *Driver) (found map[string]providers.Trashed, unlisted []string) {
	b.Helper()
	found = map[string]providers.Trashed{}
	for e, err := range d.Trashed(b.Context()) {
		if u, ok := err.(*providers.UnlistedError); ok {
			unlisted = append(unlisted, u.Path)
			continue
		}
		must(b.T, err)
		if _, in := disk.Below(b.top, e.Path); in || !filepath.IsAbs(e.Path) {
			if _, twice := found[e.Path]; twice {
				b.Errorf("%q is listed twice", e.Path)
			}
			found[e.Path] = e
		}
	}
	return found, slices.DeleteFunc(unlisted, func(path string) bool { _, in := disk.Below(b.top, path); return !in })
}

// sticky makes a folder like the .Trash that an administrator makes for all users.
func sticky(t *testing.T, path string) {
	t.Helper()
	must(t, os.Mkdir(path, 0o777))
	must(t, os.Chmod(path, 0o777|os.ModeSticky))
}

func TestAFileGoesToTheBinOnItsOwnMount(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	uid := fmt.Sprint(os.Geteuid())
	for _, kind := range kinds {
		for name, c := range map[string]struct {
			make func(b *box)
			bin  string
		}{
			"no .Trash":       {func(*box) {}, ".Trash-" + uid},
			"a sticky .Trash": {func(b *box) { sticky(b.T, b.path(".Trash")) }, ".Trash/" + uid},
			"one not sticky":  {func(b *box) { must(b.T, os.Mkdir(b.path(".Trash"), 0o777)) }, ".Trash-" + uid},
			"a link for .Trash": {func(b *box) {
				sticky(b.T, b.top+"/sticky")
				must(b.T, os.Symlink(b.top+"/sticky", b.path(".Trash")))
			}, ".Trash-" + uid},
			"a file for .Trash": {func(b *box) { write(b.T, b.path(".Trash"), "") }, ".Trash-" + uid},
			"another's in .Trash": {func(b *box) {
				sticky(b.T, b.path(".Trash"))
				must(b.T, os.Mkdir(b.path(".Trash/"+uid), 0o700))
				must(b.T, os.Chown(b.path(".Trash/"+uid), 65534, 65534))
			}, ".Trash-" + uid},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				b := newDiskBox(t, kind)
				c.make(b)
				b.trash = b.path(c.bin)
				e := b.write("sub/a.png", "bytes")
				r := b.put(e)
				b.binHas(1, 1)
				b.holds(b.trash+"/info/a."+key+".png.trashinfo", string(xdgtrash.FormatInfo("sub/a.png", noon)))
				b.missing(b.top + "/home/data")
				if s, err := os.Stat(b.trash); err != nil || s.Mode().Perm() != 0o700 {
					t.Errorf("the bin: %v, %v; want mode 0700", s, err)
				}
				if again, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision); err != nil || again != r {
					t.Errorf("the same key again: %q, %v; want %q", again, err, r)
				}
				b.settles(e, nil)
				found, _ := b.inBins(b.d)
				if got := found[e.Path]; len(found) != 1 || got.Receipt != r || got.Size != e.Size ||
					!got.Deleted.Equal(noon) {
					t.Errorf("listed %+v, want the receipt %q", found, r)
				}
				b.lists(b.open(func(o *Options) { o.Interest = pngs })) // no bin is swept
				back, err := b.d.Restore(t.Context(), r)
				if err != nil || back.Path != e.Path {
					t.Fatalf("restore: %+v, %v", back, err)
				}
				b.holds(e.Path, "bytes")
				b.binHas(0, 0)
				must(t, b.d.Purge(t.Context(), b.put(back)))
				b.binHas(0, 0)
			})
		}
	}
}
