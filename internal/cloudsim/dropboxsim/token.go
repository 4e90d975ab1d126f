package dropboxsim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// tokenPath is the path for tokens: https://www.dropbox.com/developers/documentation/http/documentation#oauth2-token
const tokenPath = "/oauth2/token"

// serveToken serves tokenPath.
func (d *Dropbox) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuseToken(w, http.StatusBadRequest, "invalid_request", "POST only")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxArg)
	if err := r.ParseForm(); err != nil {
		refuseToken(w, http.StatusBadRequest, "invalid_request", "the form cannot be read")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		d.redeem(w, r)
	case "refresh_token":
		d.renew(w, r)
	default:
		refuseToken(w, http.StatusBadRequest, "unsupported_grant_type",
			"grant_type must be authorization_code or refresh_token")
	}
}

// app returns the app that the request names; proven reports whether it has proved its secret. ok is false for an
// unknown app and for a wrong secret; no secret is no error, as an app with PKCE has none.
func (d *Dropbox) app(r *http.Request) (p App, proven, ok bool) {
	key, secret, basic := r.BasicAuth()
	if !basic {
		key, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	p, ok = d.auth.apps[key]
	proven = ok && p.Secret != "" && subtle.ConstantTimeCompare([]byte(p.Secret), []byte(secret)) == 1
	return p, proven, ok && (secret == "" || proven)
}

// redeem exchanges a code, once, for tokens. An app without a secret proves by PKCE that it is the one that
// asked. A wrong redirect or verifier uses the code up too. There is a refresh token only with
// token_access_type=offline.
func (d *Dropbox) redeem(w http.ResponseWriter, r *http.Request) {
	p, proven, ok := d.app(r)
	if !ok {
		refuseToken(w, http.StatusBadRequest, "invalid_client", "Invalid client_id or client_secret")
		return
	}
	key := r.PostForm.Get("code")
	c := d.auth.codes[key]
	delete(d.auth.codes, key)
	verifier := r.PostForm.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case c == nil || c.grant.app != p.Key || d.now()-c.at > codeLife:
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "code doesn't exist or has expired")
		return
	case c.redirect != r.PostForm.Get("redirect_uri"):
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "mismatched redirect uri")
		return
	case c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "invalid code verifier")
		return
	case c.challenge == "" && (!proven || verifier != ""):
		refuseToken(w, http.StatusBadRequest, "invalid_client", "Invalid client_id or client_secret")
		return
	}
	t := d.issue(c.grant, c.grant.scopes)
	if c.offline {
		t.Refresh = d.secret()
		d.auth.refresh[t.Refresh] = c.grant
	}
	d.sendToken(w, t, c.grant)
}

// renew answers a refresh token, which stays valid, with an access token, for fewer scopes if the request names
// some. An unknown or revoked one is 400 invalid_grant.
func (d *Dropbox) renew(w http.ResponseWriter, r *http.Request) {
	p, _, ok := d.app(r)
	g := d.auth.refresh[r.PostForm.Get("refresh_token")]
	switch {
	case !ok:
		refuseToken(w, http.StatusBadRequest, "invalid_client", "Invalid client_id or client_secret")
		return
	case g == nil || g.app != p.Key || g.revoked:
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "refresh token is invalid or revoked")
		return
	}
	asked := strings.Fields(r.PostForm.Get("scope"))
	if slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(g.scopes, s) }) {
		refuseToken(w, http.StatusBadRequest, "invalid_scope", "a scope was not granted")
		return
	}
	if len(asked) == 0 {
		asked = g.scopes
	}
	d.sendToken(w, d.issue(g, asked), g)
}

// sendToken sends tokens in the form of RFC 6749, 5.1, with the account or the team. expires_in is in seconds.
func (d *Dropbox) sendToken(w http.ResponseWriter, t Token, g *grant) {
	out := map[string]any{
		"access_token": t.Access, "expires_in": t.Expires.Unix() - d.now(), "token_type": "bearer",
		"scope": strings.Join(t.Scopes, " "),
	}
	if t.Refresh != "" {
		out["refresh_token"] = t.Refresh
	}
	if g.team != nil {
		out["team_id"] = g.team.ID()
	} else {
		out["uid"], out["account_id"] = strconv.FormatUint(g.a.uid(), 10), g.a.AccountID()
	}
	sendJSON(w, http.StatusOK, out)
}

// refuseToken sends an error in the form of RFC 6749, 5.2.
func refuseToken(w http.ResponseWriter, status int, reason, description string) {
	out := map[string]any{"error": reason}
	if description != "" {
		out["error_description"] = description
	}
	sendJSON(w, status, out)
}
