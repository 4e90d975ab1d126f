package mentions

import (
	"bytes"
	"hash/maphash"
	"io"
	"sync/atomic"
)

// Words says of names without a picture's extension whether documents can be
// naming them: whether all their words are there, and all threes of words of
// which one has a digit, side by side. It is a Bloom filter of 16 MiB, so that
// it may say yes of what is not there, and never no of what is.
//
// A word is a run of ASCII letters and digits. An escape between two is a gap
// and, since that cannot be known, also what it says letter by letter; a letter
// that is itself escaped is not seen.
//
// Several goroutines may Read at once; Has is for afterwards.
type Words struct {
	seed maphash.Seed
	bits []uint64
}

const wordBits = 1 << 27

// NewWords returns an empty set of words.
func NewWords() *Words {
	return &Words{maphash.MakeSeed(), make([]uint64, wordBits/64)}
}

// Read takes in the words of one document.
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

// Has reports whether documents can be naming the file; known is false when
// the name has no word to look for.
func (w *Words) Has(name string) (found, known bool) {
	found = true
	s := splitter{words: w, word: func(h uint64) {
		known = true
		found = found && w.has(h)
	}}
	s.split([]byte(name))
	return found && known, known
}

func (w *Words) add(h uint64) {
	for _, at := range [2]uint64{h % wordBits, h >> 32 % wordBits} {
		if bit := uint64(1) << (at % 64); atomic.LoadUint64(&w.bits[at/64])&bit == 0 {
			atomic.OrUint64(&w.bits[at/64], bit)
		}
	}
}

func (w *Words) has(h uint64) bool {
	for _, at := range [2]uint64{h % wordBits, h >> 32 % wordBits} {
		if w.bits[at/64]&(1<<(at%64)) == 0 {
			return false
		}
	}
	return true
}

// splitter calls word with the hash of each word, and of each three that count.
type splitter struct {
	words *Words
	word  func(uint64)
	gap   func([]byte) int // nil: every byte that is no letter is one
	last  [2]part
	lower []byte
}

// part is one word.
type part struct {
	hash  uint64
	digit bool
	is    bool
}

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

// escape is how many bytes stand for one character that is in no word.
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

// meet takes one word in.
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
		s.word(s.last[0].hash*3 ^ s.last[1].hash*5 ^ p.hash*7)
	}
	s.last = [2]part{s.last[1], p}
}
