package fields

import "strings"

// Schema is a tree of names. A nil Schema is a leaf; one that has the name "*" accepts any name (a map with the
// user's keys).
type Schema map[string]Schema

// Names returns a Schema from a text in the notation of a mask, ignoring white space:
// "kind,id,owners(displayName,me)".
func Names(s string) Schema {
	all, _ := names(strings.Join(strings.Fields(s), ""))
	return all
}

// names parses up to the closing parenthesis, and returns the rest of s. It expects a text of this program that
// is right: a wrong one gives a schema that lacks names, which the comparison with the discovery document shows.
func names(s string) (all Schema, rest string) {
	all = Schema{}
	for {
		n := strings.IndexAny(s, ",()")
		if n < 0 {
			if s != "" {
				all[s] = nil
			}
			return all, ""
		}
		name, end := s[:n], s[n]
		s = s[n+1:]
		if end == '(' {
			all[name], s = names(s)
		} else if name != "" {
			all[name] = nil
		}
		if end == ')' {
			return all, s
		}
	}
}

// With adds one name with its schema, and returns the schema.
func (s Schema) With(name string, below Schema) Schema {
	s[name] = below
	return s
}
