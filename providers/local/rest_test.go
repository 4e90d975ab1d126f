//go:build linux

package local

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

// image makes a file with an empty ext4 in it.
func image(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, os.Truncate(path, 32<<20))
	run(t, "mkfs.ext4", "-q", "-F", path)
	return path
}

// A driver that rests keeps no disk busy, though it watches it; and the disk that
// comes back is the same.
func TestADiskCanBeTakenOutAndPutBackWhileTheDriverRests(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := &box{T: t, top: t.TempDir()}
	b.root = filepath.Join(b.top, "disk")
	b.trash = filepath.Join(b.root, ".Trash-0")
	must(t, os.Mkdir(b.root, 0o700))
	disk, other := image(t), image(t)
	insert := func(image string) { t.Helper(); run(t, "mount", "-o", "loop", image, b.root) }
	eject := func() { t.Helper(); must(t, unix.Unmount(b.root, 0)) }
	insert(disk)
	t.Cleanup(func() { unix.Unmount(b.root, unix.MNT_DETACH) })
	mounted(t, "tmpfs", filepath.Join(b.top, "home"))
	b.d = b.open(func(o *Options) { o.TrashHome = filepath.Join(b.top, "home/data/Trash"); o.Interest = pngs })
	must(t, b.d.Wait(t.Context(), ""))
	e := b.write("sub/a.png", "bytes")
	b.lists(b.d, "sub/a.png")
	r := b.put(e)
	if err := unix.Unmount(b.root, 0); err != unix.EBUSY {
		t.Fatalf("unmount of what is in use: %v", err)
	}
	must(t, b.d.Rest())
	eject()
	if files, unlisted, _ := b.list(b.d); len(files) > 0 || len(unlisted) != 1 {
		t.Errorf("without the disk: %q, and not %q", files, unlisted)
	}
	write(t, b.path("below.png"), "not of the disk") // the empty folder below it is not the disk, whatever is in it
	if files, unlisted, _ := b.list(b.d); len(files) > 0 || len(unlisted) != 1 {
		t.Errorf("what the disk had covered: %q, and not %q", files, unlisted)
	}
	must(t, os.Remove(b.path("below.png")))

	insert(other)
	if _, unlisted, _ := b.list(b.d); len(unlisted) != 1 {
		t.Errorf("another disk is taken for it")
	}
	must(t, b.d.Rest())
	eject()

	insert(disk)
	back, err := b.d.Restore(t.Context(), r)
	if err != nil || back.Path != e.Path {
		t.Fatalf("restore: %+v, %v", back, err)
	}
	b.lists(b.d, "sub/a.png")
	if _, err := b.d.Trash(t.Context(), key, back.Ref, back.Revision); err != nil {
		t.Error(err)
	}
	must(t, b.d.Rest())
	eject()
}

// While a listing is under way nothing is let go.
func TestNothingIsLetGoOfInTheMidstOfAListing(t *testing.T) {
	b := newBox(t)
	for _, name := range []string{"a.png", "b.png", "sub/c.png"} {
		b.write(name, "bytes")
	}
	n := 0
	for c, err := range b.d.Changes(t.Context(), "") {
		must(t, err)
		must(t, b.d.Rest())
		if !c.Checkpoint() {
			n++
		}
		_, err := b.d.Stat(t.Context(), providers.Ref(b.path("a.png")))
		must(t, err)
	}
	if n != 3 {
		t.Errorf("%d of 3 are listed", n)
	}
	must(t, b.d.Rest())
	if !b.d.roots[0].Resting() {
		t.Error("the root is open still")
	}
	b.lists(b.d, "a.png", "b.png", "sub/c.png")
}
