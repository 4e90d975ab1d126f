package review

import (
	"fmt"
	"net/http"
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

// A list takes 2.2 kB for each picture, and a new look replaces it: the pictures of the one before are not kept too.
func TestAListTakesLittleMemory(t *testing.T) {
	const pictures, each = 800, 3500
	d, content := newDesk(t), drawn(9)
	before := alive()
	for n := range pictures {
		d.write(ours(fmt.Sprintf("many/%03d", n), 9), withText(content, "Comment", fmt.Sprint(n)))
	}
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
