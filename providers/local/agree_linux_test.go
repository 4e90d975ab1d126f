package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// tool runs another trash program as the owner of the box's home would.
func (b *box) tool(stdin string, command ...string) string {
	b.Helper()
	path, err := exec.LookPath(command[0])
	if err != nil {
		lacking(b.T, err.Error())
	}
	cmd := exec.CommandContext(b.Context(), path, command[1:]...)
	cmd.Dir, cmd.Stdin = b.root, strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "HOME="+b.top+"/home", "XDG_DATA_HOME="+b.top+"/home/data", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%q: %v\n%s", command, err, out)
	}
	return string(out)
}

// newSharedDisk returns a box whose root is on a second disk that other programs
// find too: their mount tables show it.
func newSharedDisk(t *testing.T, kind string) *box {
	t.Helper()
	b := &box{T: t, top: t.TempDir()}
	disk := filepath.Join(b.top, "disk")
	mounted(t, kind, disk)
	b.root, b.trash = filepath.Join(disk, "pictures"), filepath.Join(disk, fmt.Sprintf(".Trash-%d", os.Geteuid()))
	must(t, os.MkdirAll(b.root, 0o700))
	must(t, os.MkdirAll(b.top+"/home/data", 0o700))
	b.d = b.open(func(o *Options) { o.TrashHome = filepath.Join(b.top, "home/data/Trash") })
	return b
}

// found is the one entry of the bins below the box.
func (b *box) found(path string) providers.Trashed {
	b.Helper()
	all, _ := b.inBins(b.d)
	if len(all) != 1 || all[path].Receipt == "" {
		b.Fatalf("the bins list %+v, want %q", all, path)
	}
	return all[path]
}

// onDisks gives the names that programs must understand from each other, on
// each kind of second disk.
func onDisks(t *testing.T, agree func(b *box, kind, name string)) {
	t.Helper()
	if !inOwnMounts(t) {
		return
	}
	for _, kind := range kinds {
		for i, name := range append([]string{longest, "new\nline.png"}, shared...) {
			if kind == "subvolume" && i > 1 {
				break // where a bin is has nothing to do with a name
			}
			t.Run(fmt.Sprintf("%s %d", kind, i), func(t *testing.T) { agree(newSharedDisk(t, kind), kind, name) })
		}
	}
}

func TestTrashCLIHandlesOnASecondDiskWhatWePut(t *testing.T) {
	onDisks(t, func(b *box, kind, name string) {
		e := b.write("sub/"+name, name)
		r := b.put(e)
		if kind == "subvolume" { // these two look only on top of mounts
			if got := b.tool("", "trash-list"); got != "" {
				b.Errorf("trash-list: got %q of a subvolume", got)
			}
		} else {
			if got, want := b.tool("", "trash-list"), "2026-11-23 12:00:00 "+e.Path+"\n"; got != want {
				b.Errorf("trash-list: got %q, want %q", got, want)
			}
			b.tool("0\n", "trash-restore", "--trash-dir", b.trash, "/")
			b.holds(e.Path, name)
		}
		if got, err := b.d.Restore(b.Context(), r); err != nil || got.Path != e.Path {
			b.Errorf("our restore after theirs: got %+v, %v", got, err)
		}
		b.binHas(0, 0)
		e, err := b.d.Stat(b.Context(), e.Ref)
		must(b.T, err)
		r = b.put(e)
		b.tool("y\n", "trash-empty", "--trash-dir", b.trash)
		b.binHas(0, 0)
		if _, err := b.d.Restore(b.Context(), r); !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("our restore after their emptying: got %v, want fs.ErrNotExist", err)
		}
		if err := b.d.Purge(b.Context(), r); !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("our purge after their emptying: got %v, want fs.ErrNotExist", err)
		}
	})
}

// handled restores, and then purges, what another program trashed by put.
func (b *box) handled(name string, put func(path string)) {
	b.Helper()
	path := b.path(name)
	write(b.T, path, name)
	put(path)
	b.missing(path)
	if back, err := b.d.Restore(b.Context(), b.found(path).Receipt); err != nil || back.Path != path {
		b.Fatalf("restore: got %+v, %v", back, err)
	}
	b.holds(path, name)
	put(path)
	must(b.T, b.d.Purge(b.Context(), b.found(path).Receipt))
	b.missing(path)
	b.binHas(0, 0)
}

func TestWeHandleOnASecondDiskWhatTrashCLIPuts(t *testing.T) {
	onDisks(t, func(b *box, _, name string) {
		if name == longest {
			name = "l.png"
		}
		b.handled(name, func(path string) { b.tool("", "trash-put", "--", path) })
	})
}

func TestWeHandleOnASecondDiskWhatGioPuts(t *testing.T) {
	onDisks(t, func(b *box, kind, name string) {
		if kind != "ext4" || name == longest { // gio 2.74 refuses file systems in memory, subvolumes, and that name
			return
		}
		b.handled(name, func(path string) { b.tool("", "gio", "trash", path) })
	})
}

// gio reads nothing without its daemon, so that only what it writes can be
// compared; see the package comment's oracle, trash-cli, for the rest.
func TestWeHandleInTheHomeTrashWhatGioPuts(t *testing.T) {
	for _, name := range append([]string{"new\nline.png", "\xff\xfe.png"}, shared...) {
		b := &box{T: t, top: t.TempDir(), mounts: noMounts}
		b.root, b.trash = filepath.Join(b.top, "home/pictures"), filepath.Join(b.top, "home/data/Trash")
		must(t, os.MkdirAll(b.root, 0o700))
		must(t, os.MkdirAll(b.top+"/home/data", 0o700))
		if s, err := disk.StatName(unix.AT_FDCWD, b.root); err != nil || s.Uid != uint32(os.Geteuid()) {
			t.Fatal(err)
		}
		b.d = b.open()
		b.handled(name, func(path string) { b.tool("", "gio", "trash", path) })
	}
}
