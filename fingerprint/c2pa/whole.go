package c2pa

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"sync/atomic"
)

// whole computes the SHA-256 of a whole file in the pass that hashes it without its credential, for a binding by
// SHA-256. Up to the credential both hashes are the same.
//
// Files are equal if they agree in their size, in the place of the credential, in the hash up to its end, and in the
// hash of all else, which is in the binding. So a second file of the same bytes is only compared with its binding.
type whole struct {
	of  *binding  // nil if the hash is not wanted
	h   hash.Hash // nil if it is known already, or not wanted
	key [sha256.Size]byte
	sum [sha256.Size]byte // if it is known already
}

// credential adds the bytes up to the end of the credential, of which h has those before it.
func (w *whole) credential(h hash.Hash, s *source, sp *span, buf []byte, stop *atomic.Bool) error {
	if w.of == nil {
		return nil
	}
	begun, err := h.(hash.Cloner).Clone() // as every hash of the standard library can
	if err != nil {
		return err
	}
	if err := hashRange(begun, s, sp.off, sp.off+sp.len, nil, buf, stop); err != nil {
		return err
	}
	var place []byte
	for _, n := range []int64{s.size, sp.off, sp.len} {
		place = binary.BigEndian.AppendUint64(place, uint64(n))
	}
	w.key = sumKey(place, begun.Sum(nil), w.of.Hash)
	sum, known := s.sums.find(w.key)
	if w.sum = sum; !known {
		w.h = begun
	}
	return nil
}

// and returns a writer to h that also adds to w what follows the credential.
func (w *whole) and(h hash.Hash) io.Writer {
	if w.h == nil {
		return h
	}
	return both{h, w.h}
}

// end returns the hash of a file that is as signed; zero if it is not wanted.
func (w *whole) end(s *source) [sha256.Size]byte {
	if w.h != nil {
		w.h.Sum(w.sum[:0])
		s.sums.put(w.key, w.sum)
	}
	return w.sum
}
