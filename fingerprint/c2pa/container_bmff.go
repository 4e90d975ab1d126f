package c2pa

import "encoding/binary"

// provenance is the user type of the box that has a store (C2PA 2.2, A.5.1).
const provenance = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

// storeHead is what precedes the store in its box: size, kind, user type, version and flags, purpose, and the place of
// the hashes of pieces. The place is not read, because a binding with such hashes is not supported.
const storeHead = 8 + 16 + 4 + int64(len(purpose)) + 8

// purpose is the one of a box with a manifest store; "merkle" has hashes of pieces, and later versions have more.
const purpose = "manifest\x00"

// fileBox is one of the boxes that the file consists of (ISO 14496-12, 4.2).
type fileBox struct {
	off, len int64
	kind     string
	store    bool // its user type is provenance
}

// boxAt returns the box at off. It reports false if the file has no whole header of a box there. The box itself may be
// longer than the file.
func boxAt(s *source, off int64) (b fileBox, ok bool) {
	h := s.at(off, 8)
	if h == nil {
		return b, false
	}
	b = fileBox{off: off, len: int64(binary.BigEndian.Uint32(h)), kind: string(h[4:])}
	head := int64(8)
	switch b.len {
	case 0: // up to the end of the file
		b.len = s.size - off
	case 1:
		head = 16
		if h = s.at(off, 16); h == nil {
			return b, false
		}
		n := binary.BigEndian.Uint64(h[8:])
		if n > 1<<62 {
			return b, false
		}
		b.len = int64(n)
	}
	// The binding names the user type by its offset in a box with a short header.
	if b.kind == "uuid" && head == 8 {
		h = s.at(off, 24)
		b.store = h != nil && string(h[8:]) == provenance
	}
	return b, b.len >= head
}

// locateBMFF returns the place of the box with the store before the first mdat box, where C2PA 2.2, A.5.1 wants it.
// c2pa-rs, which OpenAI uses, writes it directly after ftyp. A second one is found while the file is hashed.
func locateBMFF(s *source) (*span, error) {
	off := int64(0)
	for range maxParts {
		b, ok := boxAt(s, off)
		if !ok || b.kind == "mdat" {
			return nil, nil
		}
		if b.store {
			return storeIn(s, b)
		}
		off += b.len
	}
	return nil, nil
}

// storeIn returns the place of the store in its box.
func storeIn(s *source, b fileBox) (*span, error) {
	h := s.at(b.off, int(storeHead))
	switch {
	case h == nil || b.len < storeHead:
		return &span{off: b.off, len: min(b.len, s.size-b.off)}, errCut
	case string(h[24:storeHead-8]) != "\x00\x00\x00\x00"+purpose:
		return &span{off: b.off, len: b.len}, errPurpose
	}
	return one(s, b.off, storeHead, b.len-storeHead, 0)
}
