package googleaccount

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

// key is the key of a service account that acts for a user of its Workspace domain (domain-wide delegation).
type key struct {
	storage string
	config  *jwt.Config
	net     oauth.Net
}

// readKey reads the service account's key file, to sign in with the scopes. It returns oauth.ErrClient for a file that
// is no key, for a token address other than Google's, to which the key would be used to sign in, and if no user is
// named: a service account's own Drive has nothing to sweep.
func (o Options) readKey(scopes []string) (*key, error) {
	path := o.ServiceAccount
	b, err := o.Store.ReadPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read the service account's key: %w", err)
	}
	cfg, err := google.JWTConfigFromJSON(b, scopes...)
	if err != nil {
		return nil, &oauth.Error{
			Kind: oauth.ErrClient,
			Hint: "download a key of the type JSON for the service account: docs/google-drive.md",
			Err:  fmt.Errorf("%s is no key of a service account", path),
		}
	}
	if cfg.TokenURL != google.JWTTokenURL {
		return nil, &oauth.Error{
			Kind: oauth.ErrClient, Err: fmt.Errorf("%s names an address that is not Google's", path),
		}
	}
	if o.Impersonate == "" {
		return nil, &oauth.Error{
			Kind: oauth.ErrClient, Hint: "impersonate: somebody@your.domain",
			Err: errors.New("a service account has no files of its own to sweep"),
		}
	}
	cfg.Subject = o.Impersonate
	return &key{o.Storage, cfg, o.Net}, nil
}

// get returns a new access token, for a oauth.Source. The signed assertion is sent as a call that may be
// repeated: two of them give two tokens and change nothing else.
func (k *key) get(ctx context.Context, _ oauth.Access, _ secret.Text) (oauth.Access, error) {
	c := k.net.Plain()
	c.Transport = bound{cloudhttp.Reading(ctx), c.Transport} // jwt calls without a context
	t, err := k.config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, c)).Token()
	switch {
	case err == nil:
		seconds, _ := t.Extra("expires_in").(float64)
		t.ExpiresIn = int64(seconds)
		return k.net.Access(t), nil
	case ctx.Err() != nil:
		return oauth.Access{}, ctx.Err() // jwt wraps no error
	}
	err = oauth.Refusal(k.storage, Service(), err)
	if e, ok := errors.AsType[*oauth.Error](err); ok {
		e.Hint = "may the service account act for " + k.config.Subject + "? see \"Workspace\" in docs/google-drive.md"
	}
	return oauth.Access{}, err
}

// bound makes every call end when ctx ends.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.base.RoundTrip(r.WithContext(b.ctx))
}
