package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// By itself, Go's collector lets the heap grow by as much as is in use before it collects again, whatever a collection
// costs. It looks only through memory that has pointers, and the verdict cache has none: 17 MB for a million files. So
// the heap may grow by as much as has to be looked through.

const (
	// leastGrowth is what the heap may always grow by. Go collects no heap of less than twice that.
	leastGrowth = 2 << 20
	// leastPercent limits how often a large heap is collected.
	leastPercent = 10
	// mostPercent is Go's own value.
	mostPercent = 100
	// pagePercent is for the review page, which holds a list of all pictures while it scans again.
	pagePercent = 50
)

// growth returns how much the heap may grow, in percent of what is in use of it, if scanned bytes of that may have
// pointers. It is at most most.
func growth(used, scanned uint64, most int) int {
	return int(min(uint64(most), max(leastPercent, max(scanned, leastGrowth)*100/max(used, 1))))
}

// heap sets how much the heap may grow, after each collection.
type heap struct{ most atomic.Int32 } // percent

// paceCollector returns a heap that grows by mostPercent at most. When the context ends, the growth stays as it is.
func paceCollector(ctx context.Context) *heap {
	h := &heap{}
	h.limit(mostPercent)
	h.pace(ctx)
	return h
}

// limit lets the heap grow by at most so many percent of what is in use of it, from the next collection on.
func (h *heap) limit(percent int32) {
	if h != nil {
		h.most.Store(percent)
	}
}

// pace sets the growth after the next collection, and so on until the context ends.
func (h *heap) pace(ctx context.Context) {
	// Nothing refers to the sentinel, so that it is gone after the next collection.
	type sentinel struct{ _ *sentinel }
	runtime.AddCleanup(new(sentinel), func(ctx context.Context) {
		if ctx.Err() != nil {
			return
		}
		sizes := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/heap:bytes"}}
		metrics.Read(sizes)
		debug.SetGCPercent(growth(sizes[0].Value.Uint64(), sizes[1].Value.Uint64(), int(h.most.Load())))
		h.pace(ctx)
	}, ctx)
}
