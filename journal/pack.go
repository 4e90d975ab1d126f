package journal

import (
	"fmt"
	"slices"
)

// pack is the stored form of the hashes of t that have no row of their own:
// each once, sorted.
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

// unpack fills the empty table t from what pack gave for that shard. Anything
// else is ErrDamaged.
func (t *table) unpack(shard byte, packed []byte) error {
	if len(packed)%hashSize != 0 {
		return fmt.Errorf("%w: shard %d of the files seen has %d bytes", ErrDamaged, shard, len(packed))
	}
	n := len(packed) / hashSize
	t.resize(n + n/32 + 4) // the records' hashes and new ones are to come
	var last hash
	for i := 0; i < len(packed); i += hashSize {
		h := parseHash(packed[i:])
		ordered := i == 0 || last.compare(h) < 0
		if h.shard() != shard || !h.packed() || h.lo&markBits&^kindBits != 0 || !ordered {
			return fmt.Errorf("%w: shard %d of the files seen, hash %d", ErrDamaged, shard, i/hashSize)
		}
		t.places[t.place(h)] = h
		t.used++
		last = h
	}
	return nil
}
