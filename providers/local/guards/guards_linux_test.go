package guards

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// heldBy checks which guards hold the file, and returns why.
func (b *box) heldBy(path string, want ...providers.Guard) (whys string) {
	b.Helper()
	e := described(b.T, path)
	held, err := b.d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards())
	must(b.T, err)
	if len(held) != len(want) {
		b.Fatalf("%s is held by %v, want %v", path, held, want)
	}
	for i, h := range held {
		if h.Guard != want[i] || h.Why.IsZero() {
			b.Errorf("%s is held by %v, want %v", path, held, want)
		}
		whys += h.Why.String() + "\n"
	}
	return whys
}

// says checks that the reason contains want.
func (b *box) says(why, want string) {
	b.Helper()
	if !strings.Contains(why, want) {
		b.Errorf("it is kept because %s: that does not name %s", why, want)
	}
}

func TestAFileWithTwoNamesIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.heldBy(b.path("a.png"))
	must(t, os.Link(b.path("a.png"), filepath.Join(b.top, "elsewhere.png")))
	b.heldBy(b.path("a.png"), providers.GuardHardLinked)
}

// Only root can make another user's file; for all other users the test calls the
// guard itself.
func TestAnotherUsersFileIsHeld(t *testing.T) {
	if why := otherOwner(&unix.Statx_t{Uid: uint32(os.Geteuid())}); !why.IsZero() {
		t.Errorf("an own file: %s", why)
	}
	if why := otherOwner(&unix.Statx_t{Uid: uint32(os.Geteuid()) + 1}); why.IsZero() {
		t.Error("another user's file is not held")
	}
}

func TestAFileThatIsWrittenToIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	f, err := os.OpenFile(b.path("a.png"), os.O_WRONLY, 0)
	must(t, err)
	b.heldBy(b.path("a.png"), providers.GuardOpen)
	must(t, f.Close())
	b.heldBy(b.path("a.png"))
	f, err = os.Open(b.path("a.png"))
	must(t, err)
	b.heldBy(b.path("a.png"))
	must(t, f.Close())
}

func TestAskingKeepsNobodyFromWriting(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.heldBy(b.path("a.png"))
	fd, err := unix.Open(b.path("a.png"), unix.O_WRONLY|unix.O_NONBLOCK, 0) // EWOULDBLOCK under a lease
	must(t, err)
	must(t, unix.Close(fd))
}

func TestAFileThatAProgramIsAtWorkOnIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a*?.png", "bytes")
	b.write("other.png.part", "of another file")
	b.heldBy(b.path("a*?.png"))
	for _, name := range providers.Neighbours("a*?.png") {
		write(t, b.path(name), "")
		b.says(b.heldBy(b.path("a*?.png"), providers.GuardPartial), name)
		must(t, os.Remove(b.path(name)))
	}
	must(t, os.Mkdir(b.path("a*?.png.download"), 0o700))
	b.heldBy(b.path("a*?.png"), providers.GuardPartial)
	must(t, os.Remove(b.path("a*?.png.download")))
	must(t, os.Symlink("ann@host.1234", b.path(".#a*?.png")))
	b.heldBy(b.path("a*?.png"), providers.GuardPartial)
}

// With ".part" behind it, its name would be too long to be one.
func TestAFileOfTheLongestNameIsNotHeld(t *testing.T) {
	b := newBox(t)
	name := strings.Repeat("x", 251) + ".png"
	b.write(name, "bytes")
	b.heldBy(b.path(name))
}

func TestOnlyTheGuardsThatWereNamedAreAsked(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.write("a.png.xmp", "stars")
	b.write("a.md", "![](a.png)")
	held, err := b.d.Guards(t.Context(), e.Ref, e.Revision,
		[]providers.Guard{providers.GuardLibrary, providers.GuardGit})
	if err != nil || len(held) != 1 || held[0].Guard != providers.GuardLibrary {
		t.Errorf("held by %v, %v", held, err)
	}
	if held, err = b.d.Guards(t.Context(), e.Ref, e.Revision, nil); err != nil || len(held) != 0 {
		t.Errorf("held by %v, %v", held, err)
	}
}

func TestAQuestionEndsWithItsContext(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.write("a.md", "![](a.png)")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := question{
		guards: b.d.guards,
		root:   b.d.roots[0],
		path:   string(e.Ref),
		rel:    "a.png",
		file:   &disk.Pinned{Name: "a.png"},
	}
	if why, err := q.heldBy(ctx, providers.GuardMentioned); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", why, err)
	}
	b.heldBy(b.path("a.png"), providers.GuardMentioned)
}
