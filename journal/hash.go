package journal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"

	"github.com/sweepd/sweepd/providers"
)

// hash identifies one state of one file by the first 124 bits of SHA-256. The lowest four bits of lo hold marks. The
// version of the detectors is stored with a row of hashes.
type hash struct{ hi, lo uint64 }

// The marks. A hash without a kind is an empty slot in a table.
const (
	kindBits = 0b1011 // a Known
	metBit   = 0b0100 // the listing has found it
	markBits = 0b1111
)

// known and met return the marks; shard returns the first byte, which selects the table of a VerdictCache; same
// compares two hashes without their marks.
func (h hash) known() Known     { return Known(h.lo & kindBits) }
func (h hash) met() bool        { return h.lo&metBit != 0 }
func (h hash) shard() byte      { return byte(h.hi >> 56) }
func (h hash) same(o hash) bool { return h.hi == o.hi && (h.lo^o.lo)&^markBits == 0 }

// marked returns h with these marks and no others.
func (h hash) marked(marks uint64) hash { return hash{h.hi, h.lo&^markBits | marks} }

// packed reports whether h is stored in a shard. A match has a row of its own instead.
func (h hash) packed() bool {
	return h.known() == NotImage || h.known() == PlainImage || h.known() == Waiting
}

// compare orders hashes like their stored forms and ignores the marks.
func (h hash) compare(o hash) int {
	if h.hi != o.hi {
		return cmp.Compare(h.hi, o.hi)
	}
	return cmp.Compare(h.lo&^markBits, o.lo&^markBits)
}

// append appends the stored form of h, including its kind.
func (h hash) append(b []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, h.hi), h.lo&^metBit)
}

// hashSize is the length of the stored form in bytes.
const hashSize = 16

// parseHash reads the first hashSize bytes of b, which must have as many, with the marks in them.
func parseHash(b []byte) hash {
	return hash{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// hashOf returns the hash of all that a verdict depends on: the bytes, through ref and revision, and the name.
// Lengths come first, so that no two files have the same input.
func hashOf(e providers.Entry) hash {
	// This is enough for most refs and names, so that no memory is allocated.
	var space [512]byte
	name := e.Name()
	b := binary.AppendUvarint(space[:0], uint64(len(e.Ref)))
	b = binary.AppendUvarint(b, uint64(len(e.Revision)))
	b = append(b, e.Ref...)
	b = append(b, e.Revision...)
	b = append(b, name...)
	sum := sha256.Sum256(b)
	return parseHash(sum[:hashSize]).marked(0)
}
