package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

// authority is a small OAuth service: a consent page, a token address, an address to revoke at, and an API that
// returns the account of a token.
type authority struct {
	*httptest.Server
	mu       sync.Mutex
	person   string   // who is signed in at the browser
	tick     []string // the scopes that the user leaves ticked; nil: all
	deny     bool
	rotate   bool // each refresh gives another refresh token
	codes    map[string]code
	refresh  map[string]string // token to user
	access   map[string]string
	n        int
	Asked    []string // the paths, in order
	consents int
}

type code struct{ person, challenge, redirect string }

const (
	clientID     = "client-1"
	clientSecret = "secret-of-client-1"
)

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{person: "ann", codes: map[string]code{}, refresh: map[string]string{}, access: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /consent", a.consent)
	mux.HandleFunc("POST /token", a.token)
	mux.HandleFunc("POST /revoke", a.revoke)
	mux.HandleFunc("GET /whoami", a.whoami)
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.Asked = append(a.Asked, r.URL.Path)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) consent(w http.ResponseWriter, r *http.Request) {
	a.consents++
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Hostname() != "127.0.0.1" || q.Get("client_id") != clientID ||
		q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		q.Get("access_type") != "offline" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if a.deny {
		answer.Set("error", "access_denied")
	} else {
		a.n++
		name := fmt.Sprintf("4/code-%d", a.n)
		a.codes[name] = code{a.person, q.Get("code_challenge"), q.Get("redirect_uri")}
		answer.Set("code", name)
		answer.Set("scope", q.Get("scope"))
		if a.tick == nil {
			a.tick = strings.Fields(q.Get("scope"))
		}
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, word string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"error_description":"because"}`, word)
	}
	if r.FormValue("client_id") != clientID || r.FormValue("client_secret") != clientSecret {
		refuse(401, "invalid_client")
		return
	}
	person, refresh := "", r.FormValue("refresh_token")
	if r.FormValue("grant_type") == "authorization_code" {
		c, ok := a.codes[r.FormValue("code")]
		delete(a.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge ||
			r.FormValue("redirect_uri") != c.redirect {
			refuse(400, "invalid_grant")
			return
		}
		person, refresh = c.person, a.newRefresh(c.person)
	} else if person = a.refresh[refresh]; person == "" {
		refuse(400, "invalid_grant")
		return
	} else if a.rotate {
		delete(a.refresh, refresh)
		refresh = a.newRefresh(person)
	}
	a.n++
	access := fmt.Sprintf("secret-access-%d", a.n)
	a.access[access] = person
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": access, "refresh_token": refresh, "expires_in": 3600, "token_type": "Bearer",
		"scope": strings.Join(a.tick, " "),
	})
}

func (a *authority) newRefresh(person string) string {
	a.n++
	name := fmt.Sprintf("secret-refresh-%d", a.n)
	a.refresh[name] = person
	return name
}

func (a *authority) revoke(w http.ResponseWriter, r *http.Request) {
	person, known := a.refresh[r.FormValue("token")]
	if !known {
		http.Error(w, `{"error":"invalid_token"}`, http.StatusBadRequest)
		return
	}
	delete(a.refresh, r.FormValue("token"))
	for k, who := range a.access {
		if who == person {
			delete(a.access, k)
		}
	}
}

func (a *authority) whoami(w http.ResponseWriter, r *http.Request) {
	person := a.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if person == "" {
		w.WriteHeader(401)
		return
	}
	fmt.Fprintf(w, "id-of-%s %s@example.com", person, person)
}

func (a *authority) set(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

func (a *authority) count(path string) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.Asked {
		if p == path {
			n++
		}
	}
	return n
}

// service returns the oauth.Service of the authority.
func (a *authority) service() oauth.Service {
	return oauth.Service{
		Name: "test",
		Endpoint: oauth2.Endpoint{
			AuthURL: a.URL + "/consent", TokenURL: a.URL + "/token", AuthStyle: oauth2.AuthStyleInParams,
		},
		Params:    map[string]string{"access_type": "offline"},
		Hosts:     []string{"127.0.0.1"},
		Revoke:    oauth.RevokeAt(a.URL + "/revoke"),
		FewerHint: "sign in again and leave every box ticked: ",
		AgainHint: "perhaps it is seven days old",
		Whoami: func(ctx context.Context, c *http.Client) (oauth.Account, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"/whoami", nil)
			if err != nil {
				return oauth.Account{}, err
			}
			resp, err := c.Do(req)
			if err != nil {
				return oauth.Account{}, err
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			id, email, _ := strings.Cut(string(b), " ")
			return oauth.Account{ID: id, Email: email}, err
		},
	}
}

// clock is a time that is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) net() oauth.Net {
	return oauth.Net{Now: c.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		c.pass(d)
		return ctx.Err()
	}}
}

// client is the person's own.
func client() oauth.Client {
	return oauth.Client{ID: clientID, Secret: secret.New(clientSecret)}
}

// request returns a sign-in whose user opens the shown address in a browser.
func (a *authority) request(t *testing.T) oauth.Request {
	return oauth.Request{
		Storage: "drive", Service: a.service(), Client: client(), Scopes: []string{"read", "write"},
		Show: func(start, _ string) error {
			go browse(t, start)
			return nil
		},
	}
}

// browse is a browser: it follows where it is sent, and shows the page.
func browse(t *testing.T, address string) (status int, page string) {
	resp, err := http.Get(address)
	if err != nil {
		t.Errorf("the browser: %v", err)
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("the browser: %v", err)
	}
	return resp.StatusCode, string(b)
}

// signIn has ann sign in.
func (a *authority) signIn(t *testing.T, c *clock) oauth.Grant {
	t.Helper()
	g, err := oauth.SignIn(t.Context(), c.net(), a.request(t))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// is fails unless err is of kind and has a hint that contains some text.
func is(t *testing.T, err error, kind oauth.Kind, hint string) {
	t.Helper()
	e, ok := errors.AsType[*oauth.Error](err)
	if !ok || !errors.Is(err, kind) {
		t.Fatalf("got %v, want %q", err, kind)
	}
	if !strings.Contains(e.Hint, hint) {
		t.Errorf("the hint is %q, want %q in it", e.Hint, hint)
	}
}
