package cloudstorage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// Exclude are the doublestar patterns for the paths that a listing leaves out. They are compared in Unicode's
// composed form, as policies are.
type Exclude struct {
	Patterns []string
	AnyCase  bool // the service does not distinguish names by case
}

// Valid returns an error that names the first text that is no pattern.
func (x Exclude) Valid() error {
	for _, p := range x.Patterns {
		if !doublestar.ValidatePattern(p) {
			return fmt.Errorf("exclude pattern %q: %w", p, doublestar.ErrBadPattern)
		}
	}
	return nil
}

// Has reports whether a pattern matches the path, which is below a root, or a folder on it.
func (x Exclude) Has(below string) bool {
	for ; below != "." && below != "/"; below = path.Dir(below) {
		if slices.ContainsFunc(x.Patterns, func(glob string) bool { return x.matches(glob, below) }) {
			return true
		}
	}
	return false
}

// matches reports whether the pattern matches the name, in any case if AnyCase is set.
func (x Exclude) matches(glob, name string) bool {
	// Folded also gives the composed form.
	if x.AnyCase {
		return doublestar.MatchUnvalidated(strings.ToLower(glob), Folded(name))
	}
	return doublestar.MatchUnvalidated(glob, norm.NFC.String(name))
}

// Folded maps names that differ only in case or in Unicode's form to one name.
func Folded(name string) string { return strings.ToLower(norm.NFC.String(name)) }
