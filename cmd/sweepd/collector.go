package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// By itself, Go's collector lets the heap grow by as much as is in use before it collects again, whatever a collection
// costs. It looks only through memory that has pointers, and the verdict cache has none: 20 MB for a million files. So
// the heap may grow by as much as has to be looked through.

const (
	// leastGrowth is what the heap may always grow by. Go collects no heap below it.
	leastGrowth = 4 << 20
	// leastPercent limits how often a large heap is collected.
	leastPercent = 20
)

// growth returns how much the heap may grow, in percent of what is in use of it, if scanned bytes of that may have
// pointers. It is at most Go's own value.
func growth(used, scanned uint64) int {
	return int(min(100, max(leastPercent, max(scanned, leastGrowth)*100/max(used, 1))))
}

// paceCollector sets the growth of the heap after each collection, until the context ends.
func paceCollector(ctx context.Context) {
	// Nothing refers to the sentinel, so that it is gone after the next collection.
	type sentinel struct{ _ *sentinel }
	runtime.AddCleanup(new(sentinel), func(ctx context.Context) {
		if ctx.Err() != nil {
			return
		}
		heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/heap:bytes"}}
		metrics.Read(heap)
		debug.SetGCPercent(growth(heap[0].Value.Uint64(), heap[1].Value.Uint64()))
		paceCollector(ctx)
	}, ctx)
}
