package fingerprint

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// EXIF tags (CIPA DC-008, table 4 and 4.6.3).
const (
	tagMake        = 0x010F
	tagExifIFD     = 0x8769
	tagMakerNote   = 0x927C
	tagUserComment = 0x9286
)

// labsMark is the mark that DALL·E's own site, labs.openai.com, wrote into its PNG files from 2022 to July 2023.
type labsMark struct {
	note    string // "OpenAI--ImageGeneration--generation-…", or "OpenAI"
	comment bool   // "Made with OpenAI Labs"
}

// readLabs returns the Labs mark of a TIFF structure, which may be cut short.
//
// It does not use an EXIF library, because it needs only two texts in at most two directories, the bytes are hostile,
// and such a library also parses cameras' maker notes.
func readLabs(tiff []byte) labsMark {
	var m labsMark
	order := byteOrder(tiff)
	if order == nil {
		return m
	}
	next := m.readIFD(tiff, order, order.Uint32(tiff[4:]))
	if next != 0 {
		m.readIFD(tiff, order, next)
	}
	return m
}

// byteOrder returns the byte order of a TIFF structure (TIFF 6.0, 2), or nil if tiff is not one.
func byteOrder(tiff []byte) binary.ByteOrder {
	if len(tiff) < 8 {
		return nil
	}
	switch string(tiff[:4]) {
	case "MM\x00*":
		return binary.BigEndian
	case "II*\x00":
		return binary.LittleEndian
	}
	return nil
}

// readIFD stores the texts of the directory at off and returns the offset of the EXIF directory that it names, or 0.
// Labs puts its texts into the first directory.
func (m *labsMark) readIFD(tiff []byte, order binary.ByteOrder, off uint32) (exif uint32) {
	entries := slice(tiff, off, 2)
	if entries == nil {
		return 0
	}
	// Real directories have a few dozen entries. The limit bounds the work on hostile bytes.
	n := min(uint32(order.Uint16(entries)), 512)
	for i := range n {
		e := slice(tiff, off+2+12*i, 12)
		if e == nil {
			return exif
		}
		// An entry has a tag, a type, a count, and the offset of a value that is longer than four bytes (TIFF
		// 6.0, 2). The texts of Labs are longer.
		count, at := order.Uint32(e[4:]), order.Uint32(e[8:])
		switch order.Uint16(e) {
		case tagExifIFD:
			exif = at
		case tagMakerNote:
			if t := text(slice(tiff, at, count)); t == "OpenAI" || strings.HasPrefix(t, "OpenAI--ImageGeneration--") {
				m.note = t
			}
		case tagUserComment:
			t := text(slice(tiff, at, count))
			m.comment = m.comment || strings.TrimPrefix(t, "ASCII\x00\x00\x00") == "Made with OpenAI Labs"
		}
	}
	return exif
}

// namesMaker reports whether the first directory of a TIFF structure, which may be cut short, has the maker of a device
// (TIFF 6.0, 8: Make). Every camera and scanner writes it; OpenAI's products write none.
func namesMaker(tiff []byte) bool {
	order := byteOrder(tiff)
	if order == nil {
		return false
	}
	off := order.Uint32(tiff[4:])
	n := slice(tiff, off, 2)
	for i := uint32(0); n != nil && i < min(uint32(order.Uint16(n)), 512); i++ {
		e := slice(tiff, off+2+12*i, 12)
		if e == nil {
			return false
		}
		if order.Uint16(e) == tagMake && order.Uint32(e[4:]) > 1 { // a text ends with a zero byte
			return true
		}
	}
	return false
}

// slice returns n bytes of b at off, or nil if b is too short.
func slice(b []byte, off, n uint32) []byte {
	if uint64(off)+uint64(n) > uint64(len(b)) {
		return nil
	}
	return b[off : uint64(off)+uint64(n)]
}

// text returns b without the padding at its end.
func text(b []byte) string { return string(bytes.TrimRight(b, "\x00 ")) }

// whole reports whether both texts are present, as Labs always wrote them.
func (m labsMark) whole() bool { return m.note != "" && m.comment }
