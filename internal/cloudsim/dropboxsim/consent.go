package dropboxsim

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// codeLife is how many seconds a code can be exchanged.
const codeLife = 10 * 60

// code is the code that the browser returns to the client, or that the person copies.
type code struct {
	grant     *grant
	redirect  string // "": the person copies it
	challenge string // PKCE, S256; "": none was given
	offline   bool   // a refresh token too
	at        int64
}

// consentPage asks the person, who does not have to type anything.
const consentPage = `<!doctype html><meta charset="utf-8"><title>API request authorization (rehearsal)</title>
<h1>This is a rehearsal: no Dropbox account is involved</h1>
<p>{{.App}} wants to:</p><ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<form method="post">{{range .Names}}
<p><button name="account" value="{{.}}">Allow as {{.}}</button></p>{{end}}
<p><button name="deny" value="1">Cancel</button></p></form>
`

// codePage shows the code to a person who copies it.
const codePage = `<!doctype html><meta charset="utf-8"><title>Access code (rehearsal)</title>
<h1>Access code generated</h1><p>Enter this code into the app to finish the process.</p>
<p><input id="auth-code" readonly value="{{.}}" data-token="{{.}}"></p>
`

// ask is the request with which the client sent the person's browser here. scopes are those of the app if the
// request names none.
type ask struct {
	app                        App
	redirect, state, challenge string
	scopes                     []string
	offline                    bool
}

// serveConsent serves www.dropbox.com/oauth2/authorize. GET shows the page. POST with account=ADDRESS (with a team
// scope: the team's name) allows the access, with deny=1 refuses it, and redirects the browser back, or shows the
// code.
func (d *Dropbox) serveConsent(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/oauth2/authorize" {
		http.NotFound(w, r)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a, why := d.consentTo(r.URL.Query())
	switch {
	case why != "":
		http.Error(w, "Error (400) It seems the app you were using submitted a bad request: "+why,
			http.StatusBadRequest)
	case r.Method == http.MethodGet:
		d.showConsent(w, a)
	case r.Method == http.MethodPost:
		d.decide(w, r, a)
	default:
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
	}
}

// consentTo reads the parameters; why is not "" if they are invalid:
// https://www.dropbox.com/developers/documentation/http/documentation#oauth2-authorize
//
// An unregistered redirect is an error on the page and never a redirect: the browser must not be sent to an
// address that the app's developer did not name.
func (d *Dropbox) consentTo(q url.Values) (a ask, why string) {
	a = ask{
		d.auth.apps[q.Get("client_id")], q.Get("redirect_uri"), q.Get("state"), q.Get("code_challenge"),
		strings.Fields(q.Get("scope")), q.Get("token_access_type") == "offline",
	}
	if len(a.scopes) == 0 {
		a.scopes = a.app.Scopes
	}
	method, access := q.Get("code_challenge_method"), q.Get("token_access_type")
	switch {
	case a.app.Key == "":
		return a, "Invalid client_id"
	case q.Get("response_type") != "code":
		return a, "Invalid response_type"
	case a.redirect != "" && !slices.Contains(a.app.Redirects, a.redirect):
		return a, "Invalid redirect_uri: it must exactly match one of the redirect URIs you've pre-configured for " +
			"your app (including the path)"
	case slices.ContainsFunc(a.scopes, func(s string) bool { return !slices.Contains(a.app.Scopes, s) }):
		return a, "Invalid scope: the app is not permitted all of them"
	case access != "" && access != "offline" && access != "online":
		return a, "Invalid token_access_type"
	case a.challenge != "" && method != "S256", a.challenge == "" && method != "":
		return a, "code_challenge_method must be S256"
	case a.challenge != "" && len(a.challenge) != 43:
		return a, "code_challenge must be 43 characters"
	}
	return a, ""
}

// showConsent sends the page with a button for each account; for a team scope, for each team. The caller holds
// the lock.
func (d *Dropbox) showConsent(w http.ResponseWriter, a ask) {
	page := struct {
		App           string
		Scopes, Names []string
	}{App: a.app.Key, Scopes: a.scopes}
	if ofTeam(a.scopes) {
		for _, t := range d.teams {
			page.Names = append(page.Names, t.name)
		}
	} else {
		for _, acct := range d.accounts {
			page.Names = append(page.Names, acct.email)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Frame-Options", "DENY")
	_ = template.Must(template.New("").Parse(consentPage)).Execute(w, page)
}

// allow returns a new code, if there is an account or a team of that name. A code can be exchanged once, within
// codeLife.
func (d *Dropbox) allow(a ask, name string) (key string, ok bool) {
	g := &grant{a: d.accountOf(name), app: a.app.Key, scopes: a.scopes}
	if ofTeam(a.scopes) {
		g.a = nil
		if i := slices.IndexFunc(d.teams, func(t *Team) bool { return t.name == name }); i >= 0 {
			g.team = d.teams[i]
		}
	}
	if g.a == nil && g.team == nil {
		return "", false
	}
	key = d.secret()[:43]
	d.auth.codes[key] = &code{grant: g, redirect: a.redirect, challenge: a.challenge, offline: a.offline, at: d.now()}
	return key, true
}

// decide redirects the browser back with the person's answer, or shows it.
func (d *Dropbox) decide(w http.ResponseWriter, r *http.Request, a ask) {
	r.Body = http.MaxBytesReader(w, r.Body, maxArg)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "Error (400)", http.StatusBadRequest)
		return
	}
	key, ok := "", false
	if r.PostForm.Get("deny") == "" {
		key, ok = d.allow(a, r.PostForm.Get("account"))
	}
	if a.redirect == "" {
		if !ok {
			http.Error(w, "The user chose not to give your app access to their Dropbox account.", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = template.Must(template.New("").Parse(codePage)).Execute(w, key)
		return
	}
	to, _ := url.Parse(a.redirect)
	q := to.Query()
	if a.state != "" {
		q.Set("state", a.state)
	}
	if ok {
		q.Set("code", key)
	} else {
		q.Set("error", "access_denied")
		q.Set("error_description", "The user chose not to give your app access to their Dropbox account.")
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}
