package mentions

import (
	"bytes"
	"slices"
)

// Index is the set of mentions of some documents. It does not change, and several goroutines may use it at once.
type Index struct{ all []mention }

// Merge returns an Index of the mentions of the collectors, which are used up. It returns ErrTooMany if they have
// more than MaxMentions together.
func Merge(from ...*Collector) (*Index, error) {
	var all []mention
	for _, c := range from {
		all = append(all, c.found...)
		c.found = nil
	}
	all = slices.Clip(sorted(all))
	if len(all) > MaxMentions {
		return nil, ErrTooMany
	}
	return &Index{all}, nil
}

// Len returns the number of mentions.
func (x *Index) Len() int { return len(x.all) }

// Again adds to c the mentions of each document for which number returns a new number.
func (x *Index) Again(c *Collector, number func(doc uint32) (uint32, bool)) {
	for _, m := range x.all {
		if doc, ok := number(m.doc); ok {
			c.found = append(c.found, mention{m.key, doc})
		}
	}
}

// Find returns a document that names the file. known is false if the name has no picture's extension; only Words can
// answer for it.
func (x *Index) Find(name string) (doc uint32, found, known bool) {
	stem, ext, ok := split(name)
	if !ok {
		return 0, false, false
	}
	f := newFolder()
	all, ascii, _ := f.letters([]byte(stem))
	// A document of TeX leaves the extension out, and if a document is not UTF-8, only ASCII letters were
	// compared.
	for _, k := range []key{
		newKey(ext, all), newKey(anyExtension, all), newKey(ext|loosely, ascii), newKey(anyExtension|loosely, ascii),
	} {
		if doc, found = x.ending(k); found {
			return doc, true, true
		}
	}
	return 0, false, true
}

// ending returns the document of a mention that ends with k's letters.
func (x *Index) ending(k key) (doc uint32, found bool) {
	// The letters end at the first zero byte, if they do not fill the key.
	end := bytes.IndexByte(k[1:], 0) + 1
	if end == 0 {
		end = len(k)
	}
	// Keys with the same last letters are adjacent, so the first one that is not below k is enough.
	at, _ := slices.BinarySearchFunc(x.all, k, func(m mention, k key) int { return bytes.Compare(m.key[:], k[:]) })
	if at < len(x.all) && bytes.HasPrefix(x.all[at].key[:], k[:end]) {
		return x.all[at].doc, true
	}
	return 0, false
}
