package mentions

import (
	"bytes"
	"html"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Names and documents are reduced in the same way: readings undoes the escapes that a text may have, and letters
// returns the characters that are compared.

// stemBytes is how many bytes of a stem are remembered, from its end.
const stemBytes = 27

// folder reduces texts to the characters that are compared. One goroutine uses it.
type folder struct {
	fold       cases.Caser
	all, ascii []byte
}

func newFolder() folder { return folder{fold: cases.Fold()} }

// letters returns the characters of the text that are compared: its letters, digits and symbols, in lower case and
// decomposed, without spaces, punctuation and invisible characters. whole is false if some of it was not UTF-8; then
// only ascii, its ASCII letters and digits, can be compared. Both are valid until the next call.
func (f *folder) letters(text []byte) (all, ascii []byte, whole bool) {
	f.ascii = f.ascii[:0]
	simple := true
	for _, c := range text {
		if lower, ok := letter(c); ok {
			f.ascii = append(f.ascii, lower)
		}
		simple = simple && c < utf8.RuneSelf
	}
	if simple {
		return f.ascii, f.ascii, true
	}
	f.all, f.ascii = f.all[:0], f.ascii[:0]
	text = withoutC1(text)
	for _, c := range norm.NFC.Bytes(text) { // as in old one-byte encodings: one byte for each letter
		if lower, ok := letter(c); ok {
			f.ascii = append(f.ascii, lower)
		}
	}
	// Unicode 3.13, D145: canonical caseless matching.
	rest := norm.NFD.Bytes(f.fold.Bytes(norm.NFD.Bytes(text)))
	for len(rest) > 0 {
		c, n := utf8.DecodeRune(rest)
		lower, ok := letter(rest[0])
		switch {
		case ok:
			f.all = append(f.all, lower)
		case c == 'ı': // all Turkish letters i are equal, however they were folded
			f.all = append(f.all, 'i')
		case c < utf8.RuneSelf, c == utf8.RuneError, c == '\u0307',
			unicode.In(c, unicode.P, unicode.Z, unicode.C, unicode.Variation_Selector):
		default:
			f.all = append(f.all, rest[:n]...)
		}
		rest = rest[n:]
	}
	return f.all, f.ascii, utf8.Valid(text)
}

// withoutC1 returns the text with the control characters U+0080 to U+009F as what their numbers stand for in a
// character reference of HTML: characters of Windows-1252
// (https://html.spec.whatwg.org/#numeric-character-reference-end-state).
func withoutC1(text []byte) []byte {
	if bytes.IndexByte(text, 0xC2) < 0 || !utf8.Valid(text) {
		return text
	}
	return bytes.Map(func(r rune) rune {
		if 0x80 <= r && r <= 0x9F {
			return charmap.Windows1252.DecodeByte(byte(r))
		}
		return r
	}, text)
}

// letter returns the lower case of an ASCII letter or digit.
func letter(c byte) (byte, bool) {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return c, true
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A', true
	}
	return 0, false
}

// readings calls yield with the text as it is and with all texts that it can stand for: any combination of the
// escapes undone, in the order in which they are nested (an address in a web page in a string), once and twice.
func readings(text []byte, yield func([]byte)) {
	yield(text)
	for set := 1; set < 8; set++ {
		once := undo(text, set)
		if bytes.Equal(once, text) {
			continue
		}
		yield(once)
		if twice := undo(once, set); !bytes.Equal(twice, once) {
			yield(twice)
		}
	}
}

// undo undoes the escapes in the set: 1 backslashes, 2 character references, 4 percent signs.
func undo(text []byte, set int) []byte {
	if set&1 != 0 {
		text = undoBackslashes(text)
	}
	if set&2 != 0 && bytes.IndexByte(text, '&') >= 0 {
		text = []byte(html.UnescapeString(string(text)))
	}
	if set&4 != 0 {
		text = undoPercents(text)
	}
	return text
}

// undoPercents undoes percent signs with two hexadecimal digits (RFC 3986, 2.1). Any other percent sign stays.
func undoPercents(text []byte) []byte {
	if bytes.IndexByte(text, '%') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' {
			if v, n := hexadecimal(text[i+1:], 2, 2); n == 2 {
				out, i = append(out, byte(v)), i+2
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// undoBackslashes undoes the escapes of JSON and JavaScript strings; C and most other languages use a part of them.
func undoBackslashes(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		// These stand for white space and control characters, which are not compared.
		case 'b', 'f', 'n', 'r', 't', 'v':
			out = append(out, ' ')
		case 'u', 'x':
			v, n := codePoint(text[i:])
			if n == 0 {
				out = append(out, c)
				continue
			}
			if c == 'x' && v >= utf8.RuneSelf {
				// a byte in C, but a Latin-1 letter in JavaScript: not UTF-8, so compared loosely
				out = append(out, byte(v))
			} else {
				out = utf8.AppendRune(out, v)
			}
			i += n - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// codePoint reads uXXXX, a surrogate pair of two of them, u{X...} or xXX, and returns its length; 0 if b begins with
// none.
func codePoint(b []byte) (rune, int) {
	if b[0] == 'x' {
		v, n := hexadecimal(b[1:], 2, 2)
		return v, n + min(n, 1)
	}
	if len(b) > 1 && b[1] == '{' {
		if v, n := hexadecimal(b[2:], 1, 6); n > 0 && len(b) > 2+n && b[2+n] == '}' {
			return v, n + 3
		}
		return 0, 0
	}
	v, n := hexadecimal(b[1:], 4, 4)
	if n == 0 {
		return 0, 0
	}
	if utf16.IsSurrogate(v) && len(b) >= 11 && b[5] == '\\' && b[6] == 'u' {
		if low, n := hexadecimal(b[7:], 4, 4); n == 4 {
			if both := utf16.DecodeRune(v, low); both != unicode.ReplacementChar {
				return both, 11
			}
		}
	}
	return v, 5
}

// hexadecimal reads at least least and at most most digits, and returns how many; 0 if there are fewer.
func hexadecimal(b []byte, least, most int) (v rune, n int) {
	for n < min(most, len(b)) {
		c := b[n]
		switch {
		case '0' <= c && c <= '9':
			v = v<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			v = v<<4 | rune(c|0x20-'a'+10)
		default:
			most = n
			continue
		}
		n++
	}
	if n < least {
		return 0, 0
	}
	return v, n
}
