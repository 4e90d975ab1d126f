package review

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
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
