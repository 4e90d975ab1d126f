package c2pa

import (
	"bytes"
	"encoding/binary"
	"hash"
	"slices"
	"sync/atomic"
)

// A tagger is a program that writes a rating, a comment or a keyword into a picture: exiftool, exiv2, webpmux, a photo
// manager. It adds parts that do not change the pixels, so the rest of the file may still be as signed. These are the
// kinds of parts that taggers were seen to add (exiftool 12.57 and 13.59, exiv2 0.27.6, webpmux), or that the formats
// have for the purpose:
var (
	pngTags  = []string{"tEXt", "iTXt", "zTXt", "eXIf", "tIME"} // PNG, 11.3.3 to 11.3.5
	webpTags = []string{"VP8X", "EXIF", "XMP "}                 // RFC 9649, 2.7: VP8X announces the others
	jpegTags = []byte{0xE1, 0xED, 0xFE}                         // APP1: Exif, XMP; APP13: IPTC; COM
)

// untagged is a file without the parts that taggers add.
type untagged struct {
	kept   []section // of the file, in order
	start  int64     // of the credential, in the file without the tags
	tags   int       // the number of parts left out
	header []byte    // in place of the file's first bytes; WebP's state the size
}

// section is the range of a file from off to before end.
type section struct{ off, end int64 }

// withoutTags returns the file without the tags that begin before end. It reports false if the file has no tags there,
// if its parts cannot be distinguished, if a tag is longer than the file, or if the file has a second credential. It
// also reports false after a reader's error, which is in s.err.
func withoutTags(s *source, sp *span, mediaType string, end int64) (*untagged, bool) {
	u := &untagged{kept: []section{{0, s.size}}, start: sp.off}
	var ok bool
	switch mediaType {
	case "image/png":
		ok = u.walkPNG(s, sp, end)
	case "image/webp":
		ok = u.walkWebP(s, sp, end)
	case "image/jpeg":
		ok = u.walkJPEG(s, sp, end)
	}
	return u, ok && u.tags > 0 && u.kept[len(u.kept)-1].off <= s.size && s.err == nil
}

// leaveOut takes the n bytes at off out of the file. Calls are in ascending order.
func (u *untagged) leaveOut(off, n int64, sp *span) {
	last := &u.kept[len(u.kept)-1]
	size := last.end
	last.end = off
	u.kept = append(u.kept, section{off + n, size})
	u.tags++
	if off < sp.off {
		u.start -= n
	}
}

func (u *untagged) walkPNG(s *source, sp *span, end int64) bool {
	off := int64(8)
	for range maxParts {
		h := s.at(off, 8)
		if h == nil || off >= end {
			return true
		}
		n := 12 + int64(binary.BigEndian.Uint32(h))
		switch kind := string(h[4:8]); {
		case kind == "IEND":
			return true
		case kind == "caBX" && off != sp.off:
			return false
		case slices.Contains(pngTags, kind):
			u.leaveOut(off, n, sp)
		}
		off += n
	}
	return false
}

// walkWebP also sets the header to the size that the file had without the tags. Programs that add tags state the new
// size; bytes behind it are no tags.
func (u *untagged) walkWebP(s *source, sp *span, end int64) bool {
	riff := s.at(0, 12)
	if riff == nil || 8+int64(binary.LittleEndian.Uint32(riff[4:])) != s.size {
		return false
	}
	u.header = slices.Clone(riff)
	size, off := int64(4), int64(12)
	for range maxParts {
		h := s.at(off, 8)
		if h == nil || off >= end {
			binary.LittleEndian.PutUint32(u.header[4:], uint32(size))
			return true
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		n = 8 + n + n&1
		switch kind := string(h[:4]); {
		case kind == "C2PA" && off != sp.off:
			return false
		case slices.Contains(webpTags, kind):
			u.leaveOut(off, n, sp)
		default:
			size += n
		}
		off += n
	}
	return false
}

// walkJPEG ends at the first scan: what is between scans stays in.
func (u *untagged) walkJPEG(s *source, sp *span, end int64) bool {
	off := int64(2)
	for range maxParts {
		h := s.at(off, 4)
		if h == nil || h[0] != 0xFF || h[1] == 0xDA || h[1] == 0xD9 || off >= end {
			return true
		}
		n := 2 + int64(binary.BigEndian.Uint16(h[2:]))
		switch {
		case h[1] == 0xFF: // fill
			n = 1
		case n < 4:
			return true
		case bytes.IndexByte(jpegTags, h[1]) >= 0:
			u.leaveOut(off, n, sp)
		}
		off += n
	}
	return false
}

// hash writes the file without the tags and without the credential into h.
func (u *untagged) hash(h hash.Hash, s *source, sp *span, buf []byte, stop *atomic.Bool) error {
	h.Write(u.header)
	from := int64(len(u.header))
	for _, k := range u.kept {
		for _, part := range []section{
			{max(from, k.off), min(k.end, sp.off)},
			{max(from, k.off, sp.off+sp.len), k.end},
		} {
			if err := hashRange(h, s, part.off, part.end, nil, buf, stop); err != nil {
				return err
			}
		}
	}
	return nil
}
