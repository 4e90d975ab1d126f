package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sweepd/policy"
)

// alone returns a *UsageError if another storage of the policy has files of this one: of the same account, in one of
// its folders. Only one storage's rules can be meant for them. The policy's own accounts were checked when it was
// read; the accounts of the other storages are in the sign-ins. An undo needs no rules, so it is not checked.
func (o Options) alone(paths Paths, p *policy.Policy, name, accountID string) error {
	if o.Scopes != nil {
		return nil
	}
	store, st := paths.SignIns(o.Getenv), p.Storages[name]
	for _, other := range slices.Sorted(maps.Keys(p.Storages)) {
		its := p.Storages[other]
		if other == name || its.Type != st.Type {
			continue
		}
		pin, err := store.Pinned(other)
		if err != nil {
			return err
		}
		for _, root := range st.Roots {
			i := slices.IndexFunc(its.Roots, func(r string) bool { return atOrBelow(r, root) || atOrBelow(root, r) })
			if i >= 0 && pin.ID == accountID {
				return &UsageError{
					fmt.Errorf("root %q of %s overlaps root %q of %s: both are %s's",
						root, name, its.Roots[i], other, pin.Email),
					"name each folder of an account once; use path: in a rule to limit it to a part",
				}
			}
		}
	}
	return nil
}

// atOrBelow reports whether a path is the folder or below it.
func atOrBelow(p, folder string) bool {
	return p == folder || strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/")
}
