package content

import (
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"
)

// Content is the bytes of one revision of a file: head, and then noise up to size. The noise is a stream of
// blocks of 8 bytes, Mix(seed + k*odd), k being the number of the block, so that any range can be computed
// without the bytes before it. Its methods may be called from several goroutines at once.
type Content struct {
	head []byte // its first bytes, kept
	size int64
	seed uint64 // of the bytes after head

	sums atomic.Pointer[sums] // nil: not computed yet
}

// Compile-time check.
var _ io.ReaderAt = (*Content)(nil)

// Bytes returns content that is kept in memory. The caller must not change b afterwards.
func Bytes(b []byte) *Content { return &Content{head: b, size: int64(len(b))} }

// Noise returns content of size bytes that begins with head and continues with bytes that are computed from seed: the
// same ones every time.
func Noise(head []byte, size int64, seed uint64) *Content {
	return &Content{head: head[:min(int64(len(head)), size)], size: size, seed: seed}
}

// Edited returns different content of about the same size; n distinguishes editions. It begins with a text and so
// is not a picture any more, as if another program had written over it.
func (c *Content) Edited(n uint64) *Content {
	return Noise([]byte("edited meanwhile "), max(c.size, 32), Mix(c.seed+n)+1)
}

// Size returns the size in bytes.
func (c *Content) Size() int64 { return c.size }

// Reader returns a reader of the content from its start.
func (c *Content) Reader() io.ReadSeeker { return io.NewSectionReader(c, 0, c.size) }

// ReadAt implements io.ReaderAt. It computes a block at a time, as a whole even if the range begins or ends
// inside of it.
func (c *Content) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("a negative offset")
	}
	if off >= c.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), c.size-off))
	for i := 0; i < n; {
		at := off + int64(i)
		if at < int64(len(c.head)) {
			i += copy(b[i:n], c.head[at:])
			continue
		}
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], Mix(c.seed+uint64(at/8)*0x9e3779b97f4a7c15))
		i += copy(b[i:n], word[at%8:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Mix is the finalizer of splitmix64 (https://prng.di.unimi.it/splitmix64.c): it maps every number to another one
// that looks random, and no two numbers to the same one.
func Mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}
