package journal

import (
	"fmt"
	"slices"
)

// pack returns the stored form of the hashes of t that have no row of their own: each once, sorted. It also returns
// the count of changes that this form includes.
func (t *table) pack() (packed []byte, changes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []hash
	for _, h := range t.places {
		if h.packed() {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, hash.compare)
	packed = make([]byte, 0, len(all)*hashSize)
	for _, h := range all {
		packed = h.append(packed)
	}
	return packed, t.changes
}

// unpack fills the empty table t from the result of pack for that shard. It returns ErrDamaged for any other input.
func (t *table) unpack(shard byte, packed []byte) error {
	if len(packed)%hashSize != 0 {
		return fmt.Errorf("%w: shard %d of the files seen has %d bytes", ErrDamaged, shard, len(packed))
	}
	n := len(packed) / hashSize
	t.resize(n + n/32 + 4) // room for the hashes of records and for new ones
	var last hash
	for i := 0; i < len(packed); i += hashSize {
		h := parseHash(packed[i:])
		ordered := i == 0 || last.compare(h) < 0
		// pack writes no other form: ascending, only of this shard, and only with kinds as marks.
		if h.shard() != shard || !h.packed() || h.lo&markBits&^kindBits != 0 || !ordered {
			return fmt.Errorf("%w: shard %d of the files seen, hash %d", ErrDamaged, shard, i/hashSize)
		}
		t.places[t.place(h)] = h
		t.used++
		last = h
	}
	return nil
}
