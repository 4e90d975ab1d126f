package drivesim

import (
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long a code can be exchanged.
const codeLife = 10 * time.Minute

// code is the code that the browser returns to the client. It can be exchanged once, by the same client, with the
// same redirect, within codeLife of grant.at.
type code struct {
	grant     *grant
	redirect  string
	challenge string // PKCE, S256; "": none was given
	offline   bool   // a refresh token too
}

// consentPage asks the person, who does not have to type anything.
const consentPage = `<!doctype html><meta charset="utf-8"><title>Sign in (rehearsal)</title>
<h1>This is a rehearsal: no Google account is involved</h1>
<p>{{.Client}} wants to:</p><ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<form method="post">{{range .Accounts}}
<p><button name="account" value="{{.}}">Continue as {{.}}</button></p>{{end}}
<p><button name="deny" value="1">Cancel</button></p></form>
`

// ask is the request with which the client sent the person's browser here. scopes are whole.
type ask struct {
	client, redirect, state, challenge string
	scopes                             []string
	offline                            bool
}

// serveConsent serves accounts.google.com/o/oauth2/v2/auth. GET shows the page. POST with account=ADDRESS allows the
// access, with deny=1 refuses it, and redirects the browser back. scope=... in the POST grants fewer scopes than were
// asked for.
func (d *Drive) serveConsent(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/o/oauth2/v2/auth" && r.URL.Path != "/o/oauth2/auth" {
		http.NotFound(w, r)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a, why := d.asked(r.URL.Query())
	if why != "" {
		http.Error(w, "Error 400: "+why, http.StatusBadRequest)
		return
	}
	switch r.Method {
	case http.MethodGet:
		d.showConsent(w, a)
	case http.MethodPost:
		d.decide(w, r, a)
	default:
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
	}
}

// asked reads the parameters; why is not "" if they are invalid:
// https://developers.google.com/identity/protocols/oauth2/native-app#step-2:-send-a-request-to-googles-oauth-2.0-server
func (d *Drive) asked(q url.Values) (a ask, why string) {
	a = ask{
		q.Get("client_id"), q.Get("redirect_uri"), q.Get("state"), q.Get("code_challenge"),
		strings.Fields(q.Get("scope")), q.Get("access_type") == "offline",
	}
	_, known := d.auth.clients[a.client]
	method := q.Get("code_challenge_method")
	switch {
	case !known:
		return a, "invalid_client"
	case q.Get("response_type") != "code":
		return a, "unsupported_response_type"
	case !loopback(a.redirect):
		return a, "redirect_uri_mismatch"
	case len(a.scopes) == 0:
		return a, "invalid_scope"
	case a.challenge != "" && method != "S256", a.challenge == "" && method != "":
		return a, "invalid_request: code_challenge_method must be S256"
	case a.challenge != "" && len(a.challenge) != 43:
		return a, "invalid_request: code_challenge must be 43 characters"
	}
	return a, ""
}

// loopback reports whether a desktop client may have that redirect: http to localhost or a loopback address, at
// any port and path.
func loopback(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// showConsent sends the page with a button for each account. The caller holds the lock.
func (d *Drive) showConsent(w http.ResponseWriter, a ask) {
	page := struct {
		Client           string
		Scopes, Accounts []string
	}{Client: a.client, Scopes: a.scopes}
	for _, acct := range d.accounts {
		page.Accounts = append(page.Accounts, acct.email)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Frame-Options", "DENY")
	_ = template.Must(template.New("").Parse(consentPage)).Execute(w, page)
}

// decide redirects the browser back with the person's answer: code, scope and state, or error=access_denied and
// state. An account that does not exist counts as a refusal. Scopes that were not asked for cannot be added in
// the form.
func (d *Drive) decide(w http.ResponseWriter, r *http.Request, a ask) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "Error 400", http.StatusBadRequest)
		return
	}
	to, _ := url.Parse(a.redirect)
	q := to.Query()
	q.Set("state", a.state)
	acct := d.accountOf(r.PostForm.Get("account"))
	if r.PostForm.Get("deny") != "" || acct == nil {
		q.Set("error", "access_denied")
	} else {
		scopes := a.scopes
		if less, ok := r.PostForm["scope"]; ok {
			scopes = slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !slices.Contains(less, s) })
		}
		key := d.secret("4/0")
		g := &grant{a: acct, client: a.client, scopes: scopes, at: d.now()}
		d.auth.codes[key] = &code{grant: g, redirect: a.redirect, challenge: a.challenge, offline: a.offline}
		q.Set("code", key)
		q.Set("scope", strings.Join(scopes, " "))
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}
