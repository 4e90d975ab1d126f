package c2pa

import (
	"fmt"
	"io"
)

// firstRead is enough to see a credential in front of a PNG's pixels, or that
// there is none.
const firstRead = 4096

// source is the file: a small window for walking, and exact ranges. The first
// error stays in err, and then the file seems to end. An end before the size is
// one, whatever the reader calls it: a connection that broke is an io.EOF to
// some, and must not pass for a file that was cut.
type source struct {
	r    io.ReaderAt
	size int64
	err  error

	off int64
	n   int
	buf [firstRead]byte
}

// at returns n bytes at off, at most firstRead, valid until the next call; nil
// when the file has not got them.
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

// read reads what the file has of p at off, and returns how much that is.
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
