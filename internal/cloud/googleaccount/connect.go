package googleaccount

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// Options define how to reach an account: with the user's own client and the grant that they gave to it, or with the
// key of a service account that acts for them.
type Options struct {
	Storage string // its name in the policy
	// Account is the address that the policy names; "": the account that signed in.
	Account string
	Use     Use     // what the account must allow
	Rate    float64 // the most calls a second; 0: cloudhttp's

	Client string      // the file of the OAuth client
	Store  oauth.Store // the grant to it

	ServiceAccount string // the file of a key, instead of Client and Store
	Impersonate    string // with a key: the user's address

	Net oauth.Net
}

// Connection is an account that can be used.
type Connection struct {
	HTTP      *http.Client // sends the account's token, to Google alone, by Transport
	Transport *cloudhttp.Transport
	Account   oauth.Account
	Scopes    []string
	Uses      Use // the most that the scopes allow
}

// Connect opens an account and checks that it is the one that signed in, and the one that the policy names. It
// calls Google only if it has a new access token, by one about.get.
//
// Errors are of the kinds of package oauth: ErrNotSignedIn, ErrSignInAgain, ErrOtherAccount, ErrFewerScopes,
// ErrClient, ErrExposed, ErrDeclined; or cloudhttp's. None of them means anything about the files.
func Connect(ctx context.Context, o Options) (*Connection, error) {
	if o.ServiceAccount != "" {
		return connectByKey(ctx, o)
	}
	if o.Client == "" {
		return nil, &oauth.Error{
			Kind: oauth.ErrClient,
			Hint: "name the file of your own OAuth client as client: in the policy; docs/google-drive.md tells how " +
				"to make one",
			Err: errors.New("there is none"),
		}
	}
	client, err := ReadClient(o.Store.ReadPrivate, o.Client)
	if err != nil {
		return nil, err
	}
	opened, err := oauth.Open(o.Store, o.Storage, Service(), client, o.Net, o.Use.Scopes())
	if err != nil {
		return nil, err
	}
	c := o.connection(opened.Tokens)
	if err := opened.Verify(ctx, c.HTTP, o.Account); err != nil {
		return nil, err
	}
	c.Account, c.Scopes = opened.Grant.Account, opened.Grant.Scopes
	c.Uses, _ = Uses(c.Scopes)
	return c, nil
}

// connectByKey opens the account of a user in the service account's domain. There is no sign-in to compare with,
// so it asks for the account each time, and compares it with both names in the policy and with the account that
// the storage was pinned to at its first use.
func connectByKey(ctx context.Context, o Options) (*Connection, error) {
	k, err := o.readKey(o.Use.Scopes())
	if err != nil {
		return nil, err
	}
	c := o.connection(oauth.NewSource(o.Net.Now, oauth.Access{}, k.get))
	c.Scopes, c.Uses = o.Use.Scopes(), o.Use
	if c.Account, err = whoami(ctx, c.HTTP); err != nil {
		return nil, fmt.Errorf("ask whose account it is: %w", err)
	}
	for _, named := range []string{o.Impersonate, o.Account} {
		if named != "" && !c.Account.Is(named) {
			return nil, &oauth.Error{
				Kind: oauth.ErrOtherAccount,
				Err:  fmt.Errorf("the policy says that %s is %s's, and it is %s's", o.Storage, named, c.Account.Email),
			}
		}
	}
	pinned, err := o.Store.Pinned(o.Storage)
	if err == nil && pinned.ID == "" {
		err = o.Store.Pin(o.Storage, c.Account)
	} else if err == nil && pinned.ID != c.Account.ID {
		err = oauth.Other(o.Storage, c.Account, pinned)
	}
	return c, err
}

// connection returns the connection of an account that tokens sign for.
func (o Options) connection(tokens cloudhttp.Tokens) *Connection {
	t := cloudhttp.New(o.Net.Base, cloudhttp.Options{
		Tokens: tokens, Hosts: Hosts(), Classify: Classify, Name: Call, Rate: o.Rate,
		Now: o.Net.Now, Sleep: o.Net.Sleep, Log: o.Net.Log, Quota: o.Net.Quota, May: o.Net.May,
	})
	return &Connection{HTTP: &http.Client{Transport: t}, Transport: t}
}
