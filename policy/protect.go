package policy

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// protects returns the patterns that g stands for in a condition that protects files. A pattern that names a folder,
// with or without a slash at its end, also protects all files in it. A lone * after the last slash names files.
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

// widened returns the condition with its path patterns adapted to a rule that protects files or lets them go.
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

// protecting returns the path patterns that protect files, as written.
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
	Rule    string // the rule with the condition, or
	Storage string // the storage with the exclude
	Pattern string

	// Matches reports whether the pattern protects the file at path. root is the storage's root; path is the whole
	// path without symbolic links.
	Matches func(root, path string) bool
}

// String returns the place of the pattern in the policy.
func (x Protection) String() string {
	if x.Rule != "" {
		return fmt.Sprintf("rule %q, path %q", x.Rule, x.Pattern)
	}
	return fmt.Sprintf("storage %s, exclude %q", x.Storage, x.Pattern)
}

// Protections returns the patterns that protect files of this machine: exclude of local storages, path in rules that
// keep or review, and path below not in rules that trash.
func (p *Policy) Protections() (all []Protection) {
	locals := slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)),
		func(name string) bool { return p.Storages[name].Remote() })
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
