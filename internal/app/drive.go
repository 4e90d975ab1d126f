package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sweepd/internal/google"
	"sweepd/internal/signin"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/providers/gdrive"
)

// openDrive opens the Google Drive account that the policy calls name, with what
// sweepd login keeps for it, and says inside which paths its files may be moved.
// That nobody has signed in is a *UsageError; what else is wrong with the
// sign-in, or the way there, is an error of package signin, or cloudhttp's.
func (a *App) openDrive(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	c, err := google.Connect(ctx, a.o.google(a.Paths, name, st, a.use(name)))
	if errors.Is(err, signin.ErrNotSignedIn) {
		err = &UsageError{err, google.Hint(err)}
	}
	if err != nil {
		return nil, nil, err
	}
	if err := a.alone(name, st, c.Account.ID); err != nil {
		return nil, nil, err
	}
	if a.o.Act && a.Policy.Access(name) == policy.AccessPurge && c.Uses < google.Purge {
		a.o.log().Warn("nothing is purged there: the sign-in does not allow it", "storage", name)
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

// alone holds that no other storage of the policy has files of this one: those of
// the same account, in one of its folders. Only the rules of one can be meant for
// them. What a policy says of accounts was checked when it was read; whose the
// others are, the sign-ins know. An undo needs no rules.
func (a *App) alone(name string, st policy.Storage, accountID string) error {
	if a.o.Scopes != nil {
		return nil
	}
	store := a.Paths.SignIns(a.o.Getenv)
	for _, other := range slices.Sorted(maps.Keys(a.Policy.Storages)) {
		its := a.Policy.Storages[other]
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
					fmt.Errorf("root %q of %s overlaps root %q of %s: both are %s's", root, name, its.Roots[i], other, pin.Email),
					"name each folder of an account once; rules may say path: where they are for a part of it",
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

// use is what an account has to allow for what is to be done now. To look needs
// no more than that; whoever may trash and not purge may still do the one; and
// an undo is no matter of the policy.
func (a *App) use(name string) google.Use {
	if a.o.Act && (a.o.Scopes != nil || a.Policy.Access(name) > policy.AccessScan) {
		return google.Trash
	}
	return google.Look
}
