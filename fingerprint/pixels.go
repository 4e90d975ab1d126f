package fingerprint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// PixelHasher computes the SHA-256 of the pixels of a PNG as they are packed: of the data of all IDAT chunks together
// (PNG, 11.2.3). img2pdf, PDFKit and WeasyPrint copy this data into a PDF. The picture is written to it in pieces of
// any size.
type PixelHasher struct {
	hash   hash.Hash
	head   [8]byte // the signature, and then the length and the type of each chunk (PNG, 5.3)
	filled int     // bytes of head
	begun  bool    // the signature was read
	pixels uint64  // bytes that follow and are hashed
	skip   uint64  // bytes that follow those and are not
	any    bool    // there are pixels
	end    bool    // nothing that follows counts
	whole  bool    // the last chunk was read
}

// NewPixelHasher returns a PixelHasher.
func NewPixelHasher() *PixelHasher { return &PixelHasher{hash: sha256.New()} }

// Write implements io.Writer. It never fails.
func (p *PixelHasher) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0 && !p.end; {
		n := len(rest)
		switch {
		case p.pixels > 0:
			n = int(min(uint64(n), p.pixels))
			p.hash.Write(rest[:n])
			p.pixels -= uint64(n)
		case p.skip > 0:
			n = int(min(uint64(n), p.skip))
			p.skip -= uint64(n)
		default:
			n = copy(p.head[p.filled:], rest)
			if p.filled += n; p.filled == len(p.head) {
				p.filled = 0
				p.next()
			}
		}
		rest = rest[n:]
	}
	return len(b), nil
}

// next acts upon a full head.
func (p *PixelHasher) next() {
	if !p.begun {
		p.begun = true
		p.end = !bytes.Equal(p.head[:], []byte("\x89PNG\r\n\x1a\n"))
		return
	}
	const crc = 4
	n := uint64(binary.BigEndian.Uint32(p.head[:]))
	switch string(p.head[4:]) {
	case "IDAT":
		p.pixels, p.skip, p.any = n, crc, p.any || n > 0
	case "IEND":
		p.end, p.whole = true, true
	default:
		p.skip = n + crc
	}
}

// Sum returns the hash. ok is false if what was written is not a PNG with pixels, or is cut off.
func (p *PixelHasher) Sum() (sum [sha256.Size]byte, ok bool) {
	p.hash.Sum(sum[:0])
	if !p.whole || !p.any {
		return [sha256.Size]byte{}, false
	}
	return sum, true
}
