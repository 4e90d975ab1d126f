package journal

import (
	"math/bits"
	"slices"
	"sync"
)

// table is a set of hashes in one array, ascending, with free places between them. A hash points to a place, by its
// share of all values. It is there, or behind it with no free place in between (linear probing, of which the ascending
// order is Amble and Knuth's ordered hash table). So a look-up ends at the first larger hash even if the array is
// nearly full, and what is stored is read off in its order. A place takes 16 bytes. The zero table is empty.
type table struct {
	// mu guards all fields.
	mu     sync.Mutex
	places []hash
	span   int // hashes point to the first span places
	used   int

	// changes counts the changes to the output of pack; saved is that count at the last save. If they differ, there
	// is something to write.
	changes, saved int
}

// maxLoad is the largest share of places in use. A larger one would save memory and lengthen the probing.
const maxLoad = 0.97

// first returns the place that h points to. The highest bits have selected the table, so the next ones are used.
func (t *table) first(h hash) int {
	i, _ := bits.Mul64(h.hi<<8, uint64(t.span))
	return int(i)
}

// find returns the index of h and whether it is there, else the index at which it belongs. The caller holds mu.
func (t *table) find(h hash) (i int, there bool) {
	i = t.first(h)
	for i < len(t.places) && t.places[i].known() != Unknown && t.places[i].compare(h) < 0 {
		i++
	}
	return i, i < len(t.places) && t.places[i].known() != Unknown && t.places[i].same(h)
}

// meet returns the stored result for h and marks h as met.
func (t *table) meet(h hash) Known {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, there := t.find(h)
	if !there {
		return Unknown
	}
	t.places[i].lo |= metBit
	return t.places[i].known()
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
	i, there := t.find(h)
	var before hash
	if there {
		before = t.places[i]
	}
	// Only packed hashes are part of the output. A match has a row of its own, and whether it was met is never
	// stored.
	if before.known() != h.known() && (before.packed() || h.packed()) {
		t.changes++
	}
	if !there {
		i = t.open(i, h)
	}
	t.places[i] = h
}

// open makes a place for h, which is not there, and returns its index. i is where it belongs. The caller holds mu.
func (t *table) open(i int, h hash) int {
	if float64(t.used+1) > maxLoad*float64(t.span) {
		t.resize(t.used + t.used/32 + 4)
		i, _ = t.find(h)
	}
	free := i
	for free < len(t.places) && t.places[free].known() != Unknown {
		free++
	}
	if free == len(t.places) {
		t.lengthen()
	}
	copy(t.places[i+1:free+1], t.places[i:free])
	t.used++
	return i
}

// resize makes room for n hashes, which must include the present ones. The caller holds mu.
func (t *table) resize(n int) {
	old := t.places
	t.allocate(n)
	next := 0
	for _, h := range old {
		if h.known() != Unknown {
			next = t.push(next, h)
		}
	}
}

// allocate makes all places anew, with room for n hashes.
func (t *table) allocate(n int) {
	n = int(float64(n)/maxLoad) + 1
	t.places = freePlaces(n + n/64 + 1)
	t.span = len(t.places) - len(t.places)/64 - 1 // the last few are for those that find the end full
}

// lengthen adds places behind the last one, to which no hash points.
func (t *table) lengthen() {
	longer := freePlaces(len(t.places) + len(t.places)/64 + 1)
	copy(longer, t.places)
	t.places = longer
}

// freePlaces returns n free places, and those that are allocated with them in any case.
func freePlaces(n int) []hash {
	all := slices.Grow([]hash(nil), n)
	return all[:cap(all)]
}

// push adds h, which is larger than all before next, the index behind the last of these. It returns the new next.
func (t *table) push(next int, h hash) int {
	next = max(next, t.first(h))
	if next == len(t.places) {
		t.lengthen()
	}
	t.places[next] = h
	return next + 1
}

// drop removes and returns the hashes that were not met.
func (t *table) drop() (dropped []hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, h := range t.places {
		if h.known() != Unknown && !h.met() {
			dropped = append(dropped, h)
			t.places[i] = hash{}
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	if slices.ContainsFunc(dropped, hash.packed) {
		t.changes++
	}
	t.used -= len(dropped)
	t.resize(t.used)
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
