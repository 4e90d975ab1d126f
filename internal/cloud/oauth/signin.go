package oauth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/secret"
)

// Request is one sign-in of a user.
type Request struct {
	Storage string // for hints
	Service Service
	Client  Client
	Scopes  []string
	Account string  // the address or id that the policy names; "": any
	Pinned  Account // the account of the storage; the zero Account: not yet known

	// Show leads the user to the consent page. start is an address of this machine that redirects there, once, and is
	// not secret; consent is the page's own address.
	Show func(start, consent string) error

	// Paste, if not nil, is for a machine without a browser: start is "" then, and Paste returns the text that the
	// user copied out of the browser of another machine.
	Paste func(ctx context.Context) (string, error)
}

// SignIn lets a user give access, and returns the grant. ErrDeclined, ErrFewerScopes, ErrOtherAccount, ErrClient and
// ErrPasted distinguish the failures; a grant of the wrong account is revoked.
func SignIn(ctx context.Context, n Net, r Request) (Grant, error) {
	state := secret.New(oauth2.GenerateVerifier()) // 256 random bits
	verifier := oauth2.GenerateVerifier()
	code, redirect, err := r.ask(ctx, n, state, verifier)
	if err != nil {
		return Grant{}, err
	}
	cctx, cfg := n.config(ctx, r.Service, r.Client, redirect, r.Scopes)
	t, err := cfg.Exchange(cctx, code.Reveal(), oauth2.VerifierOption(verifier))
	if err != nil {
		return Grant{}, exchangeRefusal(r, err)
	}
	g := Grant{
		Service: r.Service.Name, ClientID: r.Client.ID, Scopes: r.Scopes, Refresh: secret.New(t.RefreshToken),
		Access: n.Access(t), Given: n.Now(),
	}
	if given, ok := t.Extra("scope").(string); ok { // absent: as asked (RFC 6749, section 5.1)
		g.Scopes = strings.Fields(given)
	}
	if g.Refresh.Empty() {
		return Grant{}, &Error{
			Kind: ErrDeclined, Hint: "start again: sweepd login " + r.Storage,
			Err: errors.New("the service granted access for one hour only"),
		}
	}
	if err := r.Service.Allows(r.Storage, g.Scopes, r.Scopes); err != nil {
		return Grant{}, err
	}
	return r.identify(ctx, n, g)
}

// ask leads the user to the consent page and waits for the code. With Paste it opens no port; else the redirect
// is a port that it listens on before the page is shown, so that the answer cannot arrive too early.
func (r Request) ask(
	ctx context.Context, n Net, state secret.Text, verifier string,
) (code secret.Text, redirect string, err error) {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for k, v := range r.Service.Params {
		options = append(options, oauth2.SetAuthURLParam(k, v))
	}
	if r.Paste != nil {
		if redirect, err = nowhere(ctx, r.Service.Callback); err != nil {
			return code, "", err
		}
		_, cfg := n.config(ctx, r.Service, r.Client, redirect, r.Scopes)
		if err := r.Show("", cfg.AuthCodeURL(state.Reveal(), options...)); err != nil {
			return code, "", err
		}
		text, err := r.Paste(ctx)
		if err != nil {
			return code, "", err
		}
		code, err = pasted(text, state)
		return code, redirect, err
	}
	c, redirect, err := listen(ctx, r.Service.Callback, state)
	if err != nil {
		return code, "", &Error{
			Kind: ErrPort,
			Hint: "end the program that uses the port, or sign in without it: sweepd login --no-browser " + r.Storage,
			Err:  err,
		}
	}
	_, cfg := n.config(ctx, r.Service, r.Client, redirect, r.Scopes)
	c.consent = cfg.AuthCodeURL(state.Reveal(), options...)
	if err := r.Show(redirect, c.consent); err != nil {
		return code, "", errors.Join(err, c.listener.Close())
	}
	code, err = c.wait(ctx)
	return code, redirect, err
}

// nowhere returns a loopback address on which no program listens: the browser shows it, with the code in it, but
// cannot open it. If the service accepts only one address, it is that one, even if a program listens on it on the
// other machine.
func nowhere(ctx context.Context, at string) (string, error) {
	if at != "" {
		return "http://" + at + "/", nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", anyPort)
	if err != nil {
		return "", err
	}
	return "http://" + l.Addr().String() + "/", l.Close()
}

// exchangeRefusal returns the error for a refused code: a code is valid only for this sign-in, and only once.
func exchangeRefusal(r Request, err error) error {
	err = Refusal(r.Storage, r.Service, err)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == ErrSignInAgain {
		return &Error{
			Kind: ErrPasted, Hint: "a code is valid once and for a few minutes; start again: sweepd login " +
				r.Storage, Err: e.Err,
		}
	}
	return err
}

// identify asks for the account of the grant, and revokes a grant of the wrong account.
func (r Request) identify(ctx context.Context, n Net, g Grant) (Grant, error) {
	tokens := NewSource(n.Now, g.Access, func(context.Context, Access, secret.Text) (Access, error) {
		return Access{}, &Error{
			Kind: ErrDeclined, Err: errors.New("the service refuses the token that it has just given"),
		}
	})
	who, err := r.Service.Whoami(ctx, n.signed(r.Service, tokens))
	if err != nil {
		return Grant{}, fmt.Errorf("ask whose account it is: %w", err)
	}
	if who.ID == "" {
		return Grant{}, errors.New("the service does not report the account")
	}
	g.Account, g.Access.Verified = who, true
	err = agrees(r.Storage, who, r.Account)
	if r.Pinned.ID != "" && r.Pinned.ID != who.ID {
		err = Other(r.Storage, who, r.Pinned)
	}
	if err != nil {
		if failed := Revoke(ctx, r.Service, n, g); failed != nil {
			err = fmt.Errorf("%w; access was not revoked: %w", err, failed)
		}
		return Grant{}, err
	}
	return g, nil
}
