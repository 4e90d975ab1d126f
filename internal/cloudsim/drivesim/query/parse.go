package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxDepth is the maximum nesting of brackets and nots.
const maxDepth = 100

// Parse parses a query; "" matches everything. Its errors name the part that was not understood.
func Parse(q string) (Expr, error) {
	tokens, err := lex(q)
	if err != nil {
		return Expr{}, err
	}
	if len(tokens) == 0 {
		return Expr{}, nil
	}
	p := &parser{tokens: tokens}
	e, err := p.all(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q where the query should end", p.tokens[0].text)
	}
	return e, err
}

// parser consumes its tokens from the front. The grammar needs to look at one token only.
type parser struct{ tokens []token }

// peek returns the next token if it is not quoted, else "".
func (p *parser) peek() string {
	if len(p.tokens) == 0 || p.tokens[0].quoted {
		return ""
	}
	return p.tokens[0].text
}

// take consumes the next token and returns it, if it is one of those given.
func (p *parser) take(words ...string) (string, bool) {
	w := p.peek()
	if w == "" || !slices.Contains(words, w) {
		return "", false
	}
	p.tokens = p.tokens[1:]
	return w, true
}

// text consumes a quoted text and returns it.
func (p *parser) text() (string, error) {
	if len(p.tokens) == 0 {
		return "", fmt.Errorf("the query ends where a text should be")
	}
	t := p.tokens[0]
	if !t.quoted {
		return "", fmt.Errorf("%q where a text in quotes should be", t.text)
	}
	p.tokens = p.tokens[1:]
	return t.text, nil
}

// all parses conditions joined by and, or by or, but not by both: the page does not state which of them binds
// more.
func (p *parser) all(depth int) (Expr, error) {
	first, err := p.one(depth)
	if err != nil {
		return first, err
	}
	join, ok := p.take("and", "or")
	if !ok {
		return first, nil
	}
	e := Expr{op: join, kids: []Expr{first}}
	for {
		kid, err := p.one(depth)
		if err != nil {
			return e, err
		}
		e.kids = append(e.kids, kid)
		next, ok := p.take("and", "or")
		if !ok {
			return e, nil
		}
		if next != join {
			return e, fmt.Errorf("and beside or needs parentheses")
		}
	}
}

// one parses a condition, a not, or a query in parentheses.
func (p *parser) one(depth int) (Expr, error) {
	if depth > maxDepth {
		return Expr{}, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if _, ok := p.take("not"); ok {
		kid, err := p.one(depth + 1)
		return Expr{op: "not", kids: []Expr{kid}}, err
	}
	if _, ok := p.take("("); ok {
		e, err := p.all(depth + 1)
		if err != nil {
			return e, err
		}
		if _, ok := p.take(")"); !ok {
			return e, fmt.Errorf("a parenthesis is not closed")
		}
		return e, nil
	}
	return p.condition()
}

// condition parses "term operator value" or "'value' in term". A flag that may stand alone (sharedWithMe) is true
// if the query ends there or goes on with and, or or a parenthesis.
func (p *parser) condition() (Expr, error) {
	if len(p.tokens) == 0 {
		return Expr{}, fmt.Errorf("the query ends where a condition should be")
	}
	if p.tokens[0].quoted {
		return p.membership()
	}
	term := p.tokens[0].text
	r, ok := terms[term]
	if !ok || r.kind == kindSet {
		return Expr{}, fmt.Errorf("%q is no term to begin a condition with", term)
	}
	p.tokens = p.tokens[1:]
	e := Expr{term: term}
	if e.op, ok = p.take(r.ops...); !ok {
		if r.bare && slices.Contains([]string{"", "and", "or", ")"}, p.peek()) &&
			(len(p.tokens) == 0 || !p.tokens[0].quoted) {
			e.op, e.flag = "=", true
			return e, nil
		}
		return e, fmt.Errorf("%s takes %s", term, strings.Join(r.ops, " "))
	}
	return e, p.value(&e, r.kind)
}

// membership parses "'value' in term". Collections have no other operator, and other terms do not have this one.
func (p *parser) membership() (Expr, error) {
	value, err := p.text()
	if err != nil {
		return Expr{}, err
	}
	if _, ok := p.take("in"); !ok {
		return Expr{}, fmt.Errorf("a text stands before in only")
	}
	term := p.peek()
	if terms[term].kind != kindSet {
		return Expr{}, fmt.Errorf("%q is no collection", term)
	}
	p.tokens = p.tokens[1:]
	return Expr{op: "in", term: term, text: value}, nil
}

// value parses the value after the operator of e. It refuses a value that could match nothing or everything: an
// unknown visibility, a time that cannot be read, a contains without a letter or digit.
func (p *parser) value(e *Expr, k kind) (err error) {
	switch k {
	case kindFlag:
		word, ok := p.take("true", "false")
		if !ok {
			return fmt.Errorf("%s is true or false", e.term)
		}
		e.flag = word == "true"
		return nil
	case kindProps:
		return p.property(e)
	}
	if e.text, err = p.text(); err != nil {
		return err
	}
	if e.term == "visibility" && !slices.Contains(visibilities, e.text) {
		return fmt.Errorf("%q is no visibility", e.text)
	}
	if e.op == "contains" && len(words(e.text)) == 0 {
		return fmt.Errorf("contains needs a letter or a digit to look for")
	}
	if k == kindTime {
		e.at, err = moment(e.text)
	}
	return err
}

// property parses { key='...' and value='...' }.
func (p *parser) property(e *Expr) (err error) {
	got := map[string]string{}
	for i, word := range []string{"{", "key", "=", "'", "and", "value", "=", "'", "}"} {
		if word == "'" {
			name := "key"
			if i > 4 {
				name = "value"
			}
			if got[name], err = p.text(); err != nil {
				return err
			}
		} else if _, ok := p.take(word); !ok {
			return fmt.Errorf("has takes { key='...' and value='...' }")
		}
	}
	e.key, e.text = got["key"], got["value"]
	return nil
}

// moment parses a time in the form of RFC 3339; without a zone it is UTC.
func moment(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time as RFC 3339 has it", s)
}
