package fingerprint

import (
	"errors"
	"io"
	"slices"
)

// What a skim asks for. OpenAI's credentials have 22 to 137 KB, and what comes
// behind one in a JPEG file up to its pixels is a few hundred bytes.
const (
	skimStep   = 32 << 10  // at once, where nobody knows how much is wanted
	skimTail   = 144 << 10 // of what follows a WebP's pixels
	skimBehind = 8 << 10   // behind a JPEG's credential
	skimCalls  = 2         // reads, and then nobody can say
	skimBytes  = 160 << 10 // in all
)

// errSpent ends a skim that would read more of a file than is worth it.
var errSpent = errors.New("too much of the file would have to be read")

// skimmer reads a file's head and then a part of it or two, each in one read of
// what is below: to a far storage every read is a request. It keeps them, so
// that walking over them again is free.
type skimmer struct {
	r     io.ReaderAt
	size  int64
	calls int
	read  int64

	from, to int64 // will be wanted together, says a walk over the structure

	parts []extent // all that was read
	bytes []byte   // theirs, one after the other
}

// extent is a part of the file that is in memory.
type extent struct {
	off, len int64
	at       int // in skimmer.bytes
}

func (s *skimmer) reset(r io.ReaderAt, size int64) {
	if cap(s.bytes) > 2*skimTail {
		s.bytes = nil
	}
	s.r, s.size, s.calls, s.read, s.parts, s.bytes = r, size, 0, 0, s.parts[:0], s.bytes[:0]
	s.from, s.to = 0, 0
}

// expect says that n bytes at off will be wanted, if any of them is.
func (s *skimmer) expect(off, n int64) {
	s.from, s.to = off, min(off+min(n, skimBytes), s.size)
}

// ReadAt implements io.ReaderAt; errSpent when the skim has to end.
func (s *skimmer) ReadAt(p []byte, off int64) (n int, err error) {
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

// have is what is in memory of the file from off on.
func (s *skimmer) have(off int64) []byte {
	for _, e := range s.parts {
		if past := off - e.off; past >= 0 && past < e.len {
			return s.bytes[e.at:][past:e.len]
		}
	}
	return nil
}

// fetch reads what is at off, and what will be wanted next.
func (s *skimmer) fetch(off, n int64) error {
	from, to := off, off+max(n, skimStep)
	switch {
	case len(s.parts) == 0 && off < firstRead:
		from, to = 0, firstRead
	case s.from <= off && off < s.to:
		to = max(s.to, off+n)
		for from = s.from; from < off && s.have(from) != nil; {
			from += int64(len(s.have(from)))
		}
	}
	to = min(to, s.size, from+skimBytes-s.read)
	if s.calls >= skimCalls || to < min(off+n, s.size) {
		return errSpent
	}
	at := len(s.bytes)
	s.bytes = slices.Grow(s.bytes, int(to-from))[:at+int(to-from)]
	got, err := s.ask(s.bytes[at:], from)
	s.bytes = s.bytes[:at+got]
	s.parts = append(s.parts, extent{from, int64(got), at})
	return err
}

// ask is one read of what is below; less than all of p is an error.
func (s *skimmer) ask(p []byte, off int64) (int, error) {
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
