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
	return append(described("drive.", "", methods()),
		described("directory.", "admin/directory/v1/", directoryMethods())...)
}

func described(id, path string, methods []method) (all []Described) {
	for _, m := range methods {
		all = append(all, Described{
			id + m.name, m.verb, path + m.path, m.answer, strings.Fields(m.params), strings.Fields(m.scopes), m.upload,
		})
	}
	return all
}
