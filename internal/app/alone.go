package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/policy"
)

// alone returns a *UsageError if another storage of the policy has files of this one: of the same account, in one of
// its folders. Only one storage's rules can be meant for them. The policy's own accounts were checked when it was
// read; the accounts of the other storages are in the sign-ins. An undo needs no rules, so it is not checked. home is
// the user's own folder in their team's space, "" if the account has none.
func (o Options) alone(paths Paths, p *policy.Policy, name, accountID, home string) error {
	if o.Scopes != nil {
		return nil
	}
	store := paths.SignIns(o.Getenv)
	st, _ := p.Storage(name)
	for _, other := range slices.Sorted(maps.Keys(p.Storages)) {
		its := p.Storages[other]
		if other == name || its.Type != st.Type {
			continue
		}
		owner, err := ownerOf(store, other)
		if err != nil {
			return err
		}
		for _, root := range st.Roots {
			here := fromTop(st, root, home)
			i := slices.IndexFunc(its.Roots, func(r string) bool {
				there := fromTop(its, r, home)
				return atOrBelow(there, here) || atOrBelow(here, there)
			})
			if i >= 0 && owner.ID == accountID {
				return &UsageError{
					fmt.Errorf("root %q of %s overlaps root %q of %s: both are %s's",
						root, name, its.Roots[i], other, owner.Email),
					"name each folder of an account once; use path: in a rule to limit it to a part",
				}
			}
		}
	}
	return nil
}

// ownerOf returns the account that a storage belongs to, the zero Account if there was no sign-in. A sign-in that is a
// credential of systemd's may be the only trace of it.
func ownerOf(store oauth.Store, storage string) (oauth.Account, error) {
	owner, err := store.Pinned(storage)
	if err != nil || owner.ID != "" {
		return owner, err
	}
	g, err := store.Load(storage)
	if err != nil { // it cannot be swept either
		return oauth.Account{}, nil
	}
	return g.Account, nil
}

// fromTop returns a root as a path that can be compared with those of other storages of the account. In Dropbox "/AI"
// and "/ai" are one folder, and a path begins at the top of the team's space or in the user's own folder.
func fromTop(st policy.Storage, root, home string) string {
	if st.Type != policy.Dropbox {
		return root
	}
	if !st.TeamSpace {
		root = strings.TrimSuffix(home, "/") + root
	}
	return strings.ToLower(root)
}

// atOrBelow reports whether a path is the folder or below it. A slash at the end of either has no meaning. It compares
// text only: both are clean and, for folders of this machine, without links.
func atOrBelow(p, folder string) bool {
	p, folder = strings.TrimSuffix(p, "/"), strings.TrimSuffix(folder, "/")
	return p == folder || strings.HasPrefix(p, folder+"/")
}
