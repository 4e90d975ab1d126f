package fields

import (
	"fmt"
	"strings"
)

// Mask selects the fields of an answer: nil is everything, else the names in it are selected, each with its own mask.
type Mask map[string]Mask

// maxDepth is the maximum nesting of a mask.
const maxDepth = 50

// Parse parses a mask for answers of that schema. Its errors name the part that was not understood. A * at any
// level selects everything there, also beside names.
func Parse(s string, schema Schema) (Mask, error) {
	p := &parser{s: s}
	m, err := p.list(schema, 0)
	if err == nil && p.s != "" {
		err = fmt.Errorf("%q where the mask should end", p.s[:1])
	}
	return m, err
}

// Has reports whether the top-level name is in the mask.
func (m Mask) Has(name string) bool {
	if m == nil {
		return true
	}
	_, ok := m[name]
	return ok
}

// Sub returns the mask below a top-level name, nil for everything. For a name that is not in the mask it is nil
// too, so ask Has first.
func (m Mask) Sub(name string) Mask { return m[name] }

// Of returns a mask of top-level names only.
func Of(names ...string) Mask {
	m := Mask{}
	for _, n := range names {
		m[n] = nil
	}
	return m
}

// Cut returns v, made of map[string]any, []any and leaves, reduced to the mask. An array is cut element by
// element, as the mask has no indexes. A name that v does not have is left out. v itself is not changed.
func (m Mask) Cut(v any) any {
	if m == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(m))
		for name, sub := range m {
			if x, ok := v[name]; ok {
				out[name] = sub.Cut(x)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = m.Cut(x)
		}
		return out
	}
	return v
}

// parser consumes its text from the front.
type parser struct{ s string }

// next consumes c if it is next, and reports whether it was.
func (p *parser) next(c byte) bool {
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

// list parses items with commas between them. It stops at the first character that continues none, which the
// caller expects to be a parenthesis or the end.
func (p *parser) list(schema Schema, depth int) (Mask, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	m, all := Mask{}, false
	for {
		p.s = strings.TrimLeft(p.s, " ")
		name := p.name()
		if name == "*" {
			if p.s != "" && (p.s[0] == '/' || p.s[0] == '(') {
				return nil, fmt.Errorf("a * with something below it")
			}
			all = true
		} else if err := p.item(m, name, schema, depth); err != nil {
			return nil, err
		}
		p.s = strings.TrimLeft(p.s, " ")
		if !p.next(',') {
			break
		}
	}
	if all {
		return nil, nil
	}
	return m, nil
}

// item parses the rest of an item after its name, and adds it to m.
func (p *parser) item(m Mask, name string, schema Schema, depth int) (err error) {
	below, ok := schema[name]
	if any, open := schema["*"]; !ok && open {
		below, ok = any, true
	}
	if name == "" || !ok {
		return fmt.Errorf("invalid field selection %s", name)
	}
	var sub Mask
	switch {
	case p.next('/'):
		if sub, err = p.path(below, depth+1); err != nil {
			return err
		}
	case p.next('('):
		if sub, err = p.list(below, depth+1); err != nil {
			return err
		}
		if !p.next(')') {
			return fmt.Errorf("a parenthesis is not closed")
		}
	}
	if had, twice := m[name]; twice {
		sub = union(had, sub)
	}
	m[name] = sub
	return nil
}

// path parses the one item after a slash.
func (p *parser) path(schema Schema, depth int) (Mask, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	name := p.name()
	if name == "*" {
		return nil, nil
	}
	m := Mask{}
	return m, p.item(m, name, schema, depth)
}

// name consumes the next name, or *, and returns it.
func (p *parser) name() string {
	if p.next('*') {
		return "*"
	}
	n := strings.IndexFunc(p.s, func(r rune) bool { return strings.ContainsRune(",/()* ", r) })
	if n < 0 {
		n = len(p.s)
	}
	name := p.s[:n]
	p.s = p.s[n:]
	return name
}

// union returns the mask of all fields that are in either mask: "owners/me,owners/emailAddress" selects both.
func union(a, b Mask) Mask {
	if a == nil || b == nil {
		return nil
	}
	out := Mask{}
	for _, m := range []Mask{a, b} {
		for name, sub := range m {
			if had, ok := out[name]; ok {
				sub = union(had, sub)
			}
			out[name] = sub
		}
	}
	return out
}
