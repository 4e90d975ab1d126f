package c2pa

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// maxBoxes limits the boxes of one store. Real ones have a few dozen.
const maxBoxes = 4096

// errBoxes means that the store does not have the structure of boxes that C2PA prescribes.
var errBoxes = errors.New("box structure is malformed")

// box is an ISO BMFF box.
type box struct {
	kind    string
	content []byte // without the header
}

// superbox is a JUMBF superbox (ISO 19566-5, A.2).
type superbox struct {
	uuid     string // the first four bytes of its type; C2PA's types differ only in these
	label    string
	content  []byte // of the box, including the description box; C2PA hashes this
	children []box  // without the description box
}

// reader parses at most left boxes. It goes no deeper than the known structure: store, manifest, assertion store,
// assertion.
type reader struct{ left int }

// boxes splits b into boxes. It returns errBoxes unless they fill b exactly.
func (r *reader) boxes(b []byte) ([]box, error) {
	var list []box
	for len(b) > 0 {
		if len(b) < 8 {
			return nil, errBoxes
		}
		head, n := 8, uint64(binary.BigEndian.Uint32(b))
		if n == 1 && len(b) >= 16 { // XLBox
			head, n = 16, binary.BigEndian.Uint64(b[8:])
		}
		// This also refuses 0, which means "up to the end of the file" in ISO 14496-12.
		if n < uint64(head) || n > uint64(len(b)) {
			return nil, errBoxes
		}
		if r.left--; r.left < 0 {
			return nil, fmt.Errorf("more than %d boxes: %w", maxBoxes, errBoxes)
		}
		list = append(list, box{kind: string(b[4:8]), content: b[head:n]})
		b = b[n:]
	}
	return list, nil
}

// open returns the superbox that the content of a jumb box describes.
func (r *reader) open(b box) (superbox, error) {
	if b.kind != "jumb" {
		return superbox{}, fmt.Errorf("box %q where a superbox belongs: %w", b.kind, errBoxes)
	}
	children, err := r.boxes(b.content)
	if err != nil {
		return superbox{}, err
	}
	if len(children) == 0 || children[0].kind != "jumd" {
		return superbox{}, fmt.Errorf("superbox without a description: %w", errBoxes)
	}
	s := superbox{content: b.content, children: children[1:]}
	s.uuid, s.label, err = describe(children[0].content)
	return s, err
}

// uuidTail is common to all types that C2PA defines.
const uuidTail = "\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"

// describe reads a description box: type, toggles, label, and the fields that the toggles announce (ISO 19566-5,
// A.3). The type is "" if it does not end in uuidTail.
func describe(d []byte) (uuid, label string, err error) {
	const requestable, labelled, numbered, hashed, private = 1, 2, 4, 8, 16
	if len(d) < 17 {
		return "", "", errBoxes
	}
	if string(d[4:16]) == uuidTail {
		uuid = string(d[:4])
	}
	toggles, rest := d[16], d[17:]
	// Unknown toggles are refused, because they may announce further fields.
	if toggles&(requestable|labelled) != requestable|labelled || toggles >= 2*private {
		return "", "", fmt.Errorf("description without a label: %w", errBoxes)
	}
	text, rest, ok := bytes.Cut(rest, []byte{0})
	if !ok {
		return "", "", fmt.Errorf("label without an end: %w", errBoxes)
	}
	want := 0
	if toggles&numbered != 0 {
		want += 4
	}
	if toggles&hashed != 0 {
		want += 32
	}
	if len(rest) < want || (len(rest) > want) != (toggles&private != 0) {
		return "", "", fmt.Errorf("description of another length than it says: %w", errBoxes)
	}
	return uuid, string(text), nil
}
