package query

import (
	"fmt"
	"strings"
)

// token is a piece of a query: a name, an operator or bracket, or a quoted text.
type token struct {
	text   string
	quoted bool
}

// wordChars are the characters of names; the dot is for shortcutDetails.targetId. Values are always quoted.
const wordChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."

// lex splits a query into tokens. A character that begins no token is an error with its offset in bytes; a digit
// is one, because the language has no numbers.
func lex(q string) ([]token, error) {
	var all []token
	for i := 0; i < len(q); {
		switch c := q[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '\'':
			text, n, err := quoted(q[i:])
			if err != nil {
				return nil, err
			}
			all, i = append(all, token{text, true}), i+n
		case strings.IndexByte("(){}", c) >= 0:
			all, i = append(all, token{text: q[i : i+1]}), i+1
		case strings.IndexByte("=!<>", c) >= 0:
			n := 1
			if i+1 < len(q) && q[i+1] == '=' && c != '=' {
				n = 2
			}
			if q[i:i+n] == "!" {
				return nil, fmt.Errorf("a ! without = at %d", i)
			}
			all, i = append(all, token{text: q[i : i+n]}), i+n
		case strings.IndexByte(wordChars, c) >= 0:
			n := 1
			for i+n < len(q) && strings.IndexByte(wordChars, q[i+n]) >= 0 {
				n++
			}
			all, i = append(all, token{text: q[i : i+n]}), i+n
		default:
			return nil, fmt.Errorf("%q at %d", c, i)
		}
	}
	return all, nil
}

// quoted parses a quoted text at the start of s and returns its length there. A backslash precedes a quote or another
// backslash.
func quoted(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\'':
			return b.String(), i + 1, nil
		case '\\':
			if i++; i == len(s) || s[i] != '\'' && s[i] != '\\' {
				return "", 0, fmt.Errorf(`a \ before neither ' nor \`)
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0, fmt.Errorf("a text without its closing quote")
}
