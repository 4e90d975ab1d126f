package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// Protection is a pattern that keeps local files from being deleted.
type Protection struct {
	Rule    string // the rule with the condition, or
	Storage string // the storage with the exclude
	Pattern string

	// Matches reports whether the pattern protects the file at path. root is the storage's root; path is the whole
	// path without symbolic links.
	Matches func(root, path string) bool
}

// String returns the place of the pattern in the policy.
func (x Protection) String() string { return x.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (x Protection) In(p language.Printer) string {
	if x.Rule != "" {
		return p.Sprintf("rule %q, path %q", x.Rule, x.Pattern)
	}
	return p.Sprintf("storage %s, exclude %q", x.Storage, x.Pattern)
}

// Protections returns the patterns that protect files of this machine: exclude of local storages, path in rules that
// keep or review, and path below not in rules that trash.
func (p *Policy) Protections() (all []Protection) {
	locals := slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)),
		func(name string) bool { return p.Storages[name].Remote() })
	for _, name := range locals {
		roots := p.RealRoots(name)
		for _, pattern := range p.Storages[name].Exclude {
			// Each pattern is tried alone, so that a message can name it.
			only := Storage{Exclude: []string{pattern}}
			all = append(all, Protection{Storage: name, Pattern: pattern, Matches: func(root, file string) bool {
				return slices.Contains(roots, root) && within(file, root) && only.Excludes(cut(file, root))
			}})
		}
	}
	for _, r := range p.Rules {
		if !slices.ContainsFunc(locals, r.about) {
			continue
		}
		for _, pattern := range r.protecting() {
			all = append(all, Protection{Rule: r.Name, Pattern: pattern, Matches: func(_, file string) bool {
				s := subject{names: p.names(file), forms: p.forms}
				return slices.ContainsFunc(glob.WithFolder(pattern), s.isAt)
			}})
		}
	}
	return all
}

// cut returns the path of a file below the root.
func cut(file, root string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, root), "/")
}

// within reports whether a path is root or below it. Both are clean.
func within(p, root string) bool {
	return p == root || root == "/" || strings.HasPrefix(p, root+"/")
}
