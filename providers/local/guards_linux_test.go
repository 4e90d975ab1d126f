package local

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// heldBy checks which guards hold the file.
func (b *box) heldBy(path string, want ...providers.Guard) {
	b.Helper()
	e, err := b.d.Stat(b.Context(), providers.Ref(path))
	must(b.T, err)
	held, err := b.d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards())
	must(b.T, err)
	if len(held) != len(want) {
		b.Fatalf("%s is held by %v, want %v", path, held, want)
	}
	for i, h := range held {
		if h.Guard != want[i] || h.Why == "" {
			b.Errorf("%s is held by %v, want %v", path, held, want)
		}
	}
}

func TestAFileWithTwoNamesIsHeld(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.heldBy(b.path("a.png"))
	must(t, os.Link(b.path("a.png"), filepath.Join(b.top, "elsewhere.png")))
	b.heldBy(b.path("a.png"), providers.GuardHardLinked)
}

// Only root can make another user's file; for everybody else the guard itself
// is asked.
func TestAnotherUsersFileIsHeld(t *testing.T) {
	if why := otherOwner(&unix.Statx_t{Uid: uint32(os.Geteuid())}); why != "" {
		t.Errorf("an own file: %s", why)
	}
	if why := otherOwner(&unix.Statx_t{Uid: uint32(os.Geteuid()) + 1}); why == "" {
		t.Error("another user's file is not held")
	}
}
