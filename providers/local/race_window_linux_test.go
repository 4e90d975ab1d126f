package local

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// The facts that the guards evaluated may change while the .trashinfo is written
// and synced, which on a disk takes longer than the rest of a move. The move
// detects a second name and other permissions after that too.
func TestAFileThatAGuardWouldHoldByNowIsNotMoved(t *testing.T) {
	for what, befalls := range map[string]func(b *box) error{
		"a second name": func(b *box) error { return os.Link(b.path("a.png"), b.path("b.png")) },
		"a tag": func(b *box) error {
			return unix.Setxattr(b.path("a.png"), "user.xdg.tags", []byte("keep"), 0)
		},
		"other rights": func(b *box) error { return os.Chmod(b.path("a.png"), 0o400) },
	} {
		for _, point := range []string{xdgtrash.AtPinned, xdgtrash.AtWritten} {
			if what == "a tag" && point == xdgtrash.AtWritten {
				continue // only the change time shows it, and the move sets that
			}
			b := newBox(t)
			e := b.write("a.png", "bytes")
			b.interfere(point, func() { must(t, befalls(b)) })
			r, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
			if r != "" || !errors.Is(err, providers.ErrChanged) {
				t.Errorf("%s, %s: got %q, %v; want ErrChanged", what, point, r, err)
			}
			b.holds(b.path("a.png"), "bytes")
			b.binHas(0, 0)
			b.settles(e, fs.ErrNotExist)
		}
	}
}
