package documents

import (
	"bytes"
	"io"
)

// scanner reads a file from its beginning to its end.
type scanner struct {
	r    io.ReaderAt
	size int64
	keep int    // how many bytes before at stay in buf
	off  int64  // of buf in the file
	buf  []byte // a part of the file
	at   int    // in buf: what is before it is done
	end  bool   // buf ends with the file
}

// scanBuffer is the size of the buffer of a scanner.
const scanBuffer = 256 << 10

func newScanner(r io.ReaderAt, size int64, keep int) *scanner {
	return &scanner{r: r, size: size, keep: keep, buf: make([]byte, 0, scanBuffer)}
}

// more moves what is left to the beginning of the buffer and reads behind it. It reports whether there was anything to
// read.
func (s *scanner) more() bool {
	if s.end {
		return false
	}
	done := max(0, s.at-s.keep)
	s.buf = s.buf[:copy(s.buf, s.buf[done:])]
	s.off, s.at = s.off+int64(done), s.at-done
	rest := len(s.buf)
	from := s.off + int64(rest)
	n, err := s.r.ReadAt(s.buf[rest:min(int64(cap(s.buf)), int64(rest)+max(s.size-from, 0))], from)
	s.buf = s.buf[:rest+max(n, 0)]
	s.end = err != nil || n <= 0 || from+int64(n) >= s.size
	return n > 0
}

// find moves to the next place of the word, and reports whether there is one.
func (s *scanner) find(word string) bool {
	for {
		if i := bytes.Index(s.buf[s.at:], []byte(word)); i >= 0 {
			s.at += i
			return true
		}
		s.at = max(s.at, len(s.buf)-len(word)+1)
		if !s.more() {
			return false
		}
	}
}

// position returns the place in the file.
func (s *scanner) position() int64 { return s.off + int64(s.at) }

// move moves forward to a place in the file.
func (s *scanner) move(to int64) {
	if past := to - s.off; past <= int64(len(s.buf)) {
		s.at = int(past)
		return
	}
	s.off, s.buf, s.at = to, s.buf[:0], 0
	s.end = to >= s.size
}
