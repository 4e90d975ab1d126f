package language

import (
	"fmt"
	"strings"
)

// list is some texts in one.
type list struct {
	parts []Text
	by    string // between two parts
	last  conjunction
}

// conjunction is what is between the last two parts of a list.
type conjunction int

const (
	neither conjunction = iota // as between the others
	and
	or
)

func (l list) String() string { return l.In(Printer{}) }

func (l list) In(p Printer) string {
	all := make([]string, len(l.parts))
	for i, t := range l.parts {
		all[i] = t.In(p)
	}
	n := len(all) - 1
	switch head := strings.Join(all[:max(n, 0)], l.by); {
	case n < 1 || l.last == neither:
		return strings.Join(all, l.by)
	case l.last == and:
		return p.Sprintf("%s and %s", head, all[n])
	default:
		return p.Sprintf("%s or %s", head, all[n])
	}
}

// Join returns the texts with by between them.
func Join[T Text](texts []T, by string) Text { return list{asTexts(texts), by, neither} }

// And returns "a", "a and b", "a, b and c".
func And[T Text](texts []T) Text { return list{asTexts(texts), ", ", and} }

// AndNames returns And of texts that are the same in all languages.
func AndNames[T any](names []T) Text { return list{verbatim("%v", names), ", ", and} }

// AndQuoted returns And of the texts in quotes as in Go, so that different lists never give the same text.
func AndQuoted[T ~string](texts []T) Text { return list{verbatim("%q", texts), ", ", and} }

// OrQuoted returns the same with "or".
func OrQuoted[T ~string](texts []T) Text { return list{verbatim("%q", texts), ", ", or} }

func asTexts[T Text](texts []T) []Text {
	all := make([]Text, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

func verbatim[T any](verb string, values []T) []Text {
	all := make([]Text, len(values))
	for i, v := range values {
		all[i] = Verbatim(fmt.Sprintf(verb, v))
	}
	return all
}
