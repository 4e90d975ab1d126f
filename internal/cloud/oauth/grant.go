package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/secret"
)

// Grant is the access that a person gave: the account, the scopes, the client, and the tokens that prove it.
type Grant struct {
	Service  string
	ClientID string
	Account  Account
	Scopes   []string
	Refresh  secret.Text
	Access   Access    // the last known; may be empty
	Given    time.Time // when the person signed in
}

// Access is a short-lived token.
type Access struct {
	Token    secret.Text
	Expiry   time.Time
	Verified bool // the service confirmed that it is of the grant's account
}

// early is how long before its expiry a token is no longer used, because it must not expire during a call, and clocks
// differ.
const early = time.Minute

// good reports whether a can be sent now.
func (a Access) good(now time.Time) bool {
	return !a.Token.Empty() && now.Add(early).Before(a.Expiry)
}

// kept is the form of a Grant in a file. It is the only type that holds its secrets in plain text.
type kept struct {
	Version  int       `json:"version"` // 1
	Service  string    `json:"service"`
	ClientID string    `json:"client_id"`
	Account  Account   `json:"account"`
	Scopes   []string  `json:"scopes"`
	Refresh  string    `json:"refresh_token"`
	Access   string    `json:"access_token,omitempty"`
	Expiry   time.Time `json:"expiry,omitzero"`
	Verified bool      `json:"verified,omitempty"`
	Given    time.Time `json:"given"`
}

// encode returns g as JSON for a file.
func (g Grant) encode() ([]byte, error) {
	b, err := json.MarshalIndent(kept{
		1, g.Service, g.ClientID, g.Account, g.Scopes, g.Refresh.Reveal(), g.Access.Token.Reveal(),
		g.Access.Expiry.UTC(), g.Access.Verified, g.Given.UTC(),
	}, "", "  ")
	return append(b, '\n'), err
}

// decode parses the output of encode. Its errors quote nothing of it. An unknown field, another version or a
// missing part is an error: a grant that is read in part could be of another account.
func decode(b []byte) (Grant, error) {
	var k kept
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&k); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return Grant{}, fmt.Errorf("no JSON from byte %d on", syntax.Offset)
		}
		return Grant{}, errors.New("not the form of a sign-in")
	}
	if k.Version != 1 {
		return Grant{}, fmt.Errorf("it has version %d", k.Version)
	}
	if k.Refresh == "" || k.ClientID == "" || k.Account.ID == "" || len(k.Scopes) == 0 {
		return Grant{}, errors.New("it is not whole")
	}
	return Grant{
		k.Service, k.ClientID, k.Account, k.Scopes, secret.New(k.Refresh),
		Access{secret.New(k.Access), k.Expiry, k.Verified},
		k.Given,
	}, nil
}
