package notify

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode"
)

// hider removes the address of a sink from the texts of libraries and services. Libraries put the URL or parts of it,
// reassembled, into their errors. So a field of the text is replaced if it has run letters and digits in a row that
// the address has too, with any characters between them, or if a part of the field equals a shorter part of the
// address.
type hider struct {
	runs  map[string]bool // of the address, folded
	parts map[string]bool // of user, path, query, folded
}

// run is the number of letters and digits in a row that are too many.
const run = 6

// longestError is the maximum number of bytes of a service's error text that is passed on.
const longestError = 300

// newHider returns the hider of an address. It keeps the address only in pieces.
func newHider(address string) hider {
	h := hider{map[string]bool{}, map[string]bool{}}
	_, rest, _ := strings.Cut(address, "://") // the scheme is no secret
	for _, form := range append(forms(rest), coded(address)...) {
		folded := []rune(fold(form))
		for i := 0; i+run <= len(folded); i++ {
			h.runs[string(folded[i:i+run])] = true
		}
	}
	for _, form := range forms(private(address)) {
		for _, part := range words(form) {
			h.parts[fold(part)] = true
		}
	}
	return h
}

// coded returns the forms of user and password in a header (RFC 7617) and in a mail session (RFC 4616), which a
// server may repeat.
func coded(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return nil
	}
	user := u.User.Username()
	password, _ := u.User.Password()
	var all []string
	for _, plain := range []string{user, password, user + ":" + password, "\x00" + user + "\x00" + password} {
		all = append(all, base64.StdEncoding.EncodeToString([]byte(plain)))
	}
	return all
}

// private returns the parts of an address other than the names of the server and of options.
func private(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	all := []string{u.User.String(), u.EscapedPath(), u.EscapedFragment()}
	for _, values := range u.Query() {
		all = append(all, values...)
	}
	return strings.Join(all, " ")
}

// error returns an error with the part of err's text that may be shown; nil for nil.
func (h hider) error(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(h.text(err.Error()))
}

// text returns the text as one line of at most longestError bytes, with "[secret]" in place of each field that is
// part of the address; several such fields in a row become one.
func (h hider) text(text string) string {
	all := strings.Fields(printable(text))
	kept := all[:0]
	for _, word := range all {
		if h.isSecret(word) {
			word = "[secret]"
			if len(kept) > 0 && kept[len(kept)-1] == word {
				continue
			}
		}
		kept = append(kept, word)
	}
	return cut(strings.Join(kept, " "), longestError)
}

// isSecret reports whether a field of a text is, or contains, a part of the address.
func (h hider) isSecret(word string) bool {
	// The letters are compared in each form of the field.
	for _, form := range forms(word) {
		folded := []rune(fold(form))
		for i := 0; i+run <= len(folded); i++ {
			if h.runs[string(folded[i:i+run])] {
				return true
			}
		}
		for _, part := range words(form) {
			if h.parts[fold(part)] {
				return true
			}
		}
	}
	return false
}

// forms returns a text and its unescaped forms, as a path and as a query.
func forms(text string) []string {
	all := []string{text}
	for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if plain, err := unescape(text); err == nil && plain != text {
			all = append(all, plain)
		}
	}
	return all
}

// inWord reports whether a character counts in comparisons.
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// words returns the runs of letters and digits in a text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !inWord(r) })
}

// fold returns the letters and digits of text, in lower case.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if !inWord(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
