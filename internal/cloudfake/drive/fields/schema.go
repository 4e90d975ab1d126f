package fields

import "strings"

// Schema is a tree of names. A nil Schema is a leaf, one that has the name "*"
// takes any name (a map with keys of the user's).
type Schema map[string]Schema

// Names makes a Schema of a text in the notation of a mask, white space left
// out: "kind,id,owners(displayName,me)".
func Names(s string) Schema {
	all, _ := names(strings.Join(strings.Fields(s), ""))
	return all
}

// names reads up to the parenthesis that closes, and says what follows it.
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

// With is the schema with one more name and what is below it.
func (s Schema) With(name string, below Schema) Schema {
	s[name] = below
	return s
}
