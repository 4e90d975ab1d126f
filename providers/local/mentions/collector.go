package mentions

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A document is searched for extensions, and from each one backwards for the name before it: scan finds the
// extensions, plainKey returns the name's key if it has no escapes, and spelled adds a key for each reading if it
// has.

// ErrTooMany means that documents have more than MaxMentions mentions.
var ErrTooMany = errors.New("documents name more pictures than can be remembered")

// MaxMentions is the maximum size of an Index; each mention takes 32 bytes.
const MaxMentions = 1 << 22

// mention is one name in one document.
type mention struct {
	key key
	doc uint32
}

// key is the sort key of a mention: the extension, then the letters of the stem from the last to the first, so that
// names with the same end are adjacent. The rest is zeroes.
type key [1 + stemBytes]byte

// loosely is set in a key's first byte beside the extension if the document is not UTF-8, so that only ASCII letters
// can be compared.
const loosely = 0x40

// compare orders mentions by their keys, and by document where these are equal.
func compare(a, b mention) int {
	if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
		return c
	}
	return int(a.doc) - int(b.doc)
}

// Collector gathers the mentions of the documents that one goroutine reads.
type Collector struct {
	folder
	found   []mention
	compact int // the length at which found is compacted
	doc     uint32
	first   int // index in found of the present place's first mention
	// buf holds the part of the document that is searched.
	buf []byte
}

const (
	bufferSize = 256 << 10
	lookAhead  = 2 + idSize // bytes: a link to a resource of Joplin; a dot and the longest extension have 5
	lookBack   = 8*255 + 8  // bytes before a dot: the longest name, with each byte spelled as &#x0041;
	enough     = 256        // bytes before a dot: enough for nearly all names
)

// NewCollector returns an empty Collector.
func NewCollector() *Collector {
	return &Collector{folder: newFolder(), compact: 1 << 16, buf: make([]byte, bufferSize)}
}

// Read reads a document to its end. name is the name of its file, doc the caller's number for it. It returns the
// number of mentions found, in which some may count twice.
func (c *Collector) Read(doc uint32, name string, r io.Reader) (n int, err error) {
	c.doc = doc
	c.first = len(c.found)
	held, err := fill(r, c.buf)
	if err != nil && err != io.EOF {
		return 0, err
	}
	if isVideo(c.buf[:held]) {
		return 0, nil
	}
	if recoded := recode(c.buf[:held], r); recoded != nil {
		r = recoded
		held, err = fill(r, c.buf)
	}
	t := text{b: c.buf[:held], begins: true, end: err == io.EOF, tex: kindOf([]byte(name)) == kindTeX}
	for {
		n += c.scan(&t)
		// If there are too many, squeeze returns the error.
		if t.end || len(c.found) > MaxMentions {
			break
		}
		// A name may begin in this part and end in the next one, so the end of the part is kept.
		kept := copy(c.buf, t.b[max(0, len(t.b)-lookBack-lookAhead):])
		t.from = kept - (len(t.b) - t.from)
		t.begins = false
		var more int
		more, err = fill(r, c.buf[kept:])
		t.b, t.end = c.buf[:kept+more], err == io.EOF
		if err != nil && err != io.EOF {
			return n, err
		}
	}
	return n, c.squeeze()
}

// fill reads until b is full, or until r returns an error; io.EOF means its end.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// isVideo reports whether a document is an MPEG transport stream, which has TypeScript's extension and a hundred
// thousand times its size: binary packets of 188 bytes that begin with 0x47 (ISO/IEC 13818-1, 2.4.3.2).
func isVideo(b []byte) bool {
	const packet = 188
	return len(b) > 4*packet && b[0] == 0x47 && b[packet] == 0x47 && b[2*packet] == 0x47 && b[3*packet] == 0x47 &&
		bytes.ContainsAny(b[:4*packet], "\x00\x01\x02\x03\x04")
}

// recode returns a reader of the whole document as UTF-8 if its byte order mark shows UTF-16. If there is no mark but
// a NUL byte in the first 1024 bytes, the reader drops NUL bytes. It returns nil if nothing has to change. begin
// holds the bytes read so far.
func recode(begin []byte, rest io.Reader) io.Reader {
	marked := bytes.HasPrefix(begin, []byte("\xff\xfe")) || bytes.HasPrefix(begin, []byte("\xfe\xff"))
	if !marked && bytes.IndexByte(begin[:min(len(begin), 1024)], 0) < 0 {
		return nil
	}
	all := io.MultiReader(bytes.NewReader(bytes.Clone(begin)), rest)
	if !marked {
		return withoutNUL{all}
	}
	return transform.NewReader(all, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
}

// withoutNUL leaves out NUL bytes, which makes ASCII of UTF-16 readable without a mark.
type withoutNUL struct{ r io.Reader }

// Read may return no bytes and no error, if all of them were NUL; fill goes on then.
func (w withoutNUL) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	return len(slices.DeleteFunc(p[:n], func(c byte) bool { return c == 0 })), err
}

// text is the part of a document that is in memory.
type text struct {
	b      []byte
	from   int  // bytes before it are done
	begins bool // b begins with the document's beginning
	end    bool // b ends with the document's end
	tex    bool
}

// scan finds extensions, and in TeX also closing braces, and returns how many it found.
func (c *Collector) scan(t *text) (n int) {
	to := len(t.b)
	if !t.end {
		to = max(to-lookAhead, t.from)
	}
	for at := t.from; ; at++ {
		next := bytes.IndexByte(t.b[at:to], '.')
		if next < 0 {
			break
		}
		at += next
		if ext, _ := extensionAt(t.b[at+1:]); ext != 0 {
			c.mention(ext, t, at, '/')
			n++
		}
	}
	n += c.resources(t, to)
	for at := t.from; t.tex; at++ {
		next := bytes.IndexByte(t.b[at:to], '}')
		if next < 0 {
			break
		}
		at += next
		c.mention(anyExtension, t, at, '{')
		n++
	}
	t.from = to
	return n
}

// idSize is the length of an ID of Joplin, in hexadecimal digits.
const idSize = 32

// resources finds links to resources in notes of Joplin, up to to: "![](:/ID)" is the file ID.png, or ID with another
// extension (https://joplinapp.org/help/dev/spec/architecture). It returns how many it found.
func (c *Collector) resources(t *text, to int) (n int) {
	for at := t.from; ; {
		next := bytes.Index(t.b[at:min(to+1, len(t.b))], []byte(":/"))
		if next < 0 {
			return n
		}
		at += next + 2
		id := t.b[at:min(at+idSize, len(t.b))]
		if len(bytes.Trim(id, "0123456789abcdefABCDEF")) > 0 || len(id) < idSize {
			continue
		}
		c.first = len(c.found)
		c.add(anyExtension, bytes.ToLower(id))
		n++
	}
}

// mention adds the name before t.b[at], back to a slash or the other limit.
func (c *Collector) mention(ext extension, t *text, at int, limit byte) {
	c.first = len(c.found)
	if k, ok := plainKey(ext, t, at, limit); ok {
		if ext != anyExtension || k[1] != 0 {
			c.found = append(c.found, mention{k, c.doc})
		}
		return
	}
	if !c.spelled(ext, t, at, limit, enough) {
		c.found = c.found[:c.first]
		c.spelled(ext, t, at, limit, lookBack)
	}
}

// plainKey returns the key in the usual case that no escape has to be undone; otherwise ok is false.
func plainKey(ext extension, t *text, at int, limit byte) (k key, ok bool) {
	k[0] = byte(ext)
	n, i := 1, at-1
	for ; i >= 0 && n < len(k); i-- {
		b := t.b[i]
		if b == '/' || b == limit {
			return k, true
		}
		if b >= 0x80 || b == '%' || b == '&' || b == '\\' || at-i > lookBack {
			return k, false
		}
		if lower, ok := letter(b); ok {
			k[n] = lower
			n++
		}
	}
	if n < len(k) {
		return k, t.begins
	}
	// If an escape begins before these bytes, it may reach into the name.
	return k, !bytes.ContainsAny(t.b[max(0, i+1-longestSpelling):i+1], "%&\\")
}

// spelled adds all readings of the last size bytes. It returns false if one of them is so short that the name may
// have begun before them.
func (c *Collector) spelled(ext extension, t *text, at int, limit byte, size int) bool {
	from := max(0, at-size)
	cut := from > 0 || !t.begins
	if stop := bytes.LastIndexAny(t.b[from:at], "/"+string(rune(limit))); stop >= 0 {
		from += stop + 1
		cut = false
	}
	most := len(t.b)
	readings(t.b[from:at], func(b []byte) {
		all, ascii, whole := c.letters(b)
		most = min(most, len(all))
		c.add(ext, all)
		if !whole {
			most = min(most, len(ascii))
			c.add(ext|loosely, ascii)
		}
	})
	return !cut || most >= stemBytes+longestSpelling
}

// longestSpelling is the length of the longest escape of one character, &CounterClockwiseContourIntegral; - a text
// that was cut may begin inside of one.
const longestSpelling = 40

// add adds a mention, unless it is already among those of the same place.
func (c *Collector) add(ext extension, stem []byte) {
	if ext&^loosely == anyExtension && len(stem) == 0 {
		return
	}
	m := mention{newKey(ext, stem), c.doc}
	if !slices.Contains(c.found[c.first:], m) {
		c.found = append(c.found, m)
	}
}

// newKey returns the key of a stem, whose letters it takes from the last to the first, as many as fit.
func newKey(ext extension, stem []byte) (k key) {
	k[0] = byte(ext)
	for i := range min(len(stem), stemBytes) {
		k[1+i] = stem[len(stem)-1-i]
	}
	return k
}

// squeeze removes duplicates from time to time. It returns ErrTooMany.
func (c *Collector) squeeze() error {
	if len(c.found) >= c.compact {
		c.found = sorted(c.found)
		c.compact = 2 * max(len(c.found), 1<<15)
	}
	if len(c.found) > MaxMentions {
		return ErrTooMany
	}
	return nil
}

// sorted returns the mentions in the order of compare, each once. It changes all.
func sorted(all []mention) []mention {
	slices.SortFunc(all, compare)
	return slices.Compact(all)
}
