package app

import (
	"context"
	"errors"

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

// use is what an account has to allow for what is to be done now. To look needs
// no more than that; whoever may trash and not purge may still do the one; and
// an undo is no matter of the policy.
func (a *App) use(name string) google.Use {
	if a.o.Act && (a.o.Scopes != nil || a.Policy.Access(name) > policy.AccessScan) {
		return google.Trash
	}
	return google.Look
}
