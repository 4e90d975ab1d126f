package journal

import (
	"math/bits"
	"slices"
	"sync"
)

// table is a set of hashes: open addressing with linear probing, at 16 bytes a
// place and never more than maxLoad full. The zero table is empty.
type table struct {
	mu     sync.Mutex
	places []hash
	used   int

	// changes counts what was done to what pack stores, and saved is that count
	// at the last save: where they differ there is something to write.
	changes, saved int
}

const maxLoad = 0.85

// place is where h is, or where it would go. The high bits chose the table,
// so the place comes from the next ones, scaled to any number of places.
func (t *table) place(h hash) int {
	i, _ := bits.Mul64(h.hi<<8, uint64(len(t.places)))
	for t.places[i].known() != Unknown && !t.places[i].same(h) {
		if i++; i == uint64(len(t.places)) {
			i = 0
		}
	}
	return int(i)
}

// meet says what is known of h and marks it as met.
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

// unmeet marks all as not met.
func (t *table) unmeet() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.places {
		t.places[i].lo &^= metBit
	}
}

// put adds h, with its marks, in place of one with others.
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
	if p.known() != h.known() && (p.packed() || h.packed()) {
		t.changes++
	}
	*p = h
}

// resize makes room for n hashes, which are at least those that are there.
func (t *table) resize(n int) {
	old := t.places
	t.places = make([]hash, int(float64(n)/maxLoad)+1)
	for _, h := range old {
		if h.known() != Unknown {
			t.places[t.place(h)] = h
		}
	}
}

// drop removes what was not met and returns it.
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

// plain counts the plain images.
func (t *table) plain() (n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.places {
		if h.known() == PlainImage {
			n++
		}
	}
	return n
}

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

// written says that the first so many changes are stored.
func (t *table) written(changes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.saved = changes
}
