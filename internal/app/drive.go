package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sweepd/internal/cloud/googleaccount"
	"sweepd/internal/cloud/oauth"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/providers/gdrive"
)

// openDrive opens the Google Drive account that the policy calls name, with the grant that sweepd login stored, and
// returns the paths within which its files may be moved. It returns a *UsageError if there is no sign-in; other
// errors are those of the packages signin and cloudhttp.
func (a *App) openDrive(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	c, err := googleaccount.Connect(ctx, a.o.google(a.Paths, name, st, a.use(name)))
	if errors.Is(err, oauth.ErrNotSignedIn) {
		err = &UsageError{err, googleaccount.Hint(err)}
	}
	if err != nil {
		return nil, nil, err
	}
	if err := a.o.alone(a.Paths, a.Policy, name, c.Account.ID); err != nil {
		return nil, nil, err
	}
	if a.o.Act && a.Policy.Access(name) == policy.AccessPurge && c.Uses < googleaccount.Purge {
		a.o.Log.Warn("purge is disabled there: the sign-in does not allow it", "storage", name)
	}
	d, err := gdrive.Open(ctx, gdrive.Options{
		Client: c.HTTP, Use: c.Uses, Account: c.Account.ID, Now: a.o.Now,
		Roots: st.Roots, Exclude: st.Exclude, SharedDrives: st.SharedDrives, Paths: a.Policy.Paths(name),
	})
	if err != nil {
		return nil, nil, err
	}
	return d, d.Roots(), nil
}

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

// use returns the use that an account has to allow for this App. Looking needs no more than google.Look; a sign-in
// that may trash but not purge may still trash; an undo does not depend on the policy.
func (a *App) use(name string) googleaccount.Use {
	if a.o.Act && (a.o.Scopes != nil || a.Policy.Access(name) > policy.AccessScan) {
		return googleaccount.Trash
	}
	return googleaccount.Look
}
