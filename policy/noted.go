package policy

import (
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// noted returns the clauses on the facts that a storage reports about a file besides its bytes. They are unknown if
// the storage cannot report them; if it can, an absent fact is false.
func (c *Condition) noted() []clause {
	var all []clause
	if c.Starred != nil {
		all = append(all, starred(*c.Starred))
	}
	if len(c.Camera) > 0 {
		all = append(all, camera(c.Camera))
	}
	if len(c.Property) > 0 {
		all = append(all, property(c.Property))
	}
	return all
}

// starred returns a clause on the star. It is unknown if the storage does not report stars.
func starred(want bool) clause {
	star, none := language.Messagef("it has a star"), language.Messagef("it has no star")
	required := none
	if want {
		required = star
	}
	return leaf(required, func(s subject) (truth, language.Message) {
		switch {
		case !s.knows:
			return unknown, language.Messagef("its storage knows no stars")
		case s.Entry.Starred:
			return truthOf(want), star
		}
		return truthOf(!want), none
	})
}

// camera returns a clause on make and model. Case is ignored, because makers write their names in both.
func camera(globs either[string]) clause {
	text := language.Messagef("the camera that took it matches %s", globs)
	return leaf(text, func(s subject) (truth, language.Message) {
		took := strings.ToLower(s.Entry.Camera)
		switch i := slices.IndexFunc(globs, func(g string) bool { return glob.MatchText(strings.ToLower(g), took) }); {
		case !s.knows:
			return unknown, language.Messagef("its storage does not say which camera took it")
		case took == "":
			return no, language.Messagef("its storage says that no camera took it")
		case i >= 0:
			return yes, language.Messagef("the camera that took it matches %q", globs[i])
		}
		return no, language.Messagef("the camera that took it does not match %s", globs)
	})
}

// property returns a clause on the properties that programs set, key=value.
func property(globs either[string]) clause {
	return leaf(language.Messagef("a property of it matches %s", globs), func(s subject) (truth, language.Message) {
		if !s.knows {
			return unknown, language.Messagef("its storage keeps no properties")
		}
		for line := range strings.Lines(s.Entry.Properties) {
			if i := slices.IndexFunc(globs,
				func(g string) bool { return glob.MatchText(g, strings.TrimSuffix(line, "\n")) }); i >= 0 {
				return yes, language.Messagef("a property of it matches %q", globs[i])
			}
		}
		return no, language.Messagef("no property of it matches %s", globs)
	})
}
