package journal

import (
	"math/bits"
	"slices"
	"sync"
)

// table is a set of hashes, with open addressing and linear probing. It takes 16 bytes a place and is never fuller
// than maxLoad. The zero table is empty.
type table struct {
	// mu guards all fields.
	mu     sync.Mutex
	places []hash
	used   int

	// changes counts the changes to the output of pack; saved is that count at the last save. If they differ, there
	// is something to write.
	changes, saved int
}

// maxLoad is the largest share of places in use. A larger one would save memory and lengthen the probing.
const maxLoad = 0.85

// place returns the index of h, or the free one for it. The highest bits have selected the table, so the index comes
// from the next ones, scaled to the number of places. The caller holds mu, and the table has a free place.
func (t *table) place(h hash) int {
	i, _ := bits.Mul64(h.hi<<8, uint64(len(t.places)))
	for t.places[i].known() != Unknown && !t.places[i].same(h) {
		if i++; i == uint64(len(t.places)) {
			i = 0
		}
	}
	return int(i)
}

// meet returns the stored result for h and marks h as met.
func (t *table) meet(h hash) Known {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used == 0 {
		return Unknown
	}
	p := &t.places[t.place(h)]
	if p.known() != Unknown {
		p.lo |= metBit
	}
	return p.known()
}

// unmeet marks all hashes as not met.
func (t *table) unmeet() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.places {
		t.places[i].lo &^= metBit
	}
}

// put adds h with its marks, or replaces the marks of an existing h.
func (t *table) put(h hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.places) == 0 || float64(t.used+1) > maxLoad*float64(len(t.places)) {
		t.resize(t.used + t.used/8 + 4)
	}
	p := &t.places[t.place(h)]
	if p.known() == Unknown {
		t.used++
	}
	// Only packed hashes are part of the output. A match has a row of its own, and whether it was met is never
	// stored.
	if p.known() != h.known() && (p.packed() || h.packed()) {
		t.changes++
	}
	*p = h
}

// resize makes room for n hashes, which must include the present ones. The caller holds mu.
func (t *table) resize(n int) {
	old := t.places
	t.places = make([]hash, int(float64(n)/maxLoad)+1)
	for _, h := range old {
		if h.known() != Unknown {
			t.places[t.place(h)] = h
		}
	}
}

// drop removes and returns the hashes that were not met.
func (t *table) drop() (dropped []hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.places {
		if h.known() != Unknown && !h.met() {
			dropped = append(dropped, h)
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	if slices.ContainsFunc(dropped, hash.packed) {
		t.changes++
	}
	old := t.places
	t.places, t.used = nil, t.used-len(dropped)
	t.resize(t.used)
	for _, h := range old {
		if h.met() {
			t.places[t.place(h)] = h
		}
	}
	return dropped
}

// count returns the number of hashes with that result.
func (t *table) count(known Known) (n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.places {
		if h.known() == known {
			n++
		}
	}
	return n
}

// size returns the number of hashes.
func (t *table) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.used
}

// metAny reports whether any hash is marked as met.
func (t *table) metAny() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.places, hash.met)
}

// dirty reports whether there is something to write.
func (t *table) dirty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changes != t.saved
}

// written records that the first changes are stored.
func (t *table) written(changes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.saved = changes
}
