//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// newOverlayBox has the box's root and bin on an overlay; what is below lower/root is
// in its lower layer. In a container with marks, an overlay that is mounted there
// is not the one that goes with it.
func newOverlayBox(t *testing.T) *box {
	t.Helper()
	mounted(t, "tmpfs", "/run")
	write(t, "/run/.containerenv", "")
	top := t.TempDir()
	mounted(t, "tmpfs", top)
	write(t, top+"/lower/root/a.png", "bytes")
	for _, name := range []string{"/layers", "/box"} {
		must(t, os.Mkdir(top+name, 0o700))
	}
	mounted(t, "tmpfs", top+"/layers")
	for _, name := range []string{"/layers/upper", "/layers/work"} {
		must(t, os.Mkdir(top+name, 0o700))
	}
	must(t,
		unix.Mount("overlay", top+"/box", "overlay", 0,
			"lowerdir="+top+"/lower,upperdir="+top+"/layers/upper,workdir="+top+"/layers/work"))
	t.Cleanup(func() { unix.Unmount(top+"/box", unix.MNT_DETACH) })
	return newBoxIn(t, top+"/box")
}

// The first rename of a file of a lower layer turns it into another file. No program has changed it, and the new file
// can go.
func TestAFileOfALowerLayerGoesTheSecondTime(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newOverlayBox(t)
	e := b.entry("a.png")
	b.refuses(e, xdgtrash.ErrCopiedUp)
	b.holds(e.Path, "bytes")
	b.binHas(0, 0)
	r := b.put(b.entry("a.png"))
	b.binHas(1, 1)
	if _, err := b.d.Restore(t.Context(), r); err != nil {
		t.Error(err)
	}
	b.holds(e.Path, "bytes")
}

// A file that is written into an overlay is in its upper layer from the start.
func TestAnOverlayThatIsMountedInAContainerOutlivesIt(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newOverlayBox(t)
	b.put(b.write("b.png", "bytes"))
	if bin, err := b.d.Trial(b.root); err != nil || bin != b.trash {
		t.Errorf("trial: %q, %v", bin, err)
	}
}

// entry describes what is at rel.
func (b *box) entry(rel string) providers.Entry {
	b.Helper()
	e, err := b.d.Stat(b.Context(), providers.Ref(b.path(rel)))
	must(b.T, err)
	return e
}

// A link has another device number than its folder if an overlay's layers are on two file systems. It is still refused
// and not passed over.
func TestALinkedHomeTrashOnAnOverlayIsNotPassedBy(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newOverlayBox(t)
	e := b.write("b.png", "bytes")
	must(t, os.Mkdir(filepath.Dir(b.trash), 0o700))
	must(t, os.Symlink("/tmp", b.trash)) // on another mount
	b.mounts = nil
	b.d = b.open()
	b.refuses(e, fs.ErrPermission)
	if bin, err := b.d.Outlook(b.root); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("outlook: %q, %v", bin, err)
	}
	b.holds(e.Path, "bytes")
	b.missing(filepath.Join(b.top, ".Trash-0"))
}
