package drive

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sync/atomic"
)

// Content is the bytes of one revision of a file. It never changes, and may be
// given to any number of files.
type Content struct {
	head []byte // its first bytes, kept
	size int64
	seed uint64 // of the bytes after head

	sums atomic.Pointer[sums] // nil: not computed yet
}

// sums are checksums in hexadecimal.
type sums struct{ md5, sha1, sha256 string }

// Bytes is content that is kept in memory. The caller leaves b alone from then on.
func Bytes(b []byte) *Content { return &Content{head: b, size: int64(len(b))} }

// Noise is content of size bytes that begins with head and goes on with bytes
// that are computed from seed whenever they are read: the same ones every time.
// A million of them cost no memory but their description.
func Noise(head []byte, size int64, seed uint64) *Content {
	return &Content{head: head[:min(int64(len(head)), size)], size: size, seed: seed}
}

// Size in bytes.
func (c *Content) Size() int64 { return c.size }

// ReadAt implements io.ReaderAt.
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
		binary.LittleEndian.PutUint64(word[:], mix(c.seed+uint64(at/8)*0x9e3779b97f4a7c15))
		i += copy(b[i:n], word[at%8:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// mix is the finalizer of splitmix64 (https://prng.di.unimi.it/splitmix64.c).
func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// MD5 is the checksum in hexadecimal, as the service gives it.
func (c *Content) MD5() string { return c.sum().md5 }

// SHA1 is as MD5.
func (c *Content) SHA1() string { return c.sum().sha1 }

// SHA256 is as MD5.
func (c *Content) SHA256() string { return c.sum().sha256 }

// sum computes the checksums when they are first asked for; who asks at the same
// time computes the same ones.
func (c *Content) sum() *sums {
	if s := c.sums.Load(); s != nil {
		return s
	}
	m, s1, s2 := md5.New(), sha1.New(), sha256.New()
	_, _ = io.Copy(io.MultiWriter(m, s1, s2), c.reader()) // neither side can fail
	s := &sums{hexSum(m), hexSum(s1), hexSum(s2)}
	c.sums.Store(s)
	return s
}

func (c *Content) reader() io.Reader { return io.NewSectionReader(c, 0, c.size) }

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
