package oauth_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

func TestAPersonSignsInByABrowser(t *testing.T) {
	a, c := newAuthority(t), newClock()
	g := a.signIn(t, c)
	if g.Account != (oauth.Account{ID: "id-of-ann", Email: "ann@example.com"}) ||
		!slices.Equal(g.Scopes, []string{"read", "write"}) || g.ClientID != clientID || g.Service != "test" {
		t.Errorf("got %+v", g)
	}
	if a.refresh[g.Refresh.Reveal()] != "ann" || a.access[g.Access.Token.Reveal()] != "ann" {
		t.Error("these are not the tokens that the service gave")
	}
	if want := c.Now().Add(time.Hour); !g.Access.Expiry.Equal(want) || !g.Given.Equal(c.Now()) {
		t.Errorf("it ends %v, want %v; given %v", g.Access.Expiry, want, g.Given)
	}
}

func TestNothingSecretIsInWhatStartsTheBrowser(t *testing.T) {
	a, c := newAuthority(t), newClock()
	r := a.request(t)
	r.Show = func(start, consent string) error {
		u, err := url.Parse(start)
		if err != nil || u.Hostname() != "127.0.0.1" || u.RawQuery != "" || u.Path != "/" {
			t.Errorf("the browser is started with %q", start)
		}
		q, err := url.Parse(consent)
		if err != nil || len(q.Query().Get("state")) < 43 || len(q.Query().Get("code_challenge")) != 43 {
			t.Errorf("the consent page is %q", consent)
		}
		go browse(t, start)
		return nil
	}
	if _, err := oauth.SignIn(t.Context(), c.net(), r); err != nil {
		t.Fatal(err)
	}
}

// On a machine with several users, one of them may search for the open port.
func TestTheLoopbackAddressGivesNothingToOthers(t *testing.T) {
	a, c := newAuthority(t), newClock()
	r := a.request(t)
	r.Show = func(start, consent string) error {
		go func() {
			for _, wrong := range []struct {
				address, host, method string
				want                  int
			}{
				{start + "?code=stolen&state=guessed", "", "GET", 400},
				{start + "?code=stolen", "", "GET", 400},
				{start + "favicon.ico", "", "GET", 404},
				{start, "", "POST", 404},
				{start, "evil.example.com", "GET", 421},
			} {
				req, err := http.NewRequest(wrong.method, wrong.address, nil)
				if err != nil {
					t.Error(err)
				}
				req.Host = wrong.host
				resp, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					t.Error(err)
					continue
				}
				resp.Body.Close()
				if resp.StatusCode != wrong.want || resp.Header.Get("Location") != "" {
					t.Errorf("%s %s: got %d, want %d", wrong.method, wrong.address, resp.StatusCode, wrong.want)
				}
			}
			first, err := http.DefaultTransport.RoundTrip(must(http.NewRequest("GET", start, nil)))
			if err != nil || first.Header.Get("Location") != consent ||
				first.Header.Get("Referrer-Policy") != "no-referrer" ||
				first.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the first is sent to %v, %v", first, err)
			}
			first.Body.Close()
			if status, page := browse(t, start); status != http.StatusGone || !strings.Contains(page, "already begun") {
				t.Errorf("who comes second sees %d %s", status, page)
			}
			if status, page := browse(t, consent); status != 200 || !strings.Contains(page, "Go back to sweepd") {
				t.Errorf("the person sees %d %s", status, page)
			}
		}()
		return nil
	}
	if _, err := oauth.SignIn(t.Context(), c.net(), r); err != nil {
		t.Fatal(err)
	}
}

func must(r *http.Request, err error) *http.Request {
	if err != nil {
		panic(err)
	}
	return r
}

func TestTheLoopbackAddressClosesAfterTheAnswer(t *testing.T) {
	a, c := newAuthority(t), newClock()
	r := a.request(t)
	address := ""
	r.Show = func(start, _ string) error {
		address = start
		go browse(t, start)
		return nil
	}
	if _, err := oauth.SignIn(t.Context(), c.net(), r); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.Get(address); err == nil {
		resp.Body.Close()
		t.Errorf("%s still answers", address)
	}
}

func TestAPersonPastesTheAddressFromAnotherMachine(t *testing.T) {
	for name, paste := range map[string]func(address string) string{
		"the address":            func(s string) string { return s },
		"with blanks around it":  func(s string) string { return "  " + s + " \n" },
		"with a fragment":        func(s string) string { return s + "#" },
		"what follows the mark":  func(s string) string { _, q, _ := strings.Cut(s, "?"); return q },
		"the code by itself":     func(s string) string { u, _ := url.Parse(s); return u.Query().Get("code") },
		"an address of https":    func(s string) string { return strings.Replace(s, "http:", "https:", 1) },
		"without its first part": func(s string) string { return strings.TrimPrefix(s, "http://") },
	} {
		t.Run(name, func(t *testing.T) {
			a, c := newAuthority(t), newClock()
			r, shown := a.request(t), ""
			r.Show = func(start, consent string) error {
				if start != "" {
					t.Errorf("there is a start: %s", start)
				}
				shown = consent
				return nil
			}
			r.Paste = func(context.Context) (string, error) { return paste(a.elsewhere(t, shown)), nil }
			if g, err := oauth.SignIn(t.Context(), c.net(), r); err != nil || g.Account.Email != "ann@example.com" {
				t.Errorf("got %+v, %v", g, err)
			}
		})
	}
}

// elsewhere is the address at which a browser on another machine ends.
func (a *authority) elsewhere(t *testing.T, consent string) string {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(must(http.NewRequest("GET", consent, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.Header.Get("Location")
}

func TestWhatIsNotTheAnswerIsRefused(t *testing.T) {
	a, c := newAuthority(t), newClock()
	other, shown := "", ""
	r := a.request(t)
	r.Show = func(_, consent string) error {
		shown = consent
		return nil
	}
	r.Paste = func(context.Context) (string, error) {
		other = a.elsewhere(t, shown)
		return "", nil
	}
	_, err := oauth.SignIn(t.Context(), c.net(), r)
	is(t, err, oauth.ErrPasted, "whole address")
	for _, text := range []string{
		other, // of another sign-in
		"http://127.0.0.1:1/", shownNot(other), "two words", "http://127.0.0.1:1/?code=%zz", "wrong-code",
	} {
		r.Paste = func(context.Context) (string, error) { return text, nil }
		_, err := oauth.SignIn(t.Context(), c.net(), r)
		is(t, err, oauth.ErrPasted, "")
		if u, _ := url.Parse(other); strings.Contains(err.Error(), u.Query().Get("code")) ||
			strings.Contains(err.Error(), "wrong-code") {
			t.Errorf("the error quotes the code: %v", err)
		}
	}
}

// shownNot is the address with another state.
func shownNot(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("state", "another")
	u.RawQuery = q.Encode()
	return u.String()
}

func TestNoIsNo(t *testing.T) {
	a, c := newAuthority(t), newClock()
	a.deny = true
	_, err := oauth.SignIn(t.Context(), c.net(), a.request(t))
	is(t, err, oauth.ErrDeclined, "when you want to allow it")
}

func TestFewerScopesThanAskedAreRefused(t *testing.T) {
	a, c := newAuthority(t), newClock()
	a.tick = []string{"read"}
	_, err := oauth.SignIn(t.Context(), c.net(), a.request(t))
	is(t, err, oauth.ErrFewerScopes, "ticked")
	if !strings.Contains(err.Error(), `"write"`) || strings.Contains(err.Error(), `"read"`) {
		t.Errorf("got %v", err)
	}
}

func TestAnotherAccountIsRefusedAndGivenBack(t *testing.T) {
	for name, set := range map[string]func(*oauth.Request){
		"than the policy names": func(r *oauth.Request) { r.Account = "ANN@example.com" },
		"than the storage is of": func(r *oauth.Request) {
			r.Pinned = oauth.Account{ID: "id-of-ann", Email: "ann@example.com"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := newAuthority(t), newClock()
			r := a.request(t)
			set(&r)
			if _, err := oauth.SignIn(t.Context(), c.net(), r); err != nil {
				t.Fatalf("the right one: %v", err)
			}
			a.set(func() { a.person = "bob" })
			_, err := oauth.SignIn(t.Context(), c.net(), r)
			is(t, err, oauth.ErrOtherAccount, "sign in as")
			for token, who := range a.refresh {
				if who == "bob" {
					t.Errorf("bob's %s is still good", token)
				}
			}
			if len(a.refresh) != 1 {
				t.Errorf("%d tokens are good, want ann's", len(a.refresh))
			}
		})
	}
}

func TestAnAddressIsNotAnId(t *testing.T) {
	ann := oauth.Account{ID: "7", Email: "ann@example.com"}
	for named, want := range map[string]bool{
		"7": true, "ann@example.com": true, "Ann@Example.com": true, "ann": false, "": false, "8": false,
	} {
		if got := ann.Is(named); got != want {
			t.Errorf("%q: got %v, want %v", named, got, want)
		}
	}
}

func TestAClientThatTheServiceDoesNotKnowIsSaidToBe(t *testing.T) {
	a, c := newAuthority(t), newClock()
	r := a.request(t)
	r.Client.Secret = secret.New("wrong")
	_, err := oauth.SignIn(t.Context(), c.net(), r)
	is(t, err, oauth.ErrClient, "client: in the policy")
}

func TestWaitingForAPersonEndsWithTheContext(t *testing.T) {
	a, c := newAuthority(t), newClock()
	ctx, cancel := context.WithCancel(t.Context())
	r := a.request(t)
	r.Show = func(string, string) error {
		cancel()
		return nil
	}
	if _, err := oauth.SignIn(ctx, c.net(), r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestACodeIsSentOnce(t *testing.T) {
	a, c := newAuthority(t), newClock()
	a.Config.Handler = breaksAfter(a.Config.Handler, "/token")
	_, err := oauth.SignIn(t.Context(), c.net(), a.request(t))
	if err == nil || a.count("/token") != 1 {
		t.Errorf("got %v after %d requests", err, a.count("/token"))
	}
}

// breaksAfter does what is asked and hangs up.
func breaksAfter(h http.Handler, path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			h.ServeHTTP(discard{}, r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	})
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// A service that accepts only one address must work if another program uses it: without a browser, nothing has to
// listen there.
func TestAPortInUseHasAWayOut(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	a := newAuthority(t)
	r := a.request(t)
	r.Service.Callback = busy.Addr().String()
	_, err = oauth.SignIn(t.Context(), newClock().net(), r)
	is(t, err, oauth.ErrPort, "sweepd login --no-browser drive")
	if !strings.Contains(err.Error(), r.Service.Callback) {
		t.Errorf("the error %q does not name the address", err)
	}
}
