package c2pa

import (
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync/atomic"
)

// Twin is the file that is left if a tool takes the credential out of a file and changes nothing else. The zero Twin is
// not known.
type Twin struct {
	SHA256 [sha256.Size]byte
	Size   int64 // in bytes
}

// MarshalText returns the size and the SHA-256.
func (t Twin) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d %x", t.Size, t.SHA256), nil }

// UnmarshalText accepts what MarshalText returns.
func (t *Twin) UnmarshalText(text []byte) error {
	size, sum, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseInt(size, 10, 64)
	b, errSum := hex.DecodeString(sum)
	if err != nil || n < 0 || errSum != nil || len(b) != sha256.Size {
		return errors.New("not a size and a SHA-256")
	}
	t.Size, t.SHA256 = n, [sha256.Size]byte(b)
	return nil
}

// twin returns the twin of a file that is as signed. In PNG and JPEG, its SHA-256 is the hash in the binding.
func (b *binding) twin(s *source, sp *span, mediaType string) Twin {
	alg, err := hashOf(b.Alg)
	if err != nil || alg != crypto.SHA256 || len(b.Hash) != sha256.Size || mediaType == "image/webp" {
		return Twin{}
	}
	return Twin{[sha256.Size]byte(b.Hash), s.size - sp.len}
}

// hashWebP adds the bytes of a WebP file without the credential to h, and all of them to w, and returns the twin. Its
// SHA-256 is another: the header of the file states the size (RFC 9649, 2.4), and the binding covers the size with the
// credential. A file in which anything follows the credential has no twin here; OpenAI's never have.
func hashWebP(h hash.Hash, w *whole, s *source, sp *span, buf []byte, stop *atomic.Bool) (Twin, error) {
	const riffHeader = 12
	behind := sp.off + sp.len
	var riff [riffHeader]byte
	if sp.off < riffHeader || !s.fill(riff[:], 0) {
		return Twin{}, errCut
	}
	t := sha256.New()
	h.Write(riff[:])
	binary.LittleEndian.PutUint32(riff[4:], uint32(sp.off-8))
	t.Write(riff[:])
	if err := hashRange(both{h, t}, s, riffHeader, sp.off, nil, buf, stop); err != nil {
		return Twin{}, err
	}
	if err := w.credential(h, s, sp, buf, stop); err != nil {
		return Twin{}, err
	}
	if err := hashRange(w.and(h), s, behind, s.size, nil, buf, stop); err != nil {
		return Twin{}, err
	}
	if s.size-behind > sp.len&1 || sp.off > 1<<32 { // more than the pad byte
		return Twin{}, nil
	}
	return Twin{[sha256.Size]byte(t.Sum(nil)), sp.off}, nil
}

// both writes to two hashes.
type both [2]hash.Hash

// Write implements io.Writer; a hash never fails.
func (b both) Write(p []byte) (int, error) {
	b[0].Write(p)
	return b[1].Write(p)
}
