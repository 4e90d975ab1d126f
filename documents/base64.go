package documents

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
)

// Whatever the notation around it, a picture as base64 begins at the beginning of its bytes, so that the text begins
// with that of the first bytes of its format. The notation can be a data: address (RFC 2397), a part of a mail (RFC
// 2045, 6.8), an element of XML or a string of JSON. It ends at the first byte that is neither base64 nor a line break
// in one of them.

// beginnings are the first bytes of the formats as base64: PNG, JPEG, WebP.
var beginnings = [...]string{"iVBORw0KGgo", "/9j/", "UklGR"}

// beginsBoxes reports whether text begins like that of an AVIF or HEIC: with a box "ftyp" of 16, 20, 24 ... or 60 bytes
// (ISO 14496-12, 4.3). The fifth character is a quarter of this length.
func beginsBoxes(text []byte) bool {
	return len(text) >= len("AAAA?GZ0eX") && string(text[:4]) == "AAAA" && 'E' <= text[4] && text[4] <= 'P' &&
		string(text[5:10]) == "GZ0eX"
}

// smallest is more than the bytes of a word that begins like a picture, and fewer than those of any picture.
const smallest = 40

// longest is the length of the longest beginning.
const longest = len("iVBORw0KGgo")

// base64 reads the pictures of a text.
func (x *reading) base64(at string, r io.ReaderAt, size int64) {
	if size > x.limits.Document {
		x.fail(at, ErrLimit)
		return
	}
	s := newScanner(r, size, 1)
	for !x.full(at) {
		off, ok := s.next()
		if !ok {
			return
		}
		place := within(at, fmt.Sprintf("byte %d", off))
		picture, err := s.decode(x.limits.Picture)
		if err == nil && len(picture) >= smallest {
			err = x.picture("", place, bytes.NewReader(picture), int64(len(picture)), true)
		}
		if err != nil && err != io.ErrUnexpectedEOF { // a text that only begins like a picture is none
			x.fail(place, err)
		}
	}
}

// next moves to the next text that begins like a picture, and returns its place in the file.
func (s *scanner) next() (off int64, ok bool) {
	for {
		for s.at < len(s.buf) {
			rest := s.buf[s.at:]
			if len(rest) < longest && !s.end {
				break
			}
			if s.begins(rest) {
				return s.off + int64(s.at), true
			}
			s.at++
			if skip := bytes.IndexAny(s.buf[s.at:], "i/UA"); skip < 0 {
				s.at = len(s.buf)
			} else {
				s.at += skip
			}
		}
		if !s.more() {
			return 0, false
		}
	}
}

// begins reports whether a picture begins at s.at, and not in the middle of other base64.
func (s *scanner) begins(rest []byte) bool {
	if s.at > 0 && isBase64(s.buf[s.at-1]) {
		return false
	}
	for _, b := range beginnings {
		if bytes.HasPrefix(rest, []byte(b)) {
			return true
		}
	}
	return beginsBoxes(rest)
}

// isBase64 reports whether c is a character of base64 (RFC 4648, 4).
func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// decode returns the bytes of the text at s.at, and moves behind it. It returns ErrLimit for more than limit bytes.
func (s *scanner) decode(limit int64) (picture []byte, err error) {
	var chars []byte // not decoded yet
	broken := false  // the line was broken behind the last character
	for {
		n := 0
		for n < len(s.buf)-s.at && isBase64(s.buf[s.at+n]) {
			n++
		}
		if int64(len(picture)) <= limit {
			chars = append(chars, s.buf[s.at:s.at+n]...)
			whole := len(chars) / 4 * 4
			picture, _ = base64.StdEncoding.AppendDecode(picture, chars[:whole]) // all are characters of base64
			chars = chars[:copy(chars, chars[whole:])]
		}
		s.at += n
		gap, breaks := lineBreak(s.buf[s.at:], broken && n == 0)
		s.at += gap
		broken = breaks
		if n+gap == 0 && (len(s.buf)-s.at >= longestBreak || !s.more()) {
			break
		}
	}
	if int64(len(picture)) > limit {
		return nil, ErrLimit
	}
	picture, _ = base64.RawStdEncoding.AppendDecode(picture, chars) // the rest of the bits is of no byte
	return picture, nil
}

// breaks are how the notations write a line break.
var breaks = [...]string{"\n", "\r", `\n`, `\r`, "&#10;", "&#13;", "&#xA;", "&#xD;", "%0A", "%0D"}

// longestBreak is more than the length of each of them with the white space beside it.
const longestBreak = 16

// lineBreak returns the length of the line breaks that b begins with, and of the white space beside them. White space
// alone separates words, unless the line was broken before it.
func lineBreak(b []byte, broken bool) (n int, breaksLine bool) {
	for n < len(b) {
		if b[n] == ' ' || b[n] == '\t' {
			n++
			continue
		}
		at := slices.IndexFunc(breaks[:], func(s string) bool { return bytes.HasPrefix(b[n:], []byte(s)) })
		if at < 0 {
			break
		}
		n, broken = n+len(breaks[at]), true
	}
	if !broken {
		return 0, false
	}
	return n, true
}
