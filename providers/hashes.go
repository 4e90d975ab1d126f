package providers

import (
	"crypto/sha256"
	"hash"
)

// Hashes are those of all the bytes of a file, by which it is known elsewhere;
// one that is zero is not known.
type Hashes struct {
	SHA256      [sha256.Size]byte
	ContentHash [sha256.Size]byte // of the SHA-256s of each 4 MiB, as Dropbox has it
}

// hashBlock is what each SHA-256 covers of which a ContentHash is made:
// https://www.dropbox.com/developers/reference/content-hash
const hashBlock = 4 << 20

// Sums are what is known of the bytes of e. The ContentHash of a file of one
// block follows from its SHA-256: nearly every picture of a Drive and of a
// Dropbox can be compared without a byte of either.
func (e Entry) Sums() Hashes {
	h := e.Hashes
	unknown := [sha256.Size]byte{}
	if h.SHA256 != unknown && h.ContentHash == unknown && 0 < e.Size && e.Size <= hashBlock {
		h.ContentHash = sha256.Sum256(h.SHA256[:])
	}
	return h
}

// Like reports whether both are of the same bytes, which are of the same
// length; not known where they have no kind of hash in common.
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

// Or is h, and what o knows beyond it, unless that is of other bytes.
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

// Hasher computes the Hashes of what is written to it, in one pass: what is not
// longer than a block is hashed once for both. The zero Hasher is not ready: see
// NewHasher.
type Hasher struct {
	all, block, blocks hash.Hash
	in                 int  // bytes of the block that is under way
	later              bool // that is not the first, of which all knows
}

// NewHasher has seen nothing yet.
func NewHasher() *Hasher {
	return &Hasher{all: sha256.New(), block: sha256.New(), blocks: sha256.New()}
}

// Write implements io.Writer; it never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := p[:min(len(p), hashBlock-h.in)]
		h.all.Write(part)
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
	h.blocks.Write(block.Sum(nil))
	h.block.Reset()
	h.in, h.later = 0, true
}

// Sum is the Hashes of all that was written. Nothing may be written after it.
func (h *Hasher) Sum() (sums Hashes) {
	if h.in > 0 {
		h.end()
	}
	h.all.Sum(sums.SHA256[:0])
	h.blocks.Sum(sums.ContentHash[:0])
	return sums
}
