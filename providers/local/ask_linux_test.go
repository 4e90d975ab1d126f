package local

import (
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// heldBy checks which guards hold the file, and returns why.
func (b *box) heldBy(path string, want ...providers.Guard) (whys string) {
	b.Helper()
	e, err := b.d.Stat(b.Context(), providers.Ref(path))
	must(b.T, err)
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

// Notes that are excluded from the sweep still name pictures.
func TestDocumentsThatAreLeftOutOfTheSweepCount(t *testing.T) {
	b := newBox(t, func(o *Options) { o.Exclude = []string{"private/**", "private"} })
	b.write("private/a.md", "one.png")
	b.write("mine/"+marker, "")
	b.write("mine/deep/a.md", "two.png")
	b.write(".hidden/a.md", "three.png")
	for _, name := range []string{"one.png", "two.png", "three.png"} {
		b.write(name, "bytes")
		b.heldBy(b.path(name), providers.GuardMentioned)
	}
}

func TestWhatProgramsKeepAndWhatIsInTheBinMentionsNothing(t *testing.T) {
	b := newBox(t, func(o *Options) { o.TrashHome = filepath.Join(o.Roots[0], "bin") })
	for _, name := range []string{".svn/a.md", ".cache/a.md", "bin/files/a.md", ".Trash-1000/files/a.md", "a.mp4"} {
		write(t, b.path(name), "a.png")
	}
	b.write("deep/a.png", "bytes")
	b.heldBy(b.path("deep/a.png"))
}

// A service keeps its driver for days.
func TestADocumentThatWasWrittenBeforeAListingIsSeenAfterIt(t *testing.T) {
	b := newBox(t)
	b.write("other.png", "bytes")
	b.heldBy(b.path("other.png"))
	b.write("notes.md", "a.png")
	b.write("a.png", "bytes")
	b.lists(b.d, "a.png", "notes.md", "other.png")
	b.heldBy(b.path("a.png"), providers.GuardMentioned)
}
