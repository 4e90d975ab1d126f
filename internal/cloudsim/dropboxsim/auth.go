package dropboxsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// accessLife is how long an access token is valid.
const accessLife = 4 * time.Hour

// The app that every Dropbox knows; AddApp adds others.
const (
	AppKey    = "rehearsalappkey"
	AppSecret = "rehearsalsecret"
)

// scopes are all scopes that an app of one person can have.
var scopes = []string{
	"account_info.read", "account_info.write", "files.metadata.read", "files.metadata.write",
	"files.content.read", "files.content.write",
	"sharing.read", "sharing.write", "file_requests.read", "file_requests.write",
}

// The team scopes. If a sign-in has one of them, it links the app to the whole team, and only an administrator of the
// team can allow it.
const (
	permanentDelete = "files.permanent_delete"
	teamMember      = "team_data.member" // acting as a member, by Dropbox-API-Select-User or Dropbox-API-Select-Admin
	membersRead     = "members.read"     // listing the members
	teamInfoRead    = "team_info.read"   // naming the team
	groupsRead      = "groups.read"      // listing the groups and their members
)

// teamScopes returns all team scopes.
func teamScopes() []string {
	return []string{permanentDelete, teamMember, membersRead, teamInfoRead, groupsRead}
}

// ofTeam reports whether one of the scopes is a team scope.
func ofTeam(scopes []string) bool {
	return slices.ContainsFunc(teamScopes(), func(s string) bool { return slices.Contains(scopes, s) })
}

// App is an app that a developer has registered.
type App struct {
	Key, Secret string
	// Redirects are the addresses to which the browser may be redirected; the service compares them exactly. None is
	// needed if the person copies the code.
	Redirects []string
	// Scopes are those that may be asked for; nil: all that one person can allow.
	Scopes []string
	// Team means that a team's administrator links the app for all members.
	Team bool
}

// auth holds the apps, the codes and the tokens. Tokens are never removed, only revoked or outlived: a client
// must get the refusal that the service gives for an old token.
type auth struct {
	apps    map[string]App
	codes   map[string]*code
	access  map[string]accessToken
	refresh map[string]*grant
	issued  uint64
}

// newAuth returns an auth that knows one app, AppKey, with the redirects that rclone uses.
func newAuth() auth {
	return auth{
		apps: map[string]App{AppKey: {
			Key: AppKey, Secret: AppSecret, Scopes: scopes,
			Redirects: []string{"http://localhost:53682/", "http://127.0.0.1:53682/"},
		}},
		codes: map[string]*code{}, access: map[string]accessToken{}, refresh: map[string]*grant{},
	}
}

// grant is the access that one person, or one team, gave one app. Its tokens share it, so that revoking it
// refuses all of them.
type grant struct {
	a       *Account
	team    *Team // of a team; a is nil
	app     string
	scopes  []string
	revoked bool
}

// accessToken is a token for the API, valid until expires (in Unix seconds) or until its grant is revoked. It may
// have fewer scopes than the grant.
type accessToken struct {
	grant   *grant
	scopes  []string
	expires int64
}

// Token is the set of tokens of a client. Refresh is "" if the client did not ask for offline access, and in the
// answer to a refresh.
type Token struct {
	Access  string
	Refresh string
	Expires time.Time
	Scopes  []string
}

// AddApp adds another app, or replaces the one of that key. It returns an error for an app without a key, and for
// a team scope of an app that is not a team's.
func (d *Dropbox) AddApp(p App) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Scopes == nil {
		p.Scopes = scopes
		if p.Team {
			p.Scopes = slices.Concat(scopes, teamScopes())
		}
	}
	if p.Key == "" || !p.Team && ofTeam(p.Scopes) {
		return fmt.Errorf("there cannot be an app %q: a team scope is for a team's", p.Key)
	}
	d.auth.apps[p.Key] = p
	return nil
}

// Token signs the account in for the app AppKey without a browser, and returns the tokens. No scopes: all that one
// person can allow.
func (a *Account) Token(scope ...string) Token {
	return a.d.sign(&grant{a: a, app: AppKey}, scope, scopes)
}

// Token links the app AppKey to the team, without a browser, and returns the tokens. Their bearer asks for the members,
// and acts for the one that Dropbox-API-Select-User or Dropbox-API-Select-Admin names. No scopes: all that exist.
func (t *Team) Token(scope ...string) Token {
	return t.d.sign(&grant{team: t, app: AppKey}, scope, slices.Concat(scopes, teamScopes()))
}

// sign completes the grant with the scopes (none: all) and returns an access and a refresh token. It takes the
// lock.
func (d *Dropbox) sign(g *grant, scope, all []string) Token {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g.scopes = scope; len(scope) == 0 {
		g.scopes = all
	}
	t := d.issue(g, g.scopes)
	t.Refresh = d.secret()
	d.auth.refresh[t.Refresh] = g
	return t
}

// Revoke revokes all grants of the account: its tokens are refused from then on, as when a person disconnects an app.
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

// issue returns a new access token for g, valid for accessLife from now.
func (d *Dropbox) issue(g *grant, scopes []string) Token {
	expires := d.now() + int64(accessLife/time.Second)
	t := Token{Access: "sl." + d.secret(), Expires: time.Unix(expires, 0).UTC(), Scopes: slices.Clone(scopes)}
	d.auth.access[t.Access] = accessToken{g, t.Scopes, expires}
	return t
}

// secret returns a new token. A reader of this code can predict it, as everything that it protects.
func (d *Dropbox) secret() string {
	d.auth.issued++
	return newID("", 64, d.auth.issued)
}

// signedIn returns the signer of a request to that route. The caller holds the lock.
//
// For notifyHost it is the zero signer, and no error: longpoll takes no token. A missing or malformed header is 400; an
// unknown, revoked or expired token and a missing scope are 401 with the tag in the body. A token of one person is 400
// for a route of a team, and a token of a team for any other route without a member to act for (selected).
func (d *Dropbox) signedIn(r *http.Request, rt *route) (s signer, err error) {
	if rt.host == notifyHost {
		return s, nil
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		return s, badInput(`Must provide HTTP header "Authorization" or URL parameter "authorization".`)
	}
	bearer, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || bearer == "" {
		return s, badInput(`Invalid authorization value in HTTP header "Authorization": expecting "Bearer <token>".`)
	}
	t, known := d.auth.access[bearer]
	switch {
	case !known || t.grant.revoked:
		return s, unauthorized("invalid_access_token")
	case d.now() >= t.expires:
		return s, unauthorized("expired_access_token")
	case rt.team && t.grant.team == nil:
		return s, badInput("This is a DfB team management function.  The OAuth 2 access token you provided is for a " +
			"specific Dropbox user account and does not work with this function.")
	case rt.scope != "" && !slices.Contains(t.scopes, rt.scope):
		return s, missingScope(rt.scope)
	}
	switch s, err = d.selected(r, rt, t); {
	case err != nil:
		return s, err
	case s.a != nil && s.a.suspended:
		return s, unauthorized("user_suspended")
	}
	return s, nil
}

// revokeToken serves auth/token/revoke: it revokes the whole grant of the app.
func revokeToken(c *call) (any, error) {
	if err := c.args(&struct{}{}); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	c.d.auth.access[bearer].grant.revoked = true
	return nil, nil
}
