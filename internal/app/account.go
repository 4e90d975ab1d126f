package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

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
	Most    *google.Use // no more than this; nil: what the policy asks for, by the scope that was seen to do it
	Show    func(start, consent string) error
	Paste   func(context.Context) (string, error) // see signin.Request
}

// LogIn has a person give access to the account of a storage, and keeps it. The
// use is what was given.
func LogIn(ctx context.Context, o Options, l Login) (g signin.Grant, use google.Use, err error) {
	a, err := o.account(l.Storage)
	if err != nil {
		return g, use, err
	}
	if a.storage.ServiceAccount != "" {
		return g, use, &UsageError{fmt.Errorf("storage %s is reached by the key of a service account: nobody signs in to it", a.name), "to see whether it works: sweepd doctor " + a.name}
	}
	store := a.paths.SignIns(o.Getenv)
	client, err := google.ReadClient(store.ReadPrivate, a.storage.Client)
	if err != nil {
		return g, use, err
	}
	pinned, err := store.Pinned(a.name)
	if err != nil {
		return g, use, err
	}
	use = google.Purge // trashes too; that drive.metadata does is written, and was never seen
	if a.policy.Access(a.name) == policy.AccessScan {
		use = google.Look
	}
	if l.Most != nil {
		use = *l.Most
	}
	g, err = signin.SignIn(ctx, o.net(), signin.Request{
		Storage: a.name, Service: google.Service(), Client: client, Scopes: use.Scopes(),
		Account: a.storage.Account, Pinned: pinned, Show: l.Show, Paste: l.Paste,
	})
	if err == nil {
		err = store.Save(a.name, g)
	}
	return g, use, err
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
		err = signin.Revoke(ctx, google.Service(), o.net(), g)
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
