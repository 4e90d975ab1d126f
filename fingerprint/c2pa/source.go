package c2pa

import (
	"crypto/sha256"
	"fmt"
	"io"
)

// firstRead is the number of bytes that shows whether a PNG has a credential before its pixels.
const firstRead = 4096

// source reads the file, through a small window for walks and in exact ranges. It keeps the first error in err and
// then returns no more bytes. A reader that ends before size sets io.ErrUnexpectedEOF: some readers return io.EOF for
// a broken connection, which must not look like a shortened file.
type source struct {
	r    io.ReaderAt
	size int64
	err  error
	// sums are known SHA-256s of whole files; nil if that of this file is not wanted.
	sums *memo[[sha256.Size]byte]

	// buf[:n] has the bytes of the file at off.
	off int64
	n   int
	buf [firstRead]byte
}

// at returns n bytes at off, at most firstRead, or nil if the file does not have them. The bytes are valid until the
// next call.
func (s *source) at(off int64, n int) []byte {
	if off < 0 || n > firstRead || off > s.size-int64(n) {
		return nil
	}
	if off < s.off || off+int64(n) > s.off+int64(s.n) {
		s.off = off
		s.n = s.read(s.buf[:min(firstRead, s.size-off)], off)
	}
	from := int(off - s.off)
	if from+n > s.n {
		return nil
	}
	return s.buf[from : from+n]
}

// fill reads all of p at off and reports whether the file had it.
func (s *source) fill(p []byte, off int64) bool {
	if off >= s.off && off+int64(len(p)) <= s.off+int64(s.n) {
		copy(p, s.buf[off-s.off:])
		return true
	}
	return s.read(p, off) == len(p)
}

// read reads as much of p as the file has at off and returns the number of bytes, or 0 after an error.
func (s *source) read(p []byte, off int64) int {
	p = p[:max(0, min(int64(len(p)), s.size-off))]
	if s.err != nil || len(p) == 0 {
		return 0
	}
	n, err := s.r.ReadAt(p, off)
	if n >= len(p) {
		return len(p)
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	s.err = fmt.Errorf("read %d bytes at %d: %w", len(p), off, err)
	return 0
}
