package mentions

import (
	"bytes"
	"hash/maphash"
	"io"
	"sync/atomic"
)

// Words reports of names without a picture's extension whether documents may contain them: whether all their terms
// are there, and all sequences of three terms of which at least one has a digit. It is a Bloom filter of 16 MiB, so
// it may report a name that is not there, but never misses one that is.
//
// A term is a run of ASCII letters and digits. An escape between two terms counts both as a gap and as its own
// letters, since either may be meant; an escaped letter is not seen.
//
// Several goroutines may call Read at once, and Has after all of them have returned.
type Words struct {
	seed maphash.Seed
	bits []uint64
}

// wordBits is the size of the filter in bits.
const wordBits = 1 << 27

// NewWords returns an empty Words.
func NewWords() *Words {
	return &Words{maphash.MakeSeed(), make([]uint64, wordBits/64)}
}

// Read adds the terms of one document.
func (w *Words) Read(r io.Reader) error {
	buf := make([]byte, bufferSize)
	held, err := fill(r, buf)
	if err != nil && err != io.EOF {
		return err
	}
	if isVideo(buf[:held]) {
		return nil
	}
	if recoded := recode(buf[:held], r); recoded != nil {
		r = recoded
		held, err = fill(r, buf)
	}
	plain := splitter{words: w, word: w.add}
	spelled := plain
	spelled.gap = escape
	for {
		whole := held
		if err == nil {
			// The part ends behind a separator, if it has one, so that no term is cut in two.
			whole = bytes.LastIndexAny(buf[:held], " \n\t\"'<>(){}[],=:/") + 1
			if whole == 0 {
				whole = held
			}
		}
		plain.split(buf[:whole])
		spelled.split(buf[:whole])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		rest := copy(buf, buf[whole:held])
		held, err = fill(r, buf[rest:])
		held += rest
	}
}

// Has reports whether documents may contain the name; known is false if the name has no term.
func (w *Words) Has(name string) (found, known bool) {
	found = true
	s := splitter{words: w, word: func(h uint64) {
		known = true
		found = found && w.has(h)
	}}
	s.split([]byte(name))
	return found && known, known
}

// add sets the two bits of a hash. It may be called by several goroutines.
func (w *Words) add(h uint64) {
	for _, at := range [2]uint64{h % wordBits, h >> 32 % wordBits} {
		if bit := uint64(1) << (at % 64); atomic.LoadUint64(&w.bits[at/64])&bit == 0 {
			atomic.OrUint64(&w.bits[at/64], bit)
		}
	}
}

// has reports whether both bits of a hash are set.
func (w *Words) has(h uint64) bool {
	for _, at := range [2]uint64{h % wordBits, h >> 32 % wordBits} {
		if w.bits[at/64]&(1<<(at%64)) == 0 {
			return false
		}
	}
	return true
}

// splitter calls its function with the hash of each term, and of each sequence of three that counts.
type splitter struct {
	words *Words
	word  func(uint64)
	gap   func([]byte) int // returns the length of a gap; nil: every other byte is one
	// last has the two terms before; lower is a buffer for the next one.
	last  [2]part
	lower []byte
}

// part is one term.
type part struct {
	hash  uint64
	digit bool
	is    bool
}

// split passes on the terms of b, which begins and ends between two terms.
func (s *splitter) split(b []byte) {
	for at := 0; at < len(b); {
		n := 0
		for at+n < len(b) {
			if _, ok := letter(b[at+n]); !ok {
				break
			}
			n++
		}
		switch {
		case n > 0:
			s.meet(b[at : at+n])
			at += n
		case s.gap != nil:
			at += s.gap(b[at:])
		default:
			at++
		}
	}
}

// escape returns how many bytes at the start of b stand for one character that is in no term.
func escape(b []byte) int {
	switch {
	case b[0] == '%':
		if _, n := hexadecimal(b[1:], 2, 2); n == 2 {
			return 3
		}
	case b[0] == '&':
		if n := bytes.IndexByte(b[:min(len(b), longestSpelling)], ';'); n > 0 && bytes.IndexByte(b[:n], ' ') < 0 {
			return n + 1
		}
	case b[0] == '\\' && len(b) > 1:
		if b[1] == 'u' || b[1] == 'x' {
			if _, n := codePoint(b[1:]); n > 0 {
				return 1 + n
			}
		}
		return 2
	}
	return 1
}

// meet adds one term, and the sequence of three that it ends.
func (s *splitter) meet(word []byte) {
	s.lower = s.lower[:0]
	p := part{is: true}
	for _, c := range word {
		lower, _ := letter(c)
		s.lower = append(s.lower, lower)
		p.digit = p.digit || c <= '9'
	}
	p.hash = maphash.Bytes(s.words.seed, s.lower)
	s.word(p.hash)
	if s.last[0].is && (p.digit || s.last[0].digit || s.last[1].digit) {
		// The factors make the order of the terms count.
		s.word(s.last[0].hash*3 ^ s.last[1].hash*5 ^ p.hash*7)
	}
	s.last = [2]part{s.last[1], p}
}
