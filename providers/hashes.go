package providers

import (
	"crypto/sha256"
	"hash"
)

// Hashes are hashes of all the bytes of a file, by which other storages know it; one that is zero is not known.
type Hashes struct {
	SHA256      [sha256.Size]byte
	ContentHash [sha256.Size]byte // of the SHA-256s of each 4 MiB, as Dropbox computes it
}

// hashBlock is how many bytes each SHA-256 in a ContentHash covers:
// https://www.dropbox.com/developers/reference/content-hash
const hashBlock = 4 << 20

// Sums returns what is known of the bytes of e. The ContentHash of a file of one block follows from its SHA-256, so
// that nearly every picture of a Drive can be compared with one of a Dropbox without reading a byte of either.
func (e Entry) Sums() Hashes {
	h := e.Hashes
	unknown := [sha256.Size]byte{}
	if h.SHA256 != unknown && h.ContentHash == unknown && 0 < e.Size && e.Size <= hashBlock {
		h.ContentHash = sha256.Sum256(h.SHA256[:])
	}
	return h
}

// Like reports whether both are hashes of the same bytes; the caller makes sure that the lengths are equal. known is
// false if they have no kind of hash in common.
func (h Hashes) Like(o Hashes) (same, known bool) {
	same = true
	unknown := [sha256.Size]byte{}
	for _, pair := range [][2][sha256.Size]byte{{h.SHA256, o.SHA256}, {h.ContentHash, o.ContentHash}} {
		if pair[0] != unknown && pair[1] != unknown {
			same, known = same && pair[0] == pair[1], true
		}
	}
	return same && known, known
}

// Or returns h, with the hashes that only o has added, unless o is of other bytes.
func (h Hashes) Or(o Hashes) Hashes {
	if same, known := h.Like(o); known && !same {
		return h
	}
	unknown := [sha256.Size]byte{}
	if h.SHA256 == unknown {
		h.SHA256 = o.SHA256
	}
	if h.ContentHash == unknown {
		h.ContentHash = o.ContentHash
	}
	return h
}

// Hasher computes the Hashes of the bytes written to it, in one pass: the first block is hashed once for both. The
// zero Hasher is not usable: see NewHasher.
type Hasher struct {
	// all hashes everything, block the present block, and blocks the hashes of the blocks.
	all, block, blocks hash.Hash
	in                 int  // bytes of the current block
	later              bool // the current block is not the first, which all covers
}

// NewHasher returns a Hasher to which nothing has been written.
func NewHasher() *Hasher {
	return &Hasher{all: sha256.New(), block: sha256.New(), blocks: sha256.New()}
}

// Write implements io.Writer; it never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := p[:min(len(p), hashBlock-h.in)]
		h.all.Write(part)
		// The first block is part of all alone.
		if h.later {
			h.block.Write(part)
		}
		if h.in += len(part); h.in == hashBlock {
			h.end()
		}
		p = p[len(part):]
	}
	return n, nil
}

// end ends a block.
func (h *Hasher) end() {
	block := h.all
	if h.later {
		block = h.block
	}
	// Sum does not change the state of the hash.
	h.blocks.Write(block.Sum(nil))
	h.block.Reset()
	h.in, h.later = 0, true
}

// Sum returns the Hashes of everything that was written. The caller must not write after it.
func (h *Hasher) Sum() (sums Hashes) {
	if h.in > 0 {
		h.end()
		// The last block may be shorter than the others.
	}
	h.all.Sum(sums.SHA256[:0])
	h.blocks.Sum(sums.ContentHash[:0])
	return sums
}
