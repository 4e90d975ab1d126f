package drivesim

import "strings"

// Described is a line of the table of methods, for comparison.
type Described struct {
	ID, HTTP, Path, Response string
	Parameters, Scopes       []string
	Upload                   bool
}

// Methods is the table.
func Methods() []Described {
	var all []Described
	for _, m := range methods() {
		all = append(all, Described{
			"drive." + m.name, m.verb, m.path, m.answer, strings.Fields(m.params), strings.Fields(m.scopes), m.upload,
		})
	}
	return all
}
