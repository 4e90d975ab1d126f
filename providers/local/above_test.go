//go:build linux

package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

func TestAMarkerAboveTheRootLeavesTheRootOut(t *testing.T) {
	for name, marker := range map[string]string{
		"the folder above":    ".nosweep",
		"two folders above":   "../.nosweep",
		"beside a link to it": "../linked/.nosweep",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoxIn(t, filepath.Join(t.TempDir(), "home/ann"))
			e := b.write("a.png", "one")
			must(t, os.MkdirAll(filepath.Join(b.top, "../linked"), 0o700))
			link := filepath.Join(b.top, "../linked/root")
			must(t, os.Symlink(b.root, link))
			d := b.open(func(o *Options) { o.Roots = []string{link} })
			b.lists(d, "a.png")
			write(t, filepath.Join(b.top, marker), "")
			b.lists(d)
			if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrProtected) {
				t.Errorf("trash below a marker: got %v, want ErrProtected", err)
			}
			d = b.open(func(o *Options) { o.Roots, o.Only = []string{link}, []string{b.path("a.png")} })
			if _, unlisted, _ := b.list(d); len(unlisted) != 1 {
				t.Errorf("a part below a marker: got %q, want it to be unlisted", unlisted)
			}
		})
	}
}

func TestAMarkerAboveTheRootHoldsBehindABindMount(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newBox(t)
	b.mounts = nil // the machine's own
	write(t, filepath.Join(b.top, "home/pictures/a.png"), "one")
	must(t, os.Mkdir(b.path("bound"), 0o700))
	must(t, unix.Mount(filepath.Join(b.top, "home/pictures"), b.path("bound"), "", unix.MS_BIND, ""))
	d := b.open(func(o *Options) { o.Roots = []string{b.path("bound")} })
	b.lists(d, "bound/a.png")
	e, err := d.Stat(t.Context(), providers.Ref(b.path("bound/a.png")))
	must(t, err)
	write(t, filepath.Join(b.top, "home/.nosweep"), "")
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrProtected) {
		t.Errorf("trash below a marker: got %v, want ErrProtected", err)
	}
	b.lists(d)
	must(t, d.Close())

	d = b.open(func(o *Options) { o.Roots = []string{b.path("bound")} }) // which has listed nothing
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrProtected) {
		t.Errorf("trash below a marker, without a listing: got %v, want ErrProtected", err)
	}
	must(t, d.Close())
	must(t, unix.Unmount(b.path("bound"), 0))
}

func TestAFolderAboveTheRootThatCannotBeAskedForAMarkerIsUnlisted(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "one")
	// A lookup of a name that is too long fails, and does not prove that nothing is there.
	b.d.roots[0].Ways = append(b.d.roots[0].Ways, "/"+strings.Repeat("x", 256)+"/root")
	if _, unlisted, last := b.list(b.d); len(unlisted) != 1 {
		t.Errorf("got %q and %+v, want the root to be unlisted", unlisted, last)
	}
	if _, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision); err == nil {
		t.Error("a file was moved though a folder above could not be asked for a marker")
	}
}
