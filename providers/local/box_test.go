//go:build linux

package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// box is one root with one bin beside it, and a driver on them.
type box struct {
	*testing.T
	top, root, trash string
	mounts           func() ([]byte, error) // that the drivers see; nil: the machine's
	d                *Driver
}

// noMounts hides the machine's mounts, and the bins on them, from a driver.
func noMounts() ([]byte, error) { return nil, nil }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)

func newBox(t *testing.T, change ...func(*Options)) *box {
	t.Helper()
	return newBoxIn(t, t.TempDir(), change...)
}

func newBoxIn(t *testing.T, top string, change ...func(*Options)) *box {
	t.Helper()
	b := &box{
		T: t, top: top, root: filepath.Join(top, "root"), trash: filepath.Join(top, "data/Trash"), mounts: noMounts,
	}
	if err := os.MkdirAll(b.root, 0o700); err != nil {
		t.Fatal(err)
	}
	b.d = b.open(change...)
	return b
}

func (b *box) open(change ...func(*Options)) *Driver {
	b.Helper()
	o := Options{Roots: []string{b.root}, TrashHome: b.trash, Workers: 1, Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&o)
	}
	d, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	d.mounts.Read = b.mounts
	b.Cleanup(func() { d.Close() })
	return d
}

func (b *box) path(rel string) string { return filepath.Join(b.root, rel) }

// write makes a file below the root, with its folders, and describes it.
func (b *box) write(rel, content string) providers.Entry {
	b.Helper()
	write(b.T, b.path(rel), content)
	e, err := b.d.Stat(b.Context(), providers.Ref(b.path(rel)))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// list is a whole listing: paths below the root, places that could not be
// looked into, and the final checkpoint.
func (b *box) list(d *Driver) (files, unlisted []string, last providers.Change) {
	b.Helper()
	for c, err := range d.Changes(b.Context(), "") {
		if e, ok := errors.AsType[*providers.UnlistedError](err); ok {
			unlisted = append(unlisted, b.rel(e.Path))
		} else if err != nil {
			b.Fatal(err)
		} else if !c.Checkpoint() {
			files = append(files, b.rel(c.Entry.Path))
		}
		last = c
	}
	slices.Sort(files)
	return files, unlisted, last
}

func (b *box) rel(path string) string {
	if rel, in := disk.Below(b.root, path); in {
		return rel
	}
	return path
}

func (b *box) lists(d *Driver, want ...string) {
	b.Helper()
	files, unlisted, _ := b.list(d)
	if !slices.Equal(files, want) || len(unlisted) > 0 {
		b.Errorf("listed %q and not %q, want %q", files, unlisted, want)
	}
}

func (b *box) holds(path, want string) {
	b.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		b.Errorf("%q holds %q, %v; want %q", path, got, err, want)
	}
}

func (b *box) missing(path string) {
	b.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		b.Errorf("%q is there, want it gone: %v", path, err)
	}
}

// binHas checks how many files and .trashinfo files the bin holds.
func (b *box) binHas(files, infos int) {
	b.Helper()
	for dir, want := range map[string]int{"files": files, "info": infos} {
		got, err := os.ReadDir(filepath.Join(b.trash, dir))
		if len(got) != want || err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Errorf("the bin's %s holds %v, %v; want %d", dir, got, err, want)
		}
	}
}

const (
	keyChars   = 26 // in a Recorder's key
	infoEnding = ".trashinfo"
	infoBytes  = 1 << 20 // of one .trashinfo are read at most
)

var key = strings.Repeat("k", keyChars)

// binned is the name in the bin of a file with that name.
func binned(name, key string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + key + ext
}

// ownBin is the name of this user's bin on top of a volume.
func ownBin() string { return fmt.Sprintf(".Trash-%d", os.Geteuid()) }

// forged is a receipt that nobody was given.
func forged(bin, volume, name, path string, id disk.Identity) providers.Receipt {
	return providers.Receipt(xdgtrash.NewReceipt(bin, volume, name, path, id))
}

func (b *box) put(e providers.Entry) providers.Receipt {
	b.Helper()
	r, err := b.d.Trash(b.Context(), key, e.Ref, e.Revision)
	if err != nil {
		b.Fatalf("trash: %v", err)
	}
	return r
}

func (b *box) refuses(e providers.Entry, want error) {
	b.Helper()
	r, err := b.d.Trash(b.Context(), key, e.Ref, e.Revision)
	if r != "" || !errors.Is(err, want) {
		b.Errorf("trash: got %q, %v; want %v", r, err, want)
	}
}

func (b *box) settles(e providers.Entry, want error) {
	b.Helper()
	r, err := b.d.Settle(b.Context(), key, e.Ref, e.Revision)
	if !errors.Is(err, want) || (err == nil) != (r != "") {
		b.Errorf("settle: got %q, %v; want %v", r, err, want)
	}
}

func (b *box) read(e providers.Entry) (string, error) {
	rc, err := b.d.ReadRange(b.Context(), e.Ref, e.Revision, 0, e.Size)
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(rc)
	return string(got), errors.Join(err, rc.Close())
}

// interfere does something at a point of the next move.
func (b *box) interfere(point string, do func()) {
	b.d.step = func(at string) error {
		if at == point {
			do()
		}
		return nil
	}
}

// lacking ends a test for which this machine lacks something: aloud, and as a
// failure in CI, where nothing may be left out.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
