package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// SignIns returns the store of the sign-ins, beside the journal.
func (p Paths) SignIns(getenv func(string) string) oauth.Store {
	return oauth.Store{Dir: filepath.Join(p.State, "signin"), Credentials: getenv("CREDENTIALS_DIRECTORY")}
}

// google returns the options with which the account of a storage of the policy is opened for use. The policy has
// either a client, for a sign-in, or a service account.
func (o Options) google(p Paths, name string, st policy.Storage, use googleaccount.Use) googleaccount.Options {
	return googleaccount.Options{
		Storage: name, Use: use, Account: st.Account,
		Client: st.Client, Store: p.SignIns(o.Getenv),
		ServiceAccount: st.ServiceAccount, Impersonate: st.Impersonate,
		Net: o.netOf(st),
	}
}

// net returns the options of calls to a cloud.
func (o Options) net() oauth.Net {
	return oauth.Net{Base: o.Net.Base, Sleep: o.Net.Sleep, Now: o.Now, Log: o.Log}
}

// netOf is net with the quota of a storage's service.
func (o Options) netOf(st policy.Storage) oauth.Net {
	n := o.net()
	n.May = providers.Fenced
	if o.Quota != nil {
		n.Quota = o.Quota(st)
	}
	return n
}

// useOf returns the use that an account has to allow for the policy's access: of a policy that only scans, none
// that could change a file.
func useOf(a policy.Access) googleaccount.Use {
	return map[policy.Access]googleaccount.Use{
		policy.AccessScan:  googleaccount.Look,
		policy.AccessTrash: googleaccount.Trash,
		policy.AccessPurge: googleaccount.Purge,
	}[a]
}

// account is a storage of the policy that is an account of a service, with the policy that it is in: the access
// that a sign-in asks for follows from the rules.
type account struct {
	paths   Paths
	policy  *policy.Policy
	name    string
	storage policy.Storage
}

// account returns the policy's account of that name. It returns a *UsageError if the policy has none.
func (o Options) account(name string) (a account, err error) {
	if a.paths, err = FindPaths(o.Getenv); err != nil {
		return a, err
	}
	if _, a.policy, err = o.openPolicy(a.paths); err != nil {
		return a, err
	}
	a.name = name
	st, known := a.policy.Storage(name)
	if a.storage = st; known && st.Remote() {
		return a, nil
	}
	remote := slices.DeleteFunc(slices.Sorted(maps.Keys(a.policy.Storages)),
		func(n string) bool { return !a.policy.Storages[n].Remote() })
	hint := "the policy has no cloud account; see docs/google-drive.md to add one"
	if len(remote) > 0 {
		hint = "the policy's accounts are: " + strings.Join(remote, ", ")
	}
	if known {
		return a, &UsageError{fmt.Errorf("storage %s is local and needs no sign-in", name), hint}
	}
	return a, &UsageError{fmt.Errorf("the policy has no storage %q", name), hint}
}

// Login is one sign-in of the user. Show and Paste are called by LogIn only, one after the other.
type Login struct {
	Storage string
	Most    *policy.Access // no more than this; nil: as much as the policy asks for
	Show    func(start, consent string) error
	Paste   func(context.Context) (string, error) // see oauth.Request
}

// LogIn lets the user give access to the account of a storage and stores the grant. It returns the grant and the use
// that was granted. It returns a *UsageError for a storage that needs no sign-in, and else the errors of oauth.SignIn.
// A grant that cannot be stored stays valid at the service. The storage is bound to the first account that signs in;
// another one is refused by oauth.Request.Pinned.
func LogIn(ctx context.Context, o Options, l Login) (g oauth.Grant, use fmt.Stringer, err error) {
	a, err := o.account(l.Storage)
	if err != nil {
		return g, use, err
	}
	if a.storage.Fleet != "" {
		return g, use, ofFleet(a.name, a.storage)
	}
	if a.storage.ServiceAccount != "" {
		return g, use, &UsageError{
			fmt.Errorf("storage %s uses a service account key and needs no sign-in", a.name),
			"to test it: sweepd doctor " + a.name,
		}
	}
	store := a.paths.SignIns(o.Getenv)
	r, use, err := a.request(store, l.Most)
	if err != nil {
		return g, use, err
	}
	if r.Pinned, err = store.Pinned(a.name); err != nil {
		return g, use, err
	}
	r.Storage, r.Account, r.Show, r.Paste = a.name, a.storage.Account, l.Show, l.Paste
	g, err = oauth.SignIn(ctx, o.net(), r)
	if err == nil {
		err = store.Save(a.name, g)
	}
	return g, use, err
}

// ofFleet returns the refusal of a sign-in for one account of a fleet.
func ofFleet(name string, st policy.Storage) error {
	return &UsageError{
		fmt.Errorf("%s is an account of %s, which has one access for all", name, st.Fleet),
		"name the fleet: " + st.Fleet,
	}
}

// request returns the request for a sign-in: its service, client and scopes. The access is that of the policy, or
// most if it is not nil.
func (a account) request(store oauth.Store, most *policy.Access) (r oauth.Request, use fmt.Stringer, err error) {
	access := a.policy.Access(a.name)
	if most != nil {
		access = *most
	}
	if a.storage.Type == policy.Dropbox || a.storage.Type == policy.DropboxTeam {
		use, team := dropboxUse(access), teamOf(a.storage)
		r.Service, r.Scopes = dropboxaccount.Service(team), use.Scopes(team)
		r.Client, err = dropboxaccount.Client(a.storage.AppKey)
		return r, use, err
	}
	drive := useOf(access)
	if most == nil && access > policy.AccessScan {
		// it also trashes; drive.metadata is documented to do so, but that was never observed
		drive = googleaccount.Purge
	}
	r.Service, r.Scopes = googleaccount.Service(), drive.Scopes()
	r.Client, err = googleaccount.ReadClient(store.ReadPrivate, a.storage.Client)
	return r, drive, err
}

// LogOut revokes the access to a storage's account and deletes the grant; if forget is set, also the pinned owner of
// the storage. If the access cannot be revoked, nothing is deleted unless anyway is set: the grant is the only means to
// revoke it later. It returns the grant as it was. An account of a fleet has no grant of its own, so only its owner can
// be deleted.
func LogOut(ctx context.Context, o Options, storage string, forget, anyway bool) (g oauth.Grant, err error) {
	a, err := o.account(storage)
	if err != nil {
		return g, err
	}
	store := a.paths.SignIns(o.Getenv)
	if a.storage.Fleet != "" {
		if !forget {
			return g, ofFleet(a.name, a.storage)
		}
		if g.Account, err = store.Pinned(storage); err != nil {
			return g, err
		}
		return g, forgetOwner(ctx, o, a, store)
	}
	g, err = store.Load(storage)
	signedOut := errors.Is(err, oauth.ErrNotSignedIn) && forget
	if err == nil {
		service := googleaccount.Service()
		if a.storage.Type == policy.Dropbox || a.storage.Type == policy.DropboxTeam {
			service = dropboxaccount.Service(teamOf(a.storage))
		}
		err = oauth.Revoke(ctx, service, o.net(), g)
	}
	if err != nil && !signedOut && !anyway {
		return g, err
	}
	if err := store.Delete(storage); err != nil {
		return g, err
	}
	if forget {
		return g, forgetOwner(ctx, o, a, store)
	}
	return g, nil
}

// forgetOwner lets the storage belong to another account, for this machine and for the record of several.
func forgetOwner(ctx context.Context, o Options, a account, store oauth.Store) error {
	err := a.paths.inDatabase(ctx, o.Now, func(j *journal.Journal) error { return j.FreeAccount(ctx, a.name) })
	if err != nil {
		return err
	}
	return store.Unpin(a.name)
}

// same returns an error that wraps oauth.ErrOtherAccount if the storage is of another account by the record of several
// machines. Each machine knows only the accounts that it has opened itself.
func (a *App) same(ctx context.Context, storage string, is oauth.Account) error {
	var of oauth.Account
	var err error
	if of.ID, of.Email, err = a.Journal.BindAccount(ctx, storage, is.ID, is.Email); err != nil {
		return err
	}
	if of.ID != is.ID {
		return oauth.Other(storage, is, of)
	}
	return nil
}
