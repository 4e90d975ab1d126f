package review

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/sweeper"
)

// alive returns the bytes of all objects that are in use.
func alive() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalised
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// allocated returns how many bytes a function allocates, whether it keeps them or not.
func allocated(do func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// fill adds pictures for review.
func (d *desk) fill(pictures int) {
	d.Helper()
	content := drawn(9)
	for n := range pictures {
		d.write(ours(fmt.Sprintf("perhaps/%03d", n), 9), withText(content, "Comment", fmt.Sprint(n)))
	}
}

// A list takes 2.2 kB for each picture, and a new look replaces it: the pictures of the one before are not kept too.
func TestAListTakesLittleMemory(t *testing.T) {
	const pictures, each = 800, 3500
	d := newDesk(t)
	before := alive()
	d.fill(pictures)
	for range 3 {
		if err := d.server.Look(); err != nil {
			t.Fatal(err)
		}
	}
	if _, text := d.get("/"); !strings.Contains(text, fmt.Sprintf("<b>%d pictures</b>", pictures+3)) {
		t.Fatalf("the list has other pictures:\n%s", text)
	}
	if got := alive() - before; got > pictures*each {
		t.Errorf("%d bytes are in use for each picture, want at most %d", got/pictures, each)
	}
}

// What a look and a draft allocate in all, because the collector lets the garbage grow to as much as is in use.
func TestALookAndADraftTakeLittleMemory(t *testing.T) {
	const pictures = 800
	d := newDesk(t)
	d.fill(pictures)
	look := func() {
		if err := d.server.Look(); err != nil {
			t.Fatal(err)
		}
	}
	look() // which remembers the verdicts
	draft := strings.Replace(deskPolicy, `path: "**/perhaps/**"}, do: review`,
		`path: "**/perhaps/**", confidence: likely, derived: include}, do: trash`, 1)
	compare := func() {
		if code, text := d.post("/policy", url.Values{"draft": {draft}}); code != http.StatusOK ||
			!strings.Contains(text, fmt.Sprintf("%d files", pictures+1)) {
			t.Fatalf("%d: %s", code, text)
		}
	}
	for what, c := range map[string]struct {
		do   func()
		most int64
	}{"a look": {look, 31_000}, "a draft": {compare, 62_000}} {
		if got := allocated(c.do) / pictures; got > c.most {
			t.Errorf("%s allocates %d bytes for each picture, want at most %d", what, got, c.most)
		}
	}
}

// The files of a draft are listed in the order of their paths, of which only the first are kept.
func TestTheChangesOfADraftTakeLittleMemory(t *testing.T) {
	t.Parallel()
	all, of, most := make([]sweeper.Change, 10*maxChanges), new(turned), 0
	for i := range all {
		all[i].Entry.Path = fmt.Sprintf("%04d", i)
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(all)) {
		of.add(all[i])
		most = max(most, len(of.first))
	}
	of.trim()
	same := slices.EqualFunc(of.first, all[:maxChanges], func(x, y sweeper.Change) bool {
		return x.Entry.Path == y.Entry.Path
	})
	if of.files != len(all) || !same || most > 2*maxChanges {
		t.Errorf("%d files, %d at most in memory, the first %d: %v", of.files, most, len(of.first), same)
	}
}

func TestACardTakesLittleMemory(t *testing.T) {
	d := newDesk(t)
	path := "/cards?ids=" + d.id("01_17_02")
	if got := allocated(func() {
		for range 10 {
			if code, text := d.get(path); code != http.StatusOK || len(ids(text)) != 1 {
				t.Fatalf("%d: %s", code, text)
			}
		}
	}) / 10; got > 100_000 {
		t.Errorf("%d bytes are allocated for a card and its request", got)
	}
}
