package policy

import (
	"fmt"
	"slices"
	"strings"
)

// noted returns the clauses on the facts that a storage reports about a file besides its bytes. They are unknown if
// the storage cannot report them; if it can, an absent fact is false.
func (c *condition) noted() []clause {
	var all []clause
	if c.Starred != nil {
		all = append(all, starred(bool(*c.Starred)))
	}
	if len(c.Camera) > 0 {
		all = append(all, leaf("the camera that took it matches "+quoted(c.Camera, "or"),
			func(s subject) (truth, string) {
				switch i := slices.IndexFunc(c.Camera, func(g cameraGlob) bool { return g.matches(s.Entry.Camera) }); {
				case !s.knows:
					return unknown, "its storage does not say which camera took it"
				case s.Entry.Camera == "":
					return no, "its storage says that no camera took it"
				case i >= 0:
					return yes, fmt.Sprintf("the camera that took it matches %q", c.Camera[i])
				}
				return no, "the camera that took it does not match " + quoted(c.Camera, "or")
			}))
	}
	if len(c.Property) > 0 {
		all = append(all, leaf("a property of it matches "+quoted(c.Property, "or"), func(s subject) (truth, string) {
			if !s.knows {
				return unknown, "its storage keeps no properties"
			}
			for line := range strings.Lines(s.Entry.Properties) {
				if i := slices.IndexFunc(c.Property,
					func(g propertyGlob) bool { return g.matches(strings.TrimSuffix(line, "\n")) }); i >= 0 {
					return yes, fmt.Sprintf("a property of it matches %q", c.Property[i])
				}
			}
			return no, "no property of it matches " + quoted(c.Property, "or")
		}))
	}
	return all
}

func starred(want bool) clause {
	const star, none = "it has a star", "it has no star"
	clauseText := none
	if want {
		clauseText = star
	}
	return leaf(clauseText, func(s subject) (truth, string) {
		switch {
		case !s.knows:
			return unknown, "its storage knows no stars"
		case s.Entry.Starred:
			return truthOf(want), star
		}
		return truthOf(!want), none
	})
}

// cameraGlob matches make and model of a camera, regardless of case, because makers write their names in both.
type cameraGlob string

func (g *cameraGlob) read(w yamlScalar, _ ParseOptions) error {
	*g = cameraGlob(w.text)
	return validGlob(w.text)
}

func (g cameraGlob) matches(camera string) bool {
	return matchesGlob(slashless(strings.ToLower(string(g))), slashless(strings.ToLower(camera)))
}

// propertyGlob matches a property that a program set on a file: key=value.
type propertyGlob string

func (g *propertyGlob) read(w yamlScalar, _ ParseOptions) error {
	if !strings.Contains(w.text, "=") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: a property is key=value", clip(w.text)),
			Hint:    `write both, as in "album=*"`,
		}
	}
	*g = propertyGlob(w.text)
	return validGlob(w.text)
}

func (g propertyGlob) matches(property string) bool {
	return matchesGlob(slashless(string(g)), slashless(property))
}

// slashless replaces slashes, so that * matches any text.
func slashless(s string) string { return strings.ReplaceAll(s, "/", "\u2215") }
