package policyfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sweepd/sweepd/internal/language"
)

// Error is one mistake in a policy file. Its text shows what the user needs to correct it: the position, the line
// with a caret under it, the allowed values.
type Error struct {
	File         string
	Line, Column int      // from 1; columns are characters
	Message      string   // one sentence, no full stop
	Allowed      []string // the possible values if there are few
	Hint         string   // how to correct it; may be empty
	Excerpt      string   // the line with a caret below it
}

// Error returns the text in several lines, without a line feed at the end.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Brief())
	if e.Excerpt != "" {
		b.WriteString("\n" + e.Excerpt)
	}
	if len(e.Allowed) > 0 {
		b.WriteString("\n  allowed: " + strings.Join(e.Allowed, ", "))
	}
	if e.Hint != "" {
		b.WriteString("\n  hint: " + e.Hint)
	}
	return b.String()
}

// Brief returns the position and the message, on one line and without any line of the file.
func (e *Error) Brief() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// shown is the number of mistakes of one file that are reported at once.
const shown = 10

// join returns one error for all mistakes, in the order of the file src, and adds an excerpt to those that are shown.
func join(src string, all []*Error) error {
	slices.SortStableFunc(all, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, 0, shown+1)
	for _, e := range all[:min(len(all), shown)] {
		e.Excerpt = excerpt(src, e.Line, e.Column)
		errs = append(errs, e)
	}
	switch more := len(all) - shown; {
	case len(all) == 1:
		return all[0]
	case more > 0:
		errs = append(errs, fmt.Errorf("and %s more", language.CountPlainly(int64(more), "mistake")))
	}
	return errors.Join(errs...)
}

// width is the number of characters of a line that an excerpt shows.
const width = 100

// excerpt returns a line of src with a caret under a column.
func excerpt(src string, line, column int) string {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	text := []rune(hushed(strings.TrimRight(lines[line-1], "\r")))
	at := min(max(column-1, 0), len(text))
	from := 0
	// A long line is shown around the column.
	if at > width*3/4 {
		from = at - width/2
	}
	text, at = text[from:], at-from
	text = text[:min(len(text), width)]
	blank := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r // same width as in the line above
		}
		return ' '
	}, string(text[:min(at, len(text))]))
	number := fmt.Sprintf("%5d", line)
	return fmt.Sprintf("%s | %s\n%s | %s^", number, string(text), strings.Repeat(" ", len(number)), blank)
}

// synonyms maps other terms to keys and values of a policy.
var synonyms = map[string]string{
	"and": "all", "every": "all",
	"or": "any", "either": "any",
	"none": "not", "nor": "not", "unless": "not", "except": "not",
	"younger_than": "newer_than", "younger": "newer_than", "newer": "newer_than",
	"older":       "older_than",
	"bigger_than": "larger_than", "bigger": "larger_than", "larger": "larger_than",
	"smaller": "smaller_than",
	"ignore":  "exclude", "skip": "exclude",
	"folders": "roots", "paths": "roots",
	"delete": "trash", "remove": "trash",
}

// instead are hints for terms of other programs that have no equivalent here.
var instead = map[string]string{
	"include":    "to sweep less, name a narrower folder in roots; exclude leaves out what it matches",
	"extension":  `write name: "*.png"`,
	"extensions": `write name: ["*.png", "*.webp"]`,
	"ext":        `write name: "*.png"`,
}

// meant returns the allowed value that the text is a synonym or a misspelling of, or "" if there is none. A synonym
// takes precedence. A text with another first letter, or with a prefix, is not a misspelling: the prefix of include
// and exclude, likely and unlikely reverses the meaning.
func meant(word string, allowed []string) string {
	word = strings.ToLower(word)
	if s, known := synonyms[word]; known {
		if slices.Contains(allowed, s) {
			return s
		}
		return ""
	}
	// A longer text may differ by more: one letter, and another one for every four.
	best, most := "", 1+len(word)/4
	for _, a := range allowed {
		if word == "" || a == "" || word[0] != a[0] || word != a && strings.HasSuffix(word, a) {
			continue
		}
		if d := distance(word, a); d <= most {
			best, most = a, d-1
		}
	}
	return best
}

// Nearest returns the name that is most similar to a mistyped one, regardless of case, or "" if none is similar.
func Nearest(name string, of []string) string {
	best, most := "", 1+len(name)/4
	for _, other := range of {
		if d := distance(strings.ToLower(name), strings.ToLower(other)); d <= most {
			best, most = other, d-1
		}
	}
	return best
}

// distance returns the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// notOneOf returns an error for a text that is not in a short list.
func notOneOf(word, what string, allowed []string) *Error {
	e := &Error{
		Message: fmt.Sprintf("%q is not %s", clip(word), what),
		Allowed: allowed,
		Hint:    instead[strings.ToLower(word)],
	}
	if m := meant(word, allowed); m != "" {
		e.Message += fmt.Sprintf("; did you mean %q?", m)
	}
	return e
}

// urlForm matches an address that messages could be sent to. It is a secret, which must not be in a policy and
// therefore not in a message about it.
var urlForm = lazily(`[A-Za-z][A-Za-z0-9+.-]*://\S+`)

// hushed returns s with the addresses masked and the number of characters unchanged.
func hushed(s string) string {
	return urlForm().ReplaceAllStringFunc(s, func(url string) string {
		scheme, rest, _ := strings.Cut(url, "://")
		return scheme + "://" + strings.Repeat("*", utf8.RuneCountInString(rest))
	})
}

// clip shortens a text of the file for use in a message.
func clip(s string) string {
	s = hushed(s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
