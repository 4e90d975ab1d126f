package app

import (
	"context"
	"errors"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
)

// teamOf returns whom an app acts for: the member of a storage, dropboxaccount.Team or TeamGroup for a fleet, or "".
func teamOf(st policy.Storage) string {
	if st.Group != "" {
		return dropboxaccount.TeamGroup
	}
	if st.IsFleet() || st.Fleet != "" {
		return dropboxaccount.Team
	}
	return st.Member
}

// dropbox returns the options with which the account of a storage of the policy is opened for use. Member is
// empty unless the app is a team's.
func (o Options) dropbox(p Paths, name string, st policy.Storage, use dropboxaccount.Use) dropboxaccount.Options {
	return dropboxaccount.Options{
		Storage: name, Use: use, Account: st.Account, AppKey: st.AppKey, Member: st.Member, Fleet: st.Fleet,
		Store: p.SignIns(o.Getenv), Net: o.netOf(st),
	}
}

// dropboxUse returns the use that an account has to allow for the policy's access.
func dropboxUse(a policy.Access) dropboxaccount.Use {
	return map[policy.Access]dropboxaccount.Use{
		policy.AccessScan:  dropboxaccount.Look,
		policy.AccessTrash: dropboxaccount.Trash,
		policy.AccessPurge: dropboxaccount.Purge,
	}[a]
}

// dropboxDriver returns the driver of a Dropbox account.
func (o Options) dropboxDriver(
	ctx context.Context, c *dropboxaccount.Connection, st policy.Storage,
) (*dropbox.Driver, error) {
	return dropbox.Open(ctx, dropbox.Options{
		Client: c.HTTP, Notify: c.Notify, Use: c.Uses, Account: c.Account.ID, Member: c.Member,
		TeamSpace: st.TeamSpace, Roots: st.Roots, Exclude: st.Exclude, Interest: fingerprint.Interesting, Now: o.Now,
	})
}

// dropboxAlone returns the error of alone for a Dropbox account, whose roots depend on its own folder.
func (o Options) dropboxAlone(
	ctx context.Context, paths Paths, pol *policy.Policy, name string, c *dropboxaccount.Connection,
) error {
	st, _ := pol.Storage(name)
	d, err := o.dropboxDriver(ctx, c, st)
	if err != nil {
		return err
	}
	return errors.Join(o.alone(paths, pol, name, c.Account.ID, d.Home()), d.Close())
}

// openDropbox opens the Dropbox account that the policy calls name. It returns the same values and errors as
// openDrive.
func (a *App) openDropbox(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error) {
	use := dropboxaccount.Look
	if a.use(name) > googleaccount.Look {
		use = dropboxaccount.Trash
	}
	if a.roll != nil && st.Fleet != "" {
		st.Member = a.roll.ids[name]
	}
	c, err := dropboxaccount.Connect(ctx, a.o.dropbox(a.Paths, name, st, use))
	if errors.Is(err, oauth.ErrNotSignedIn) {
		err = &UsageError{err, dropboxaccount.Hint(err)}
	}
	if err != nil {
		return nil, nil, err
	}
	if err := a.same(ctx, name, c.Account); err != nil {
		return nil, nil, err
	}
	if a.o.Act && a.Policy.Access(name) == policy.AccessPurge && c.Uses < dropboxaccount.Purge {
		a.o.Log.Warn("purging is disabled: the sign-in does not allow it",
			"event", "purge_unavailable", "storage", name)
	}
	d, err := a.o.dropboxDriver(ctx, c, st)
	if err != nil {
		return nil, nil, err
	}
	if err := a.o.alone(a.Paths, a.Policy, name, c.Account.ID, d.Home()); err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, d.Roots(), nil
}

// examineDropbox does the same as examineAccount for a Dropbox. The client is an app key, of which there is
// nothing to check on this machine.
func (o Options) examineDropbox(
	ctx context.Context, paths Paths, pol *policy.Policy, name string, yield func(Finding) bool,
) {
	st, _ := pol.Storage(name)
	need := dropboxUse(pol.Access(name))
	if !yield(Finding{Check: "client", State: Well, Text: language.Messagef("the app %s", st.AppKey)}) {
		return
	}
	store := paths.SignIns(o.Getenv)
	g, err := store.Load(name)
	if err != nil {
		hint := language.Verbatim(dropboxaccount.Hint(err))
		yield(Finding{Check: "sign-in", State: Fail, Text: language.Explanation(err), Hint: hint})
		return
	}
	may, _ := dropboxaccount.Uses(g.Scopes, st.Member)
	f := access(name, may, need, int(may), int(need), true)
	err = dropboxaccount.Service(st.Member).Allows(name, g.Scopes, need.Scopes(st.Member))
	if err != nil {
		f = Finding{
			Check: "access",
			State: Fail,
			Text:  language.Messagef("%s; the policy needs: %s", language.Explanation(err), need),
			Hint:  language.Verbatim(dropboxaccount.Hint(err)),
		}
	}
	if !yield(signedIn(g, store, name)) || !yield(f) || err != nil {
		return
	}
	c, err := dropboxaccount.Connect(ctx, o.dropbox(paths, name, st, need))
	var about dropboxaccount.About
	if err == nil {
		about, err = dropboxaccount.AskAbout(ctx, c.HTTP, st.Member)
	}
	if err == nil && about.Account.ID != c.Account.ID {
		err = oauth.Other(name, about.Account, c.Account)
	}
	if err == nil {
		err = o.dropboxAlone(ctx, paths, pol, name, c)
	}
	if err != nil {
		hint := language.Verbatim(hintOf(err))
		yield(Finding{Check: "account", State: Fail, Text: language.Explanation(err), Hint: hint})
		return
	}
	account := language.Verbatim(about.Account.Email + " (" + about.Kind + ")")
	_ = yield(Finding{Check: "account", State: Well, Text: account}) &&
		yield(ticking(about.Date, o.Now())) &&
		yield(dropboxSpace(ctx, c, st.Member))
}

// dropboxSpace returns the finding with the space that is used in the account, or in the team space that it belongs
// to. Deleted files do not count.
func dropboxSpace(ctx context.Context, c *dropboxaccount.Connection, member string) Finding {
	used, all, err := dropboxaccount.AskSpace(ctx, c.HTTP, member)
	if err != nil {
		hint := language.Verbatim(dropboxaccount.Hint(err))
		return Finding{Check: "space", State: Warn, Text: language.Explanation(err), Hint: hint}
	}
	f := Finding{
		Check: "space",
		State: Well,
		Text:  language.Messagef("%s of %s used", language.Size(used), language.Size(all)),
	}
	if used >= all {
		f.State, f.Hint = Warn, language.Messagef("the account is full; undo may have no room")
	}
	return f
}
