package fingerprint

import (
	"errors"
	"io"
	"slices"
)

// Limits of a header-only reading. OpenAI's credentials have 22 to 137 KB; a JPEG file has a few hundred bytes between
// its credential and its pixels.
const (
	headerStep   = 32 << 10  // size of a read if the amount needed is unknown
	headerTail   = 144 << 10 // size of a read after a WebP's pixels
	headerBehind = 8 << 10   // extra bytes after a JPEG's credential
	headerCalls  = 2         // reads per file
	headerBytes  = 160 << 10 // bytes per file
)

// errHeaderLimit ends a header-only reading that would exceed these limits.
var errHeaderLimit = errors.New("too much of the file would have to be read")

// headerReader reads a file's head and then one or two parts of it, each in a single read of the underlying reader,
// because each read of a remote storage is a request. It keeps the bytes, so that reading them again is free.
type headerReader struct {
	r    io.ReaderAt
	size int64
	// calls and read count the reads and their bytes, for the limits.
	calls int
	read  int64

	from, to int64 // the range that a walk over the structure announced with expect

	parts []extent // all ranges read so far
	bytes []byte   // the bytes of parts, concatenated
}

// extent is a part of the file that is in memory.
type extent struct {
	off, len int64
	at       int // offset in headerReader.bytes
}

// reset points s at another file. It drops a buffer that an unusual file has made large.
func (s *headerReader) reset(r io.ReaderAt, size int64) {
	if cap(s.bytes) > 2*headerTail {
		s.bytes = nil
	}
	s.r, s.size, s.calls, s.read, s.parts, s.bytes = r, size, 0, 0, s.parts[:0], s.bytes[:0]
	s.from, s.to = 0, 0
}

// expect announces that a read of any of the n bytes at off will be followed by reads of the others.
func (s *headerReader) expect(off, n int64) {
	s.from, s.to = off, min(off+min(n, headerBytes), s.size)
}

// ReadAt implements io.ReaderAt. It returns errHeaderLimit if the read would exceed the header-only reading's limits.
func (s *headerReader) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= s.size {
			return n, io.EOF
		}
		if have := s.have(at); len(have) > 0 {
			n += copy(p[n:], have)
		} else if err := s.fetch(at, int64(len(p)-n)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// have returns the bytes from off on that are in memory, or nil.
func (s *headerReader) have(off int64) []byte {
	for _, e := range s.parts {
		if past := off - e.off; past >= 0 && past < e.len {
			return s.bytes[e.at:][past:e.len]
		}
	}
	return nil
}

// fetch reads at least n bytes at off, and the announced range if off lies in it.
func (s *headerReader) fetch(off, n int64) error {
	from, to := off, off+max(n, headerStep)
	switch {
	case len(s.parts) == 0 && off < firstRead:
		from, to = 0, firstRead
	case s.from <= off && off < s.to:
		to = max(s.to, off+n)
		for from = s.from; from < off && s.have(from) != nil; {
			from += int64(len(s.have(from)))
		}
	}
	to = min(to, s.size, from+headerBytes-s.read)
	// Fewer bytes than wanted would look like the end of the file.
	if s.calls >= headerCalls || to < min(off+n, s.size) {
		return errHeaderLimit
	}
	at := len(s.bytes)
	s.bytes = slices.Grow(s.bytes, int(to-from))[:at+int(to-from)]
	got, err := s.readOnce(s.bytes[at:], from)
	s.bytes = s.bytes[:at+got]
	s.parts = append(s.parts, extent{from, int64(got), at})
	return err
}

// readOnce reads p at off with a single call of the underlying reader. It returns an error if it gets less than all of
// p.
func (s *headerReader) readOnce(p []byte, off int64) (int, error) {
	s.calls++
	n, err := s.r.ReadAt(p, off)
	s.read += int64(max(n, 0))
	if n >= len(p) {
		return len(p), nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}
