package policy

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is one mistake in a policy file. Its text is what a person needs to
// mend it: the place, the line with a mark under it, the allowed values.
type Error struct {
	File         string
	Line, Column int      // from 1; columns are characters
	Message      string   // one sentence, no full stop
	Allowed      []string // what could stand there, where that is a short list
	Hint         string   // what to do; may be empty
	Excerpt      string   // the line, and below it a caret
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
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

// shown is how many mistakes of one file are told at once.
const shown = 10

// join makes one error of all mistakes, in the order of the file src, whose
// lines it adds to those that are shown.
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
		errs = append(errs, fmt.Errorf("and %s more", count(int64(more), "mistake")))
	}
	return errors.Join(errs...)
}

// width is how much of a long line an excerpt shows.
const width = 100

// excerpt is a line of src with a caret under a column.
func excerpt(src string, line, column int) string {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	text := []rune(hushed(strings.TrimRight(lines[line-1], "\r")))
	at := min(max(column-1, 0), len(text))
	from := 0
	if at > width*3/4 {
		from = at - width/2
	}
	text, at = text[from:], at-from
	text = text[:min(len(text), width)]
	blank := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r // as wide as above
		}
		return ' '
	}, string(text[:min(at, len(text))]))
	number := fmt.Sprintf("%5d", line)
	return fmt.Sprintf("%s | %s\n%s | %s^", number, string(text), strings.Repeat(" ", len(number)), blank)
}

// synonyms are words for what a policy calls otherwise.
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

// instead are hints for words of other programs that no key or value stands for.
var instead = map[string]string{
	"include":    "to sweep less, name a narrower folder in roots; exclude leaves out what it matches",
	"extension":  `write name: "*.png"`,
	"extensions": `write name: ["*.png", "*.webp"]`,
	"ext":        `write name: "*.png"`,
}

// meant returns the allowed word that a word stands for, or that it is a typing
// mistake of; "" where there is none. A synonym outranks the spelling. A word with
// another first letter, or with a prefix, is no typing mistake: in include and
// exclude, likely and unlikely it turns the meaning around.
func meant(word string, allowed []string) string {
	word = strings.ToLower(word)
	if s, known := synonyms[word]; known {
		if slices.Contains(allowed, s) {
			return s
		}
		return ""
	}
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

// distance is Levenshtein's, in bytes.
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

// notOneOf refuses a word that is not in a short list.
func notOneOf(word, what string, allowed []string) *Error {
	e := &Error{Message: fmt.Sprintf("%q is not %s", clip(word), what), Allowed: allowed, Hint: instead[strings.ToLower(word)]}
	if m := meant(word, allowed); m != "" {
		e.Message += fmt.Sprintf("; did you mean %q?", m)
	}
	return e
}

// urlForm is an address that messages could be sent to: a secret that has no
// place in a policy, and then none in what is said of it either.
var urlForm = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://\S+`)

// hushed is a text of as many characters without what addresses say.
func hushed(s string) string {
	return urlForm.ReplaceAllStringFunc(s, func(url string) string {
		scheme, rest, _ := strings.Cut(url, "://")
		return scheme + "://" + strings.Repeat("*", utf8.RuneCountInString(rest))
	})
}

// clip keeps what a file says from filling a message.
func clip(s string) string {
	s = hushed(s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
