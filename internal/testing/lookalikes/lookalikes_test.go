package lookalikes

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // pictures of the collection

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
)

var update = flag.Bool("update", false,
	"measure all originals and changes, in seven minutes of CPU time, and write the curve and the table into docs")

// The figure and the page with the table.
const (
	figure = "../../../docs/internals/copies.svg"
	page   = "../../../docs/internals/detection.md"
)

// original is a picture whose copies are looked for.
type original struct {
	name string
	real bool
	open func() (*image.RGBA, error)
}

// collected returns the collected pictures, if the collection is there. Larger ones are made smaller until the longer
// side has that many pixels.
func collected(t *testing.T, longer int) (all []original) {
	t.Helper()
	dir := os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "images")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no collected images: %v", err)
		}
		return nil
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		path := filepath.Join(dir, line[1])
		switch filepath.Ext(path) {
		case ".png", ".jpg", ".jpeg", ".webp":
			all = append(all, original{line[1], true, func() (*image.RGBA, error) { return decoded(path, longer) }})
		}
	}
	return all
}

// decoded returns a collected picture on white.
func decoded(path string, longer int) (*image.RGBA, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if most := max(w, h); most > longer {
		w, h = max(w*longer/most, 1), max(h*longer/most, 1)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(to, to.Rect, m, m.Bounds(), draw.Over, nil)
	return to, nil
}

// madeUpOriginals returns n made-up pictures in a size of ChatGPT's.
func madeUpOriginals(n, longer int) (all []original) {
	for i := range n {
		seed := uint64(1_000_000 + i)
		all = append(all, original{fmt.Sprintf("made up %d", seed), false, func() (*image.RGBA, error) {
			return madeUp(seed, longer), nil
		}})
	}
	return all
}

// looks returns what the program sees of a file: whole, and without a border.
func looks(m *thumbnail.Maker, file []byte, err error) ([]perceptual.Look, error) {
	if err != nil {
		return nil, err
	}
	gray, _, err := m.Gray(context.Background(), thumbnail.Picture{
		Size: int64(len(file)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil },
	})
	return perceptual.Looks(perceptual.Gray(gray)), err
}

// never is the distance of a copy that is not compared: too little detail, or another shape.
const never = 256

// distance returns the least distance between an original and a file, as the program would find it.
func distance(of perceptual.Look, copies []perceptual.Look) int {
	least := never
	for _, l := range copies {
		if l.Usable() && perceptual.SameShape(of.Ratio, l.Ratio) {
			least = min(least, of.Hash.Distance(l.Hash))
		}
	}
	return least
}

// measured are the results.
type measured struct {
	real, madeUp int                        // originals
	plain        int                        // originals with too little detail
	copies       map[string]*[never + 1]int // by change: how many at each distance
	known        []perceptual.Look
	// strangers are copies, which are strangers to all originals but one, and unrelated pictures.
	strangers []stranger
}

type stranger struct {
	perceptual.Look
	from int // the number of its original in known; a negative one, its own, of an unrelated picture
}

// measure makes the copies of the originals, and compares them.
func measure(t *testing.T, originals []original, with []change, unrelated int) *measured {
	t.Helper()
	r := &measured{copies: map[string]*[never + 1]int{}}
	for _, c := range with {
		r.copies[c.name] = new([never + 1]int)
	}
	maker := thumbnail.NewMaker()
	known := r.know(t, maker, originals)
	copies := make([][][]perceptual.Look, len(known)) // by original and change
	inTurn(len(known), func(i int) {
		m, err := known[i].open()
		if err != nil {
			t.Error(err)
			return
		}
		for _, c := range with {
			file, err := c.do(m)
			seen, err := looks(maker, file, err)
			if err != nil {
				t.Errorf("%s, %s: %v", known[i].name, c.name, err)
			}
			copies[i] = append(copies[i], seen)
		}
	})
	strangers := make([][]perceptual.Look, unrelated)
	inTurn(unrelated, func(i int) {
		file, err := encodePNG(madeUp(uint64(i), 320))
		if strangers[i], err = looks(maker, file, err); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	note := func(from int, seen []perceptual.Look) {
		for _, l := range seen {
			r.strangers = append(r.strangers, stranger{l, from})
		}
	}
	for i, all := range copies {
		for n, seen := range all {
			r.copies[with[n].name][distance(r.known[i], seen)]++
			if !with[n].apart {
				note(i, seen)
			}
		}
	}
	for i, seen := range strangers {
		note(-1-i, seen)
	}
	return r
}

// inTurn calls do for the numbers below n, on all processors.
func inTurn(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

// know returns the originals that are measured: different pictures with enough detail that can be decoded.
func (r *measured) know(t *testing.T, maker *thumbnail.Maker, originals []original) (known []original) {
	t.Helper()
	all := make([][]perceptual.Look, len(originals))
	inTurn(len(originals), func(i int) {
		m, err := originals[i].open()
		if err != nil {
			return // no program shows it
		}
		file, err := encodePNG(m)
		if all[i], err = looks(maker, file, err); err != nil {
			t.Errorf("%s: %v", originals[i].name, err)
		}
	})
	for i, o := range originals {
		if all[i] == nil {
			continue
		}
		switch l := all[i][0]; {
		case !l.Usable():
			r.plain++
		case o.real && slices.ContainsFunc(r.known, func(k perceptual.Look) bool {
			return k.Hash.Distance(l.Hash) <= perceptual.Near // another file of the same picture
		}):
		default:
			if o.real {
				r.real++
			} else {
				r.madeUp++
			}
			r.known, known = append(r.known, l), append(known, o)
		}
	}
	return known
}

// pairs returns how many pairs of pictures with nothing in common are at each distance: a known one and a stranger of
// any shape, and two of the unrelated.
func (r *measured) pairs() (all [never + 1]int64, total int64) {
	count := func(a, b perceptual.Look) {
		if a.Usable() && b.Usable() {
			all[a.Hash.Distance(b.Hash)]++
			total++
		}
	}
	var unrelated []stranger
	for _, s := range r.strangers {
		for n, k := range r.known {
			if n != s.from {
				count(k, s.Look)
			}
		}
		if s.from < 0 {
			for _, o := range unrelated {
				if o.from != s.from {
					count(o.Look, s.Look)
				}
			}
			unrelated = append(unrelated, s)
		}
	}
	return all, total
}

// recall returns the part of the copies by those changes that are within the distance.
func (r *measured) recall(most int, names ...string) float64 {
	found, total := 0, 0
	for _, name := range names {
		for d, n := range r.copies[name] {
			if total += n; d <= most {
				found += n
			}
		}
	}
	return float64(found) / float64(max(total, 1))
}

// within returns how many pairs are within the distance.
func within(pairs *[never + 1]int64, most int) (n int64) {
	for _, at := range pairs[:most+1] {
		n += at
	}
	return n
}

// wholeNames returns the names of the changes that leave the whole picture.
func wholeNames(with []change) (names []string) {
	for _, c := range with {
		if !c.apart {
			names = append(names, c.name)
		}
	}
	return names
}

// Without -update a few pictures and changes are measured, which takes a second; the documents are of all.
func TestCopiesAreFoundAndStrangersAreNot(t *testing.T) {
	originals := slices.Concat(some(collected(t, 512), 6), madeUpOriginals(2, 512))
	with, unrelated := some(changes, 6), 20
	if *update {
		originals, with, unrelated = slices.Concat(collected(t, 768), madeUpOriginals(120, 768)), changes, 2100
	}
	r := measure(t, originals, with, unrelated)
	pairs, total := r.pairs()
	if got := r.recall(perceptual.Near, wholeNames(with)...); got < 0.95 {
		t.Errorf("%.1f %% of the copies are found", 100*got)
	}
	if n := within(&pairs, perceptual.Near); n > 0 {
		t.Errorf("%d of %d pairs of unrelated pictures are taken for copies", n, total)
	}
	if *update {
		write(t, r, &pairs, total)
	}
}

// some returns n of the elements, far apart from each other.
func some[T any](all []T, n int) (some []T) {
	for i := range min(n, len(all)) {
		some = append(some, all[i*len(all)/n])
	}
	return some
}

const (
	tableBegin = "<!-- copies: go test ./internal/testing/lookalikes -update -timeout 2h -->\n"
	tableEnd   = "<!-- end of copies -->\n"
)

// write writes the table and the figure.
func write(t *testing.T, r *measured, pairs *[never + 1]int64, total int64) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "| copy | distance, median | at most %d | at most 31 | at most %d |\n|---|---|---|---|---|\n",
		perceptual.Same, perceptual.Near)
	for _, c := range changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n",
			c.name, r.median(c.name), percent(r.recall(perceptual.Same, c.name)),
			percent(r.recall(31, c.name)), percent(r.recall(perceptual.Near, c.name)))
	}
	whole := wholeNames(changes)
	fmt.Fprintf(&b, "| *all but the last four* | | %s | %s | %s |\n", percent(r.recall(perceptual.Same, whole...)),
		percent(r.recall(31, whole...)), percent(r.recall(perceptual.Near, whole...)))
	nearest := slices.IndexFunc(pairs[:], func(n int64) bool { return n > 0 })
	fmt.Fprintf(&b, "\nOriginals: %d, of which %d are real pictures and %d made up; %d more had too little detail.\n"+
		"Pairs of pictures that have nothing in common: %.1f million, the nearest %d apart.\n",
		r.real+r.madeUp, r.real, r.madeUp, r.plain, float64(total)/1e6, nearest)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", page)
	}
	err = errors.Join(os.WriteFile(page, []byte(before+tableBegin+b.String()+tableEnd+after), 0o644),
		os.WriteFile(figure, []byte(r.svg(pairs, total)), 0o644))
	if err != nil {
		t.Fatal(err)
	}
}

// median returns the median distance of the copies by a change, if they are compared.
func (r *measured) median(name string) string {
	total := 0
	for _, n := range r.copies[name] {
		total += n
	}
	seen := 0
	for d, n := range r.copies[name] {
		if seen += n; 2*seen >= total {
			if d == never {
				return "not compared"
			}
			return fmt.Sprint(d)
		}
	}
	return ""
}

// percent returns a share as a table has it; it never rounds up to all of them.
func percent(share float64) string {
	return fmt.Sprintf("%.1f %%", math.Floor(share*1000)/10)
}
