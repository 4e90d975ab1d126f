package known

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// buckets finds the place of a hash in a sorted list by its first bits, with which a small table is indexed. Hashes are
// spread evenly, so that each bucket has 8 to 16 of them.
type buckets struct {
	width int      // of the bits that select the bucket
	from  []uint32 // the index of the first hash of each bucket, and the end
}

// newBuckets returns the buckets of n sorted hashes, of which first returns the prefixes.
func newBuckets(n int, first func(i int) uint64) buckets {
	b := buckets{width: max(bits.Len(uint(n))-4, 0)}
	b.from = make([]uint32, 1<<b.width+1)
	for i := range n {
		b.from[b.of(first(i))+1]++
	}
	for i := range 1 << b.width {
		b.from[i+1] += b.from[i]
	}
	return b
}

// prefix returns the first bits of a hash.
func prefix(sum *[sha256.Size]byte) uint64 { return binary.BigEndian.Uint64(sum[:]) }

// of returns the number of the bucket of the hashes with that prefix.
func (b buckets) of(prefix uint64) uint64 { return prefix >> (64 - b.width) }

// around returns the range of the bucket in the list.
func (b buckets) around(prefix uint64) (from, to int) {
	i := b.of(prefix)
	return int(b.from[i]), int(b.from[i+1])
}

// share returns how many of the n hashes in a bucket come before that prefix if they are spread evenly.
func (b buckets) share(prefix uint64, n int) int {
	before, _ := bits.Mul64(prefix<<b.width, uint64(n))
	return int(before)
}

// tail returns the bits of a prefix that follow those that select the bucket.
func (b buckets) tail(prefix uint64) uint16 { return uint16(prefix << b.width >> 48) }
