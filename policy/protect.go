package policy

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// protects are the patterns that the glob stands for where it protects files: what
// is in a folder too if it names one, with a slash at its end or without. After the
// last slash a lone * names files.
func (g pathGlob) protects() (all []pathGlob) {
	at, folder := g.folder()
	if !folder {
		all = append(all, at)
	}
	if last := path.Base(string(at)); folder || last != "*" && last != "**" {
		all = append(all, at+"/**")
	}
	return all
}

// widened returns the condition for a rule in which a pattern for a path either
// protects files or lets them go.
func (c condition) widened(protects bool) condition {
	if protects && c.Path != nil {
		var all some[pathGlob]
		for _, g := range c.Path {
			all = append(all, g.protects()...)
		}
		c.Path = all
	}
	each := func(of []*condition, protects bool) (all []*condition) {
		for _, n := range of {
			wide := n.widened(protects)
			all = append(all, &wide)
		}
		return all
	}
	c.Any, c.All = each(c.Any, protects), each(c.All, protects)
	if c.Not != nil {
		c.Not = each([]*condition{c.Not}, !protects)[0]
	}
	return c
}

// protecting are the patterns for paths that protect files, as they are written.
func (c *condition) protecting(protects bool) (all []pathGlob) {
	if protects {
		all = slices.Clone([]pathGlob(c.Path))
	}
	for _, n := range append(slices.Clone(c.Any), c.All...) {
		all = append(all, n.protecting(protects)...)
	}
	if c.Not != nil {
		all = append(all, c.Not.protecting(!protects)...)
	}
	return all
}

// Protection is a pattern that keeps local files from being deleted.
type Protection struct {
	Rule    string // whose condition it is, or
	Storage string // whose exclude it is
	Pattern string

	// Matches reports whether it protects what is at a path: below the root, and
	// the whole path without symbolic links.
	Matches func(root, path string) bool
}

// String returns where the pattern is written.
func (x Protection) String() string {
	if x.Rule != "" {
		return fmt.Sprintf("rule %q, path %q", x.Rule, x.Pattern)
	}
	return fmt.Sprintf("storage %s, exclude %q", x.Storage, x.Pattern)
}

// Protections are the patterns that protect files of this machine: exclude of
// local storages, and path in rules that keep or ask, or below not of rules that
// trash.
func (p *Policy) Protections() (all []Protection) {
	locals := slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)), func(name string) bool { return p.Storages[name].Far() })
	for _, name := range locals {
		roots := p.RealRoots(name)
		for _, glob := range p.Storages[name].Exclude {
			only := Storage{Exclude: []string{glob}}
			all = append(all, Protection{Storage: name, Pattern: glob, Matches: func(root, file string) bool {
				return slices.Contains(roots, root) && within(file, root) && only.Excludes(cut(file, root))
			}})
		}
	}
	for _, r := range p.Rules {
		if !slices.ContainsFunc(locals, r.about) {
			continue
		}
		for _, g := range r.protecting {
			all = append(all, Protection{Rule: r.Name, Pattern: string(g), Matches: func(_, file string) bool {
				s := subject{names: p.names(file), forms: p.forms}
				return slices.ContainsFunc(g.protects(), s.isAt)
			}})
		}
	}
	return all
}

// cut returns the path of a file below the root.
func cut(file, root string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, root), "/")
}
