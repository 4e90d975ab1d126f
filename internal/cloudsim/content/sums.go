package content

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// sums are checksums in hexadecimal.
type sums struct{ md5, sha1, sha256, blocks string }

// MD5 returns the checksum in hexadecimal.
func (c *Content) MD5() string { return c.sum().md5 }

// SHA1 returns the checksum in hexadecimal.
func (c *Content) SHA1() string { return c.sum().sha1 }

// SHA256 returns the checksum in hexadecimal.
func (c *Content) SHA256() string { return c.sum().sha256 }

// Blocks returns Dropbox's content_hash in hexadecimal: the SHA-256 of the SHA-256s of the blocks of 4 MiB
// (https://www.dropbox.com/developers/reference/content-hash).
func (c *Content) Blocks() string { return c.sum().blocks }

// sum returns the checksums. The first call computes all four in one reading; concurrent first calls compute the
// same ones.
func (c *Content) sum() *sums {
	if s := c.sums.Load(); s != nil {
		return s
	}
	m, s1, s2, b := md5.New(), sha1.New(), sha256.New(), &blocks{all: sha256.New(), one: sha256.New()}
	to := []io.Writer{m, s1, s2}
	if c.size > blockSize {
		to = append(to, b)
	}
	_, _ = io.Copy(io.MultiWriter(to...), c.Reader()) // neither side can fail
	if 0 < c.size && c.size <= blockSize {            // one block, whose sum is known
		b.all.Write(s2.Sum(nil))
	}
	s := &sums{hexSum(m), hexSum(s1), hexSum(s2), b.sum()}
	c.sums.Store(s)
	return s
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// blockSize is the block size of content_hash.
const blockSize = 4 << 20

// blocks computes a content_hash of the bytes written to it.
type blocks struct {
	all, one hash.Hash
	n        int // bytes in one
}

// Write implements io.Writer. It cannot fail.
func (b *blocks) Write(p []byte) (int, error) {
	all := len(p)
	for len(p) > 0 {
		n := min(len(p), blockSize-b.n)
		b.one.Write(p[:n])
		b.n, p = b.n+n, p[n:]
		if b.n == blockSize {
			b.flush()
		}
	}
	return all, nil
}

// flush ends the block: its SHA-256 goes into the sum of all.
func (b *blocks) flush() {
	b.all.Write(b.one.Sum(nil))
	b.one.Reset()
	b.n = 0
}

// sum ends the last block, unless it is empty, and returns the content_hash. Nothing may be written afterwards.
func (b *blocks) sum() string {
	if b.n > 0 {
		b.flush()
	}
	return hexSum(b.all)
}
