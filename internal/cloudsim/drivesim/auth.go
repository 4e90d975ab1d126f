package drivesim

import (
	"slices"
	"strings"
	"time"
)

// accessLife is how long an access token is valid.
const accessLife = time.Hour

// auth holds the clients, the codes and the tokens. It is guarded by Drive.mu. Tokens are never removed, only
// revoked or outlived: a client must get the refusal that the service gives for an old token.
type auth struct {
	clients map[string]string // id to secret
	// By the code; an exchange by a known client removes it, whether or not it succeeds.
	codes   map[string]*code
	access  map[string]accessToken
	refresh map[string]*grant
	robots  map[string]*robot // service accounts, by address
	issued  int64
}

// newAuth returns an auth that knows one client, ClientID.
func newAuth() auth {
	return auth{
		clients: map[string]string{ClientID: ClientSecret}, codes: map[string]*code{}, access: map[string]accessToken{},
		refresh: map[string]*grant{}, robots: map[string]*robot{},
	}
}

// The OAuth client that every Drive knows; AddClient adds others.
const (
	ClientID     = "rehearsal.apps.googleusercontent.com"
	ClientSecret = "rehearsal-client-secret"
)

// grant is the access that one person gave one client. Its tokens share it, so that revoking it refuses all of
// them.
type grant struct {
	a       *Account
	client  string
	scopes  []string // whole, with their prefix
	at      time.Time
	revoked bool
}

// accessToken is a token for the API, valid until expires or until its grant is revoked.
type accessToken struct {
	grant   *grant
	scopes  []string
	expires time.Time
}

// Token is the set of tokens of a client. Refresh is "" if the client did not ask for offline access, and in the
// answer to a refresh. Scopes are whole.
type Token struct {
	Access  string
	Refresh string
	Expires time.Time
	Scopes  []string
}

// AddClient adds another OAuth client.
func (d *Drive) AddClient(id, secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.auth.clients[id] = secret
}

// Token signs the account in for the client ClientID without a browser, and returns the tokens. The scopes may be
// short ("drive.readonly"); none: drive.
func (a *Account) Token(scopes ...string) Token {
	if len(scopes) == 0 {
		scopes = []string{"drive"}
	}
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	g := &grant{a: a, client: ClientID, scopes: whole(scopes), at: a.d.now()}
	t := a.d.issue(g)
	t.Refresh = a.d.secret("1//0")
	a.d.auth.refresh[t.Refresh] = g
	return t
}

// whole returns the scopes with their prefix, which short ones do not have.
func whole(scopes []string) []string {
	all := slices.Clone(scopes)
	for i, s := range all {
		if !strings.Contains(s, "/") {
			all[i] = scopePrefix + s
		}
	}
	return all
}

// Revoke revokes all grants of the account: its tokens are refused from then on, as when a person removes an app from
// the account.
func (a *Account) Revoke() {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	for _, t := range a.d.auth.access {
		t.grant.revoked = t.grant.revoked || t.grant.a == a
	}
	for _, g := range a.d.auth.refresh {
		g.revoked = g.revoked || g.a == a
	}
}

// issue returns a new access token for g.
func (d *Drive) issue(g *grant) Token {
	t := Token{Access: d.secret("ya29."), Expires: d.now().Add(accessLife), Scopes: slices.Clone(g.scopes)}
	d.auth.access[t.Access] = accessToken{g, t.Scopes, t.Expires}
	return t
}

// secret returns a new token. A reader of this code can predict it, as everything that it protects.
func (d *Drive) secret(prefix string) string {
	d.auth.issued++
	return newID(prefix, len(prefix)+40, d.auth.issued)
}
