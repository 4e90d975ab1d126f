package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/internal/cloud/oauth"
	"sweepd/internal/secret"
)

// key is the key of a service account that acts for a user of its Workspace domain (domain-wide delegation).
type key struct {
	storage string
	config  *jwt.Config
	net     signin.Net
}

// readKey reads the service account's key file.
func (o Options) readKey() (*key, error) {
	path := o.ServiceAccount
	b, err := o.Store.ReadPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read the service account's key: %w", err)
	}
	cfg, err := google.JWTConfigFromJSON(b, o.Use.Scopes()...)
	if err != nil {
		return nil, &signin.Error{
			Kind: signin.ErrClient,
			Hint: "download a key of the type JSON for the service account: docs/google-drive.md",
			Err:  fmt.Errorf("%s is no key of a service account", path),
		}
	}
	if cfg.TokenURL != google.JWTTokenURL {
		return nil, &signin.Error{
			Kind: signin.ErrClient, Err: fmt.Errorf("%s names an address that is not Google's", path),
		}
	}
	if o.Impersonate == "" {
		return nil, &signin.Error{
			Kind: signin.ErrClient, Hint: "impersonate: somebody@your.domain",
			Err: errors.New("a service account has no files of its own to sweep"),
		}
	}
	cfg.Subject = o.Impersonate
	return &key{o.Storage, cfg, o.Net}, nil
}

// get returns a new access token, for a signin.Source.
func (k *key) get(ctx context.Context, _ signin.Access, _ secret.Text) (signin.Access, error) {
	c := k.net.Plain()
	c.Transport = bound{cloudhttp.Reading(ctx), c.Transport} // jwt calls without a context
	t, err := k.config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, c)).Token()
	switch {
	case err == nil:
		seconds, _ := t.Extra("expires_in").(float64)
		t.ExpiresIn = int64(seconds)
		return k.net.Access(t), nil
	case ctx.Err() != nil:
		return signin.Access{}, ctx.Err() // jwt wraps no error
	}
	err = signin.Refusal(k.storage, Service(), err)
	if e, ok := errors.AsType[*signin.Error](err); ok {
		e.Hint = "may the service account act for " + k.config.Subject + "? see \"Workspace\" in docs/google-drive.md"
	}
	return signin.Access{}, err
}

// bound makes every call end when ctx ends.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.base.RoundTrip(r.WithContext(b.ctx))
}
