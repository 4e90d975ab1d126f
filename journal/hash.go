package journal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"

	"sweepd/providers"
)

// hash names one state of one file: the first 124 bits of SHA-256. The lowest
// four bits of lo carry marks instead. Rows of hashes say under which version
// of the detectors they stand.
type hash struct{ hi, lo uint64 }

// The marks. A hash without a kind is an empty place in a table.
const (
	kindBits = 0b0011 // a Known
	metBit   = 0b0100 // the listing has come across it
	markBits = 0b1111
)

func (h hash) known() Known     { return Known(h.lo & kindBits) }
func (h hash) met() bool        { return h.lo&metBit != 0 }
func (h hash) shard() byte      { return byte(h.hi >> 56) }
func (h hash) same(o hash) bool { return h.hi == o.hi && (h.lo^o.lo)&^markBits == 0 }

// marked is h with these marks and no other.
func (h hash) marked(marks uint64) hash { return hash{h.hi, h.lo&^markBits | marks} }

// packed reports whether h is stored in a shard; a match has a row instead.
func (h hash) packed() bool { return h.known() == NotImage || h.known() == PlainImage }

// compare orders hashes as their stored forms are ordered, whatever the marks.
func (h hash) compare(o hash) int {
	return cmp.Or(cmp.Compare(h.hi, o.hi), cmp.Compare(h.lo&^markBits, o.lo&^markBits))
}

// append appends the stored form of h, with its kind.
func (h hash) append(b []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, h.hi), h.lo&^metBit)
}

// hashSize is the length of the stored form.
const hashSize = 16

func parseHash(b []byte) hash {
	return hash{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// hashOf covers what a verdict depends on: the bytes, by ref and revision, and
// the name. Lengths come first, so that no two files have the same input.
func hashOf(e providers.Entry) hash {
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
