package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sweepd/internal/secret"
)

// Grant is what a person gave: who, what, to which client, and the tokens that
// prove it.
type Grant struct {
	Service  string
	ClientID string
	Account  Account
	Scopes   []string
	Refresh  secret.Text
	Access   Access    // the last that is known; may be empty
	Given    time.Time // when the person signed in
}

// Access is a token for a short time.
type Access struct {
	Token    secret.Text
	Expiry   time.Time
	Verified bool // the service was asked whose it is, and it is the grant's account
}

// early is how long before its end a token is no longer used: a call under way
// is not to see it end, and clocks differ.
const early = time.Minute

// good reports whether a can be sent now.
func (a Access) good(now time.Time) bool {
	return !a.Token.Empty() && now.Add(early).Before(a.Expiry)
}

// kept is a Grant as it lies in a file. It is the one place where its secrets
// are written out.
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

// encode is g for a file.
func (g Grant) encode() ([]byte, error) {
	b, err := json.MarshalIndent(kept{
		1, g.Service, g.ClientID, g.Account, g.Scopes, g.Refresh.Reveal(), g.Access.Token.Reveal(), g.Access.Expiry.UTC(), g.Access.Verified, g.Given.UTC(),
	}, "", "  ")
	return append(b, '\n'), err
}

// decode reads what encode wrote. Its errors quote nothing of it.
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
		k.Service, k.ClientID, k.Account, k.Scopes, secret.New(k.Refresh), Access{secret.New(k.Access), k.Expiry, k.Verified}, k.Given,
	}, nil
}
