package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sweepd/internal/dropbox"
	"sweepd/internal/google"
	"sweepd/internal/signin"
	"sweepd/policy"
)

// SignIns keeps what people gave sweepd access to, beside the journal.
func (p Paths) SignIns(getenv func(string) string) signin.Store {
	return signin.Store{Dir: filepath.Join(p.State, "signin"), Credentials: getenv("CREDENTIALS_DIRECTORY")}
}

// google says how to reach the account of a storage of the policy, to use it so.
func (o Options) google(p Paths, name string, st policy.Storage, use google.Use) google.Options {
	return google.Options{
		Storage: name, Use: use, Account: st.Account,
		Client: st.Client, Store: p.SignIns(o.Getenv),
		ServiceAccount: st.ServiceAccount, Impersonate: st.Impersonate,
		Net: o.net(),
	}
}

// net is how calls to a cloud are made.
func (o Options) net() signin.Net { return signin.Net{Now: o.Now, Log: o.Log} }

// useOf is what an account has to allow for what the policy asks.
func useOf(a policy.Access) google.Use {
	return map[policy.Access]google.Use{policy.AccessScan: google.Look, policy.AccessTrash: google.Trash, policy.AccessPurge: google.Purge}[a]
}

// account is a storage of the policy that is somebody's account.
type account struct {
	paths   Paths
	policy  *policy.Policy
	name    string
	storage policy.Storage
}

// account finds the policy's storage of that name.
func (o Options) account(name string) (a account, err error) {
	if a.paths, err = FindPaths(o.Getenv); err != nil {
		return a, err
	}
	x := &App{o: o, Paths: a.paths}
	if err := x.openPolicy(); err != nil {
		return a, err
	}
	a.policy, a.name = x.Policy, name
	st, known := x.Policy.Storages[name]
	if a.storage = st; known && st.Far() {
		return a, nil
	}
	far := slices.DeleteFunc(slices.Sorted(maps.Keys(x.Policy.Storages)), func(n string) bool { return !x.Policy.Storages[n].Far() })
	hint := "the policy has no account; docs/google-drive.md tells how to add one"
	if len(far) > 0 {
		hint = "the policy's accounts are: " + strings.Join(far, ", ")
	}
	if known {
		return a, &UsageError{fmt.Errorf("storage %s is on this machine: nobody signs in to it", name), hint}
	}
	return a, &UsageError{fmt.Errorf("the policy has no storage %q", name), hint}
}

// Login is one sign-in of a person.
type Login struct {
	Storage string
	Most    *policy.Access // no more than this; nil: what the policy asks for
	Show    func(start, consent string) error
	Paste   func(context.Context) (string, error) // see signin.Request
}

// LogIn has a person give access to the account of a storage, and keeps it. The
// use is what was given.
func LogIn(ctx context.Context, o Options, l Login) (g signin.Grant, use fmt.Stringer, err error) {
	a, err := o.account(l.Storage)
	if err != nil {
		return g, use, err
	}
	if a.storage.ServiceAccount != "" {
		return g, use, &UsageError{fmt.Errorf("storage %s is reached by the key of a service account: nobody signs in to it", a.name), "to see whether it works: sweepd doctor " + a.name}
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
	g, err = signin.SignIn(ctx, o.net(), r)
	if err == nil {
		err = store.Save(a.name, g)
	}
	return g, use, err
}

// request says which service is asked, for which client, for how much: for what the
// policy asks, but no more than most, if that is given.
func (a account) request(store signin.Store, most *policy.Access) (r signin.Request, use fmt.Stringer, err error) {
	access := a.policy.Access(a.name)
	if most != nil {
		access = *most
	}
	if a.storage.Type == policy.Dropbox {
		use := dropboxUse(access)
		r.Service, r.Scopes = dropbox.Service(a.storage.Member), use.Scopes(a.storage.Member)
		r.Client, err = dropbox.Client(a.storage.AppKey)
		return r, use, err
	}
	drive := useOf(access)
	if most == nil && access > policy.AccessScan {
		drive = google.Purge // trashes too; that drive.metadata does is written, and was never seen
	}
	r.Service, r.Scopes = google.Service(), drive.Scopes()
	r.Client, err = google.ReadClient(store.ReadPrivate, a.storage.Client)
	return r, drive, err
}

// LogOut gives the access to a storage's account back and forgets it; with
// forget also whose account the storage is. Where the service cannot be asked,
// nothing is forgotten, unless anyway.
func LogOut(ctx context.Context, o Options, storage string, forget, anyway bool) (g signin.Grant, err error) {
	a, err := o.account(storage)
	if err != nil {
		return g, err
	}
	store := a.paths.SignIns(o.Getenv)
	g, err = store.Load(storage)
	signedOut := errors.Is(err, signin.ErrNotSignedIn) && forget
	if err == nil {
		service := google.Service()
		if a.storage.Type == policy.Dropbox {
			service = dropbox.Service(a.storage.Member)
		}
		err = signin.Revoke(ctx, service, o.net(), g)
	}
	if err != nil && !signedOut && !anyway {
		return g, err
	}
	if err := store.Delete(storage); err != nil {
		return g, err
	}
	if forget {
		return g, store.Unpin(storage)
	}
	return g, nil
}
