package filename

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalise returns a common form of the variants that browsers, file systems and clouds make of a name. It undoes
// percent-encoding if the result is UTF-8, applies NFC (macOS decomposes), turns any space into a plain one (newer
// locale data puts U+202F before AM), removes invisible direction marks (Arabic and Hebrew dates have them), turns
// any script's digits into ASCII, and turns look-alike colons, which tools use because file systems forbid plain
// ones, into plain colons.
func normalise(name string) string {
	if strings.Contains(name, "%") {
		if plain := unescape(name); utf8.ValidString(plain) {
			name = plain
		}
	}
	if ascii(name) {
		return name
	}
	return strings.Map(plainRune, norm.NFC.String(name))
}

// ascii reports whether s is ASCII, as most names are.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unescape decodes the valid triplets of s and leaves the rest unchanged: a "%" may be a part of the name, and a
// shortened prompt may end in half a triplet.
func unescape(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		if len(s) >= 3 && s[0] == '%' {
			if c, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				s = s[3:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// plainRune returns the rune that stands for r in the common form, or -1 if r is left out.
func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r == '꞉' || r == '：':
		return ':'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	case unicode.Is(unicode.Nd, r):
		return digit(r)
	}
	return r
}

// digit returns the ASCII digit of r's value. Unicode keeps the decimal digits of a script together, from zero (The
// Unicode Standard, 4.6).
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}
