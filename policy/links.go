package policy

import (
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// Link is a root or a pattern of the policy that leads through a symbolic link
// on this machine.
type Link struct {
	Storage string // the storage that has the root; "" for a pattern of a rule
	Written string // as the policy has it, ~ expanded
	Real    string // the same without links
}

// String returns where the link leads, as a sentence without a full stop.
func (l Link) String() string { return l.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (l Link) In(p language.Printer) string {
	if l.Storage == "" {
		return p.Sprintf("pattern %q leads to %q", l.Written, l.Real)
	}
	return p.Sprintf("root %q of %s leads to %q", l.Written, l.Storage, l.Real)
}

// Resolve returns the policy with the symbolic links in its local roots and in
// the literal beginnings of its patterns followed. real returns a path without
// links. A listing names files by their real paths, so Decide compares both
// forms: a pattern matches if either names the file.
func (p *Policy) Resolve(real func(path string) string) *Policy {
	resolved := *p
	resolved.Links = nil
	for name, st := range p.Storages {
		for _, root := range st.Roots {
			if at := real(root); !st.Remote() && at != root {
				resolved.Links = append(resolved.Links, Link{name, root, at})
			}
		}
	}
	for _, r := range p.Rules {
		for _, pattern := range r.paths() {
			if at := glob.Resolve(pattern, real); at != pattern {
				resolved.Links = append(resolved.Links, Link{"", pattern, at})
			}
		}
	}
	// The order of a map varies, and two rules may have the same pattern.
	slices.SortFunc(resolved.Links, func(a, b Link) int {
		return slices.Compare([]string{a.Storage, a.Written}, []string{b.Storage, b.Written})
	})
	resolved.Links = slices.Compact(resolved.Links)
	return &resolved
}

// RealRoots returns the roots of a storage without symbolic links, in the order
// of the policy.
func (p *Policy) RealRoots(storage string) []string {
	roots := slices.Clone(p.Storages[storage].Roots)
	for i, root := range roots {
		if at := slices.IndexFunc(p.Links,
			func(l Link) bool { return l.Storage == storage && l.Written == root }); at >= 0 {
			roots[i] = p.Links[at].Real
		}
	}
	return roots
}

// names returns the paths by which the policy may name a local file: its own,
// and the one below a root as the policy writes it.
func (p *Policy) names(file string) []string {
	names := []string{file}
	for _, l := range p.Links {
		if rest, in := strings.CutPrefix(file, strings.TrimSuffix(l.Real, "/")+"/"); in && l.Storage != "" {
			names = append(names, strings.TrimSuffix(l.Written, "/")+"/"+rest)
		}
	}
	return names
}

// forms returns a pattern as it is written, and resolved where that differs.
func (p *Policy) forms(pattern string) []string {
	forms := []string{pattern}
	for _, l := range p.Links {
		if l.Storage == "" && l.Written == pattern {
			forms = append(forms, l.Real)
		}
	}
	return forms
}
