package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestTheHeapMayGrowByWhatTheCollectorLooksThrough(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		used, scanned uint64
		most, want    int
	}{
		{0, 0, mostPercent, 100},
		{1 * mib, 1 * mib, mostPercent, 100},
		{2 * mib, 1 * mib, mostPercent, 100}, // less than the least growth
		{8 * mib, 1 * mib, mostPercent, 25},
		{20 * mib, 20 * mib, mostPercent, 100},
		{20 * mib, 10 * mib, mostPercent, 50},
		{20 * mib, 30 * mib, mostPercent, 100}, // what is allocated meanwhile counts as scanned
		{1000 * mib, 4 * mib, mostPercent, leastPercent},
		{4 * mib, 1 * mib, pagePercent, 50},
		{20 * mib, 20 * mib, pagePercent, pagePercent},
		{1000 * mib, 4 * mib, pagePercent, leastPercent},
	} {
		if got := growth(c.used, c.scanned, c.most); got != c.want {
			t.Errorf("%d MiB in use, %d with pointers: got %d %%, want %d", c.used/mib, c.scanned/mib, got, c.want)
		}
	}
}

func TestMemoryWithoutPointersDoesNotDoubleTheHeap(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	big := make([]byte, 64<<20)
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}, {Name: "/gc/heap/live:bytes"}}
	read := func() (of, live uint64) {
		metrics.Read(goal)
		return goal[0].Value.Uint64(), goal[1].Value.Uint64()
	}
	runtime.GC()
	if of, live := read(); of < live+uint64(len(big))/2 {
		t.Fatalf("a heap of %d may grow to %d at first, want half as much again at least", live, of)
	}
	paceCollector(t.Context())
	said := ""
	for range 100 { // the collector's cleanups run beside it
		runtime.GC()
		of, live := read()
		if of < live+uint64(len(big))/2 {
			runtime.KeepAlive(big)
			return
		}
		said = fmt.Sprintf("a heap of %d may grow to %d", live, of)
	}
	t.Errorf("%s, want less than half as much again", said)
}

// A page that cannot be opened has limited the heap before it scanned.
func TestTheReviewPageLetsTheHeapGrowByLess(t *testing.T) {
	g := newGallery(t)
	g.heap = &heap{}
	if err := runReview(t.Context(), g.program, reviewOptions{listen: "192.0.2.1:0", noBrowser: true}); err == nil {
		t.Fatal("the page is served to other machines")
	}
	if got := g.heap.most.Load(); got != pagePercent {
		t.Errorf("the heap may grow by %d %%, want %d", got, pagePercent)
	}
}
