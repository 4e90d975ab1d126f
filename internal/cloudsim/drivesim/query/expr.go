package query

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Expr is a parsed query. The zero Expr matches everything, as an empty query does. It is a tree: the kids of
// and, or and not are its branches, of which not has one; the conditions are its leaves.
type Expr struct {
	op   string // "": everything; and, or, not; else an operator of a condition
	kids []Expr
	term string
	text string // the value; of has, the value of the property
	key  string // of has
	flag bool
	at   time.Time
}

// Subject is a file that a query is matched against. The terms are the page's.
type Subject interface {
	Text(term string) string // name, mimeType, visibility, shortcutDetails.targetId
	Flag(term string) bool   // trashed, starred, sharedWithMe, hidden
	// createdTime, modifiedTime, viewedByMeTime, sharedWithMeTime; false: never
	Time(term string) (time.Time, bool)
	Holds(term, value string) bool                 // parents, owners, writers, readers
	Property(term, key string) (v string, ok bool) // properties, appProperties
}

// Match reports whether s matches the query. A time that the file does not have matches no condition on it, not
// even !=; a property that it does not have is no match either.
func (e *Expr) Match(s Subject) bool {
	switch e.op {
	case "":
		return true
	case "and":
		return !slices.ContainsFunc(e.kids, func(k Expr) bool { return !k.Match(s) })
	case "or":
		return slices.ContainsFunc(e.kids, func(k Expr) bool { return k.Match(s) })
	case "not":
		return !e.kids[0].Match(s)
	}
	switch terms[e.term].kind {
	case kindText:
		return e.matchText(s.Text(e.term))
	case kindFlag:
		return (s.Flag(e.term) == e.flag) == (e.op == "=")
	case kindTime:
		at, ok := s.Time(e.term)
		return ok && e.matchTime(at)
	case kindSet:
		return s.Holds(e.term, e.text)
	case kindProps:
		v, ok := s.Property(e.term, e.key)
		return ok && v == e.text
	}
	return false
}

// matchText compares without regard to case, as the service does. contains matches prefixes: of the whole text for
// types, of each part of the name for names.
func (e *Expr) matchText(text string) bool {
	switch e.op {
	case "=":
		return strings.EqualFold(text, e.text)
	case "!=":
		return !strings.EqualFold(text, e.text)
	}
	if e.term == "mimeType" {
		return strings.HasPrefix(strings.ToLower(text), strings.ToLower(e.text))
	}
	have := words(text)
	for _, w := range words(e.text) {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// words returns the runs of letters and digits in s, in lower case.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// matchTime compares a time with the query's, to the full precision of both.
func (e *Expr) matchTime(at time.Time) bool {
	switch c := at.Compare(e.at); e.op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case ">=":
		return c >= 0
	default: // ">"
		return c > 0
	}
}

// Required returns a value that every match must have for that term, if the query requires one; a listing then
// needs to search only there. It looks through and, but not through or and not: under those no single value is
// required.
func (e *Expr) Required(term string) (value string, ok bool) {
	switch {
	case e.op == "in" && e.term == term:
		return e.text, true
	case e.op == "and":
		for i := range e.kids {
			if v, ok := e.kids[i].Required(term); ok {
				return v, true
			}
		}
	}
	return "", false
}
