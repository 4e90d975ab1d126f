package dropboxaccount

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// Options define how to reach an account, with the user's own app and the grant that they gave to it.
type Options struct {
	Storage string // its name in the policy
	// Account is the address that the policy names; "": the account that signed in.
	Account string
	Use     Use     // what the account must allow
	Rate    float64 // the most calls a second; 0: cloudhttp's

	AppKey string      // of the user's own app; it is not a secret
	Member string      // with a team's app: the member that it acts as ("dbmid:...")
	Store  oauth.Store // the grant to the app

	// Fleet is the name of the fleet that the account is of, whose grant is used for all its members. Account is then
	// required; Member may be empty.
	Fleet string

	Net oauth.Net
}

// Connection is an account that can be used.
type Connection struct {
	HTTP      *http.Client // sends the account's token, to Dropbox alone, by Transport
	Notify    *http.Client // sends no token, and waits long: for list_folder/longpoll
	Transport *cloudhttp.Transport
	Account   oauth.Account
	Scopes    []string
	Uses      Use    // the most that the scopes allow
	Member    string // the member that a team's app acts as
}

// Connect opens an account and checks that it is the one that signed in, and the one that the policy names. It
// calls Dropbox only if it has a new access token, by one users/get_current_account.
//
// Errors are of the kinds of package oauth: ErrNotSignedIn, ErrSignInAgain, ErrOtherAccount, ErrFewerScopes,
// ErrClient, ErrExposed; or cloudhttp's. None of them means anything about the files.
func Connect(ctx context.Context, o Options) (*Connection, error) {
	if o.Fleet != "" {
		return connectMember(ctx, o)
	}
	client, err := Client(o.AppKey)
	if err != nil {
		return nil, err
	}
	opened, err := oauth.Open(o.Store, o.Storage, Service(o.Member), client, o.Net, o.Use.Scopes(o.Member))
	if err != nil {
		return nil, err
	}
	c := Over(opened.Tokens, o)
	if err := opened.Verify(ctx, c.HTTP, o.Account); err != nil {
		return nil, err
	}
	c.Account, c.Scopes = opened.Grant.Account, opened.Grant.Scopes
	c.Uses, _ = Uses(c.Scopes, o.Member)
	c.Member = o.Member
	return c, nil
}

// Client returns the user's own app. oauth.ErrClient: there is none.
func Client(appKey string) (oauth.Client, error) {
	if appKey == "" {
		return oauth.Client{}, &oauth.Error{
			Kind: oauth.ErrClient,
			Hint: "name the key of your own Dropbox app as app_key: in the policy; docs/dropbox.md tells how to " +
				"make one",
			Err: errors.New("there is none"),
		}
	}
	return oauth.Client{ID: appKey}, nil
}

// longest is how long longpoll may be silent: at most the 480 seconds that are asked for, and "up to 90 seconds of
// random jitter", according to the reference.
const longest = (480 + 90 + 30) * time.Second

// Over returns the connection of an account that tokens sign for; it uses only Rate and Net of o.
func Over(tokens cloudhttp.Tokens, o Options) *Connection {
	signed := cloudhttp.Options{
		Tokens: tokens, Hosts: hosts(), Classify: Classify, Name: Call, Rate: o.Rate,
		Now: o.Net.Now, Sleep: o.Net.Sleep, Log: o.Net.Log, Quota: o.Net.Quota, May: o.Net.May,
	}
	plain := signed
	plain.Tokens, plain.Hosts, plain.Timeout = nil, nil, longest
	t := cloudhttp.New(o.Net.Base, signed)
	return &Connection{
		HTTP:   &http.Client{Transport: t},
		Notify: &http.Client{Transport: cloudhttp.New(o.Net.Base, plain)}, Transport: t,
	}
}
