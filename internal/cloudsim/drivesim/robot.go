package drivesim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// robot is a service account.
type robot struct {
	email     string
	key       *rsa.PublicKey
	delegated []string // scopes that it may have for the users of no domain
}

// mayHave returns the scopes that the service account may have on behalf of the account.
func (r *robot) mayHave(a *Account) []string {
	if a.domain == nil {
		return r.delegated
	}
	return a.domain.delegated[r.email]
}

// AddServiceAccount adds a service account with its public key. delegated are the scopes, short or whole, that it may
// have on behalf of any account that is in no domain, for worlds that need none. Domain.Delegate is for the others.
func (d *Drive) AddServiceAccount(email string, key *rsa.PublicKey, delegated ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.auth.robots[email] = &robot{email, key, whole(delegated)}
}

// claims are those of an assertion: https://developers.google.com/identity/protocols/oauth2/service-account
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// assert answers a signed assertion that has a subject with an access token. Without a subject, a service account
// would have a Drive of its own, which is not supported. The caller holds the lock.
//
// It refuses, in this order, a wrong signature, another audience, a time that is not now or a life of more than
// an hour, an unknown or suspended subject (all 400 invalid_grant), and a scope that was not delegated (401
// unauthorized_client). There is no refresh token: the client signs another assertion.
func (d *Drive) assert(w http.ResponseWriter, r *http.Request) {
	refuse := func(reason, description string) { refuseToken(w, http.StatusBadRequest, reason, description) }
	c, signed := d.verify(r.PostForm.Get("assertion"))
	switch now := d.now(); {
	case !signed:
		refuse("invalid_grant", "Invalid JWT Signature.")
		return
	case c.Audience != "https://"+tokenHost+"/token":
		refuse("invalid_grant", "Invalid JWT: Failed audience check.")
		return
	case c.Issued > now.Add(time.Minute).Unix() || c.Expires <= now.Unix() || c.Expires-c.Issued > 3600:
		refuse(
			"invalid_grant",
			"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "+
				"iat and exp values in the JWT claim.",
		)
		return
	}
	a := d.accountOf(c.Subject)
	scopes := strings.Fields(c.Scope)
	switch {
	case a == nil || a.suspended:
		refuse("invalid_grant", "Invalid email or User ID")
	case len(scopes) == 0 || !narrows(c.Scope, d.auth.robots[c.Issuer].mayHave(a)):
		refuseToken(
			w, http.StatusUnauthorized, "unauthorized_client",
			"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "+
				"of the scopes requested.",
		)
	default:
		d.sendToken(w, d.issue(&grant{a: a, client: c.Issuer, scopes: scopes, at: d.now()}))
	}
}

// verify checks the signature (RS256) with the key of the service account, and returns the claims. ok is false
// for any other algorithm, so that "none" is never accepted.
func (d *Drive) verify(assertion string) (c claims, ok bool) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return c, false
	}
	var raw [3][]byte
	for i, p := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(strings.TrimRight(p, "=")); err != nil {
			return c, false
		}
	}
	var head struct {
		Alg string `json:"alg"`
	}
	if json.Unmarshal(raw[0], &head) != nil || head.Alg != "RS256" || json.Unmarshal(raw[1], &c) != nil {
		return c, false
	}
	robot := d.auth.robots[c.Issuer]
	if robot == nil {
		return c, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return c, rsa.VerifyPKCS1v15(robot.key, crypto.SHA256, sum[:], raw[2]) == nil
}
