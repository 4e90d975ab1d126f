package drivesim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// testingLife is how long a refresh token is valid while the consent screen of its client is "in testing".
const testingLife = 7 * 24 * time.Hour

// serveToken serves oauth2.googleapis.com: /token and /revoke.
// https://developers.google.com/identity/protocols/oauth2/native-app
func (d *Drive) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuseToken(w, http.StatusBadRequest, "invalid_request", "POST only")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		refuseToken(w, http.StatusBadRequest, "invalid_request", "Bad Request")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.URL.Path {
	case "/token":
		d.giveToken(w, r)
	case "/revoke":
		d.takeToken(w, r)
	default:
		http.NotFound(w, r)
	}
}

// giveToken serves /token by the kind of grant. The caller holds the lock.
func (d *Drive) giveToken(w http.ResponseWriter, r *http.Request) {
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		d.redeem(w, r)
	case "refresh_token":
		d.renew(w, r)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		d.assert(w, r)
	default:
		refuseToken(w, http.StatusBadRequest, "unsupported_grant_type",
			"Invalid grant_type: "+r.PostForm.Get("grant_type"))
	}
}

// client returns the OAuth client that signs the request, "" if it is unknown or its secret is wrong.
func (d *Drive) client(r *http.Request) string {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	want, known := d.auth.clients[id]
	if !known || subtle.ConstantTimeCompare([]byte(want), []byte(secret)) != 1 {
		return ""
	}
	return id
}

// redeem exchanges a code, once, for tokens. Client, redirect and PKCE verifier must be those of the request for
// the code (RFC 7636, 4.6). A wrong one uses the code up too. There is a refresh token only with
// access_type=offline.
func (d *Drive) redeem(w http.ResponseWriter, r *http.Request) {
	client := d.client(r)
	if client == "" {
		refuseToken(w, http.StatusUnauthorized, "invalid_client",
			"The OAuth client was not found or its secret is wrong.")
		return
	}
	key := r.PostForm.Get("code")
	c := d.auth.codes[key]
	delete(d.auth.codes, key)
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case c == nil || c.grant.client != client || d.now().Sub(c.grant.at) > codeLife:
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "Malformed auth code.")
		return
	case c.redirect != r.PostForm.Get("redirect_uri"):
		refuseToken(w, http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request")
		return
	case c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "Invalid code verifier.")
		return
	}
	t := d.issue(c.grant)
	if c.offline {
		t.Refresh = d.secret("1//0")
		d.auth.refresh[t.Refresh] = c.grant
	}
	d.sendToken(w, t)
}

// renew answers a refresh token with an access token. An unknown or revoked one is 400 invalid_grant, which a
// client must not take for a failure that passes. The refresh token stays valid and is not sent again.
func (d *Drive) renew(w http.ResponseWriter, r *http.Request) {
	client := d.client(r)
	g := d.auth.refresh[r.PostForm.Get("refresh_token")]
	switch {
	case client == "":
		refuseToken(w, http.StatusUnauthorized, "invalid_client",
			"The OAuth client was not found or its secret is wrong.")
	case g == nil || g.client != client:
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "Bad Request")
	case g.revoked || d.o.TestingMode && d.now().Sub(g.at) >= testingLife:
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
	default:
		if !narrows(r.PostForm.Get("scope"), g.scopes) {
			refuseToken(w, http.StatusBadRequest, "invalid_scope", "Some requested scopes were not granted.")
			return
		}
		d.sendToken(w, d.issue(g))
	}
}

// narrows reports whether all of the asked scopes were granted.
func narrows(asked string, granted []string) bool {
	return !slices.ContainsFunc(strings.Fields(asked), func(s string) bool { return !slices.Contains(granted, s) })
}

// takeToken revokes the grant of the token, of either kind, and with it all of its tokens. It needs no client
// secret. A token that is unknown or already revoked is 400 invalid_token.
func (d *Drive) takeToken(w http.ResponseWriter, r *http.Request) {
	token := r.Form.Get("token")
	g := d.auth.refresh[token]
	if t, ok := d.auth.access[token]; ok {
		g = t.grant
	}
	if g == nil || g.revoked {
		refuseToken(w, http.StatusBadRequest, "invalid_token", "Token expired or revoked")
		return
	}
	g.revoked = true
	sendJSON(w, http.StatusOK, map[string]any{})
}

// sendToken sends tokens in the form of RFC 6749, 5.1. expires_in is in seconds.
func (d *Drive) sendToken(w http.ResponseWriter, t Token) {
	out := map[string]any{
		"access_token": t.Access, "expires_in": int(t.Expires.Sub(d.now()) / time.Second),
		"scope": strings.Join(t.Scopes, " "), "token_type": "Bearer",
	}
	if t.Refresh != "" {
		out["refresh_token"] = t.Refresh
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
