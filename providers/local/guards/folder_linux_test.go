package guards

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

func TestWhateverMayBeANeighbourOrSidecarIsKnownByItsForm(t *testing.T) {
	for _, picture := range []string{"a.png", "A B.JPEG", "画像.webp", ".hidden", "x", "a.png.part"} {
		for _, name := range append(providers.Neighbours(picture), providers.Sidecars(picture)...) {
			name, _, _ = strings.Cut(name, "/") // of a folder beside it, the folder's name
			for _, form := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
				if !accompanies(form) {
					t.Errorf("%q, beside %q, is not known", form, picture)
				}
			}
		}
	}
	for _, name := range []string{"a.png", "画像.png", "x", "", ".", "~", ".nomedia", ".DS_Store", "notes.txt"} {
		if accompanies(name) {
			t.Errorf("%q is taken for a neighbour", name)
		}
	}
	// case folding may make ASCII of these
	for _, name := range []string{"a.png.\u212Ada", "a.png.par\u017Ft", ".\u00AD~lock.a.png#"} {
		if !accompanies(name) {
			t.Errorf("%q is not known", name)
		}
	}
}

func TestNeighboursAreFoundInFoldersOfAnySizeHoweverManyAsk(t *testing.T) {
	for _, others := range []int{0, 4*namesEach - 3, 4 * namesEach, 8 * namesEach} {
		for name, guard := range map[string]providers.Guard{
			"a.png.part": providers.GuardPartial, "a.xmp": providers.GuardLibrary,
		} {
			t.Run(fmt.Sprint(others, name), func(t *testing.T) {
				b := newBox(t)
				for i := range others {
					write(t, b.path(fmt.Sprintf("sub/%d.png", i)), "")
				}
				e := b.write("sub/a.png", "bytes")
				for _, want := range []int{0, 1} {
					var all sync.WaitGroup
					for range 16 {
						all.Go(func() {
							held, err := b.d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards())
							if err != nil || len(held) != want || want == 1 && held[0].Guard != guard {
								t.Errorf("held by %v, %v; want %d", held, err, want)
							}
						})
					}
					all.Wait()
					write(t, b.path("sub/"+name), "")
				}
				b.heldBy(b.path("sub/a.png"), guard)
			})
		}
	}
}

func TestAFolderIsListedOnlyAsFarAsItPays(t *testing.T) {
	b := newBox(t)
	for i := range 12 {
		write(t, b.path(fmt.Sprintf("sub/%d.png", i)), "")
	}
	r := b.d.roots[0]
	if !aloneIn(r, "sub", 12+2) || aloneIn(r, "sub", 3) || aloneIn(r, "nowhere", 100) {
		t.Error(
			"a short folder without neighbours has none; of a longer one, and one that cannot be listed, that is " +
				"not known",
		)
	}
	write(t, b.path("sub/0.png.part"), "")
	if aloneIn(r, "sub", 100) {
		t.Error("a neighbour was overlooked")
	}
}

// Every answer comes from a listing that began after the question: a neighbour that
// existed before is seen, however many callers ask at once.
func TestWhoAsksTogetherIsAnsweredByALookThatBeganAfterwards(t *testing.T) {
	const askers, rounds = 16, 500
	var s Singleflight[int64]
	var now, looks atomic.Int64
	done := make(chan error)
	for range askers {
		go func() {
			var err error
			for range rounds {
				before := now.Add(1)
				if at := s.Do("x", func(int) int64 { looks.Add(1); return now.Add(1) }); at <= before && err == nil {
					err = fmt.Errorf("asked at %d, it got what was seen at %d", before, at)
				}
			}
			done <- err
		}()
	}
	for range askers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := looks.Add(1) - 1; n >= askers*rounds {
		t.Errorf("%d looks for as many questions: nobody shared one", n)
	}
}
