package app

import (
	"context"
	"errors"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
)

// openDrive opens the Google Drive account that the policy calls name, with the grant that sweepd login stored, and
// returns the paths within which its files may be moved. It returns a *UsageError if there is no sign-in, or if another
// storage has files of this one; other errors are those of the packages oauth and cloudhttp. A sign-in that may trash
// but not purge is enough: the policy's purge is then skipped, with a warning in the log.
func (a *App) openDrive(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	c, err := googleaccount.Connect(ctx, a.o.google(a.Paths, name, st, a.use(name)))
	if errors.Is(err, oauth.ErrNotSignedIn) {
		err = &UsageError{err, googleaccount.Hint(err)}
	}
	if err != nil {
		return nil, nil, err
	}
	if err := a.same(ctx, name, c.Account); err != nil {
		return nil, nil, err
	}
	if err := a.o.alone(a.Paths, a.Policy, name, c.Account.ID, ""); err != nil {
		return nil, nil, err
	}
	if a.o.Act && a.Policy.Access(name) == policy.AccessPurge && c.Uses < googleaccount.Purge {
		a.o.Log.Warn("purging is disabled: the sign-in does not allow it",
			"event", "purge_unavailable", "storage", name)
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

// use returns the use that an account has to allow for this App. Looking needs no more than googleaccount.Look; a
// sign-in that may trash but not purge may still trash; an undo does not depend on the policy. A service account asks
// for the same scopes whatever this App does, because an administrator has delegated exactly those of the policy.
func (a *App) use(name string) googleaccount.Use {
	if st, _ := a.Policy.Storage(name); st.ServiceAccount != "" {
		use := useOf(a.Policy.Access(name))
		if a.o.Act && a.o.Scopes != nil {
			use = max(use, googleaccount.Trash)
		}
		return use
	}
	if a.o.Act && (a.o.Scopes != nil || a.Policy.Access(name) > policy.AccessScan) {
		return googleaccount.Trash
	}
	return googleaccount.Look
}
