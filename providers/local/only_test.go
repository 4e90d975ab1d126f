//go:build linux

package local

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

func TestOnlyWhatIsInTheNamedFoldersIsListedReadAndMoved(t *testing.T) {
	b := newBox(t)
	in, out := b.write("sub/a.png", "a"), b.write("b.png", "b")
	b.write("sub a/c.png", "c")
	b.write("sub/deep/d.png", "d")
	link := filepath.Join(b.top, "link")
	must(t, os.Symlink(b.path("sub"), link))
	b.d = b.open(func(o *Options) { o.Only = []string{b.path("sub/deep"), b.path("sub a"), link, b.path("sub")} })
	b.lists(b.d, "sub a/c.png", "sub/a.png", "sub/deep/d.png")
	if got, want := b.d.Roots(), []string{b.path("sub"), b.path("sub a")}; !slices.Equal(got, want) {
		t.Errorf("got roots %q, want %q", got, want)
	}
	if _, err := b.d.Stat(t.Context(), out.Ref); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("stat outside: got %v, want %v", err, providers.ErrOutside)
	}
	if _, err := b.read(out); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("read outside: got %v, want %v", err, providers.ErrOutside)
	}
	b.refuses(out, providers.ErrOutside)
	b.put(in)
	b.holds(b.path("b.png"), "b")
}

func TestNamingAFolderDoesNotBringBackWhatIsLeftOut(t *testing.T) {
	exclude := func(o *Options) { o.Exclude = []string{"2023/best/**", "camera"} }
	b := newBox(t, exclude)
	b.write("2023/a.png", "a")
	b.write("art/.nosweep", "")
	for _, dir := range []string{"2023/best", "2023/best/of", "camera/roll", "art/deep", "x/.cache"} {
		b.d = b.open(exclude)
		e := b.write(dir+"/a.png", "a")
		b.d = b.open(exclude, func(o *Options) { o.Only = []string{b.path(dir)} })
		files, _, _ := b.list(b.d)
		if len(files) > 0 {
			t.Errorf("%s: listed %q, want nothing", dir, files)
		}
		b.refuses(e, providers.ErrProtected)
	}
	b.lists(b.open(exclude, func(o *Options) { o.Only = []string{b.path("2023")} }), "2023/a.png")
}

func TestANamedFolderThatIsLeftOutOrMissingIsReported(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	b.write("art/.nosweep", "")
	b.write("art/deep/a.png", "a")
	for _, dir := range []string{"art/deep", "missing", ".cache/x"} {
		_, unlisted, _ := b.list(b.open(func(o *Options) { o.Only = []string{b.path(dir)} }))
		if want := []string{dir}; !slices.Equal(unlisted, want) {
			t.Errorf("unlisted: got %q, want %q", unlisted, want)
		}
	}
}

func TestANamedFolderMayHoldARootOrBeOne(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	b.write("in/b.png", "b")
	b.write("in/.cache/c.png", "c")
	other := filepath.Join(b.top, "missing")
	roots := func(o *Options) { o.Roots = []string{b.root, b.path("in/.cache"), other} }
	b.lists(b.open(roots, func(o *Options) { o.Only = []string{b.path("in")} }), "in/.cache/c.png", "in/b.png")
	b.lists(b.open(roots, func(o *Options) { o.Only = []string{b.root} }), "a.png", "in/.cache/c.png", "in/b.png")
	if _, err := Open(
		Options{Roots: []string{b.path("in")}, Only: []string{b.root}},
	); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("a folder above the roots: got %v, want %v", err, providers.ErrOutside)
	}
}
