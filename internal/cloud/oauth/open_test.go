package oauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

// opened is ann's grant, kept and taken into use.
func opened(t *testing.T, a *authority, c *clock) (oauth.Store, *oauth.Opened) {
	t.Helper()
	store := oauth.Store{Dir: filepath.Join(t.TempDir(), "signin")}
	if err := store.Save("drive", a.signIn(t, c)); err != nil {
		t.Fatal(err)
	}
	return store, open(t, a, c, store)
}

func open(t *testing.T, a *authority, c *clock, store oauth.Store) *oauth.Opened {
	t.Helper()
	o, err := oauth.Open(store, "drive", a.service(), client(), c.net(), []string{"read"})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// api is a client of the service's API.
func api(a *authority, c *clock, o *oauth.Opened) *http.Client {
	return &http.Client{
		Transport: cloudhttp.New(nil, cloudhttp.Options{Tokens: o.Tokens, Hosts: []string{"127.0.0.1"}, Now: c.Now}),
	}
}

func token(t *testing.T, o *oauth.Opened, refused secret.Text) secret.Text {
	t.Helper()
	got, err := o.Tokens.Token(t.Context(), refused)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestATokenIsUsedAsLongAsItIsGood(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, o := opened(t, a, c)
	first := token(t, o, secret.Text{})
	c.pass(58 * time.Minute)
	if !token(t, o, secret.Text{}).Equal(first) {
		t.Error("another token before the end of the first")
	}
	c.pass(90 * time.Second) // half a minute before its end
	second := token(t, o, secret.Text{})
	if second.Equal(first) {
		t.Error("the same token at its end")
	}
	kept, err := store.Load("drive")
	if err != nil || !kept.Access.Token.Equal(second) || !kept.Access.Expiry.Equal(c.Now().Add(time.Hour)) {
		t.Errorf("kept %v until %v, %v", kept.Access.Token.Equal(second), kept.Access.Expiry, err)
	}
	third := token(t, o, second)
	if third.Equal(second) {
		t.Error("a token that was refused is given again")
	}
	if n := a.count("/token"); n != 3 {
		t.Errorf("%d requests for a token, want the sign-in's and two", n)
	}
}

func TestOneRefreshServesAllWhoWait(t *testing.T) {
	a, c := newAuthority(t), newClock()
	_, o := opened(t, a, c)
	c.pass(2 * time.Hour)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := o.Tokens.Token(t.Context(), secret.Text{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := a.count("/token"); n != 2 {
		t.Errorf("%d requests, want the sign-in's and one", n)
	}
}

func TestATokenThatAnotherProcessGotIsTaken(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, one := opened(t, a, c)
	two := open(t, a, c, store)
	c.pass(2 * time.Hour)
	got := token(t, one, secret.Text{})
	if !token(t, two, secret.Text{}).Equal(got) || a.count("/token") != 2 {
		t.Errorf("the other asked too: %d requests", a.count("/token"))
	}
}

func TestARefreshTokenThatIsReplacedIsKept(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, o := opened(t, a, c)
	a.set(func() { a.rotate = true })
	for range 3 {
		c.pass(2 * time.Hour)
		token(t, o, secret.Text{})
		o = open(t, a, c, store) // as after a restart
	}
}

func TestAGrantThatIsTakenBackIsASignInAgain(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, o := opened(t, a, c)
	a.set(func() { clear(a.refresh); clear(a.access) })
	c.pass(2 * time.Hour)
	_, err := api(a, c, o).Get(a.URL + "/whoami")
	is(t, err, oauth.ErrSignInAgain, "sweepd login drive; perhaps it is seven days old")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, cloudhttp.ErrUnknownOutcome) {
		t.Errorf("%v says too much", err)
	}
	// A daemon continues after the user has signed in again.
	if err := store.Save("drive", a.signIn(t, c)); err != nil {
		t.Fatal(err)
	}
	resp, err := api(a, c, o).Get(a.URL + "/whoami")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestAServiceThatIsDownIsNoReasonToSignInAgain(t *testing.T) {
	a, c := newAuthority(t), newClock()
	_, o := opened(t, a, c)
	c.pass(2 * time.Hour)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	_, err := o.Tokens.Token(t.Context(), secret.Text{})
	if !errors.Is(err, cloudhttp.Unavailable) || errors.Is(err, oauth.ErrSignInAgain) ||
		errors.Is(err, cloudhttp.ErrUnknownOutcome) {
		t.Errorf("got %v", err)
	}
}

func TestSigningOutIsNotUndoneByARefresh(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, o := opened(t, a, c)
	c.pass(2 * time.Hour)
	was := a.Config.Handler
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := store.Delete("drive"); err != nil {
			t.Error(err)
		}
		was.ServeHTTP(w, r)
	})
	_, err := o.Tokens.Token(t.Context(), secret.Text{})
	is(t, err, oauth.ErrNotSignedIn, "sweepd login drive")
	if _, err := os.Stat(store.File("drive")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is back: %v", err)
	}
}

func TestTheAccountIsAskedOnceForEachToken(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, o := opened(t, a, c)
	verify := func(want int) {
		t.Helper()
		if err := o.Verify(t.Context(), api(a, c, o), "ann@example.com"); err != nil {
			t.Fatal(err)
		}
		if n := a.count("/whoami"); n != want {
			t.Errorf("asked %d times, want %d", n, want)
		}
	}
	verify(1) // at the sign-in
	c.pass(2 * time.Hour)
	o = open(t, a, c, store)
	verify(2)
	o = open(t, a, c, store)
	verify(2)
	is(t, o.Verify(t.Context(), api(a, c, o), "bob@example.com"), oauth.ErrOtherAccount, "sign in as the account")
}

func TestATokenOfAnotherAccountIsRefusedAtTheStart(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, _ := opened(t, a, c)
	a.set(func() {
		for k := range a.refresh {
			a.refresh[k] = "bob" // as if the file had been put in another's place
		}
	})
	c.pass(2 * time.Hour)
	o := open(t, a, c, store)
	is(t, o.Verify(t.Context(), api(a, c, o), ""), oauth.ErrOtherAccount, "sign in as ann@example.com")
}

func TestAGrantIsHeldToWhatIsNeeded(t *testing.T) {
	a, c := newAuthority(t), newClock()
	store, _ := opened(t, a, c)
	_, err := oauth.Open(store, "drive", a.service(), client(), c.net(), []string{"read", "purge"})
	is(t, err, oauth.ErrFewerScopes, "sweepd login drive")
	another := client()
	another.ID = "client-2"
	_, err = oauth.Open(store, "drive", a.service(), another, c.net(), nil)
	is(t, err, oauth.ErrClient, "sweepd login drive")
	_, err = oauth.Open(store, "dropbox", a.service(), client(), c.net(), nil)
	is(t, err, oauth.ErrNotSignedIn, "sweepd login dropbox")
	s := a.service()
	s.Name = "another"
	_, err = oauth.Open(store, "drive", s, client(), c.net(), nil)
	is(t, err, oauth.ErrUnreadable, "")
}

func TestACredentialOfSystemdIsReadAndNeverWritten(t *testing.T) {
	a, c := newAuthority(t), newClock()
	given, _ := opened(t, a, c)
	b, err := os.ReadFile(given.File("drive"))
	if err != nil {
		t.Fatal(err)
	}
	credentials := t.TempDir()
	path := filepath.Join(credentials, "sweepd.drive")
	if err := os.WriteFile(path, b, 0o440); err != nil { // systemd's ACL shows as a group's right
		t.Fatal(err)
	}
	store := oauth.Store{Dir: filepath.Join(t.TempDir(), "none"), Credentials: credentials}
	c.pass(2 * time.Hour)
	o := open(t, a, c, store)
	first := token(t, o, secret.Text{})
	if !token(t, o, secret.Text{}).Equal(first) || a.count("/token") != 2 {
		t.Errorf("the new token is not kept in memory: %d requests", a.count("/token"))
	}
	if err := o.Verify(t.Context(), api(a, c, o), ""); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, b) {
		t.Errorf("the credential was written, %v", err)
	}
	if err := store.Save("drive", o.Grant); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("save: got %v", err)
	}
	if err := store.Delete("drive"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("delete: got %v", err)
	}
}

func TestRevokingMakesTheTokensGoodForNothing(t *testing.T) {
	a, c := newAuthority(t), newClock()
	_, o := opened(t, a, c)
	for range 2 { // the second finds nothing to do
		if err := oauth.Revoke(t.Context(), a.service(), c.net(), o.Grant); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.refresh) != 0 {
		t.Error("the refresh token is still good")
	}
	_, err := api(a, c, o).Get(a.URL + "/whoami")
	is(t, err, oauth.ErrSignInAgain, "")
}

// Everything that a sign-in's life prints, at debug, with every error on the way, is searched for every secret there
// was.
func TestNothingThatIsPrintedHasASecretInIt(t *testing.T) {
	a, c := newAuthority(t), newClock()
	var out bytes.Buffer
	var lock sync.Mutex
	n := c.net()
	n.Log = slog.New(slog.NewJSONHandler(writer(func(b []byte) (int, error) {
		lock.Lock()
		defer lock.Unlock()
		return out.Write(b)
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	say := func(v any) {
		lock.Lock()
		defer lock.Unlock()
		fmt.Fprintf(&out, "%v\n%+v\n%#v\n%q\n", v, v, v, v)
		_ = json.NewEncoder(&out).Encode(v)
	}
	var secrets []string
	r := a.request(t)
	say(r.Client)
	g, err := oauth.SignIn(t.Context(), n, r)
	if err != nil {
		t.Fatal(err)
	}
	say(g)
	store := oauth.Store{Dir: t.TempDir()}
	if err := os.Chmod(store.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := store.Save("drive", g); err != nil {
		t.Fatal(err)
	}
	o, err := oauth.Open(store, "drive", a.service(), client(), n, nil)
	if err != nil {
		t.Fatal(err)
	}
	say(o)
	c.pass(2 * time.Hour)
	say(token(t, o, secret.Text{}))
	a.set(func() {
		for _, m := range []map[string]string{a.refresh, a.access} {
			for k := range m {
				secrets = append(secrets, k)
			}
		}
		clear(a.refresh)
		clear(a.access)
	})
	c.pass(2 * time.Hour)
	_, err = api(a, c, o).Get(a.URL + "/whoami")
	say(err)
	r.Client.Secret = secret.New("secret-wrong")
	_, err = oauth.SignIn(t.Context(), n, r)
	say(err)
	r.Paste = func(context.Context) (string, error) {
		return "http://127.0.0.1/?code=secret-pasted&state=secret-state", nil
	}
	r.Show = func(string, string) error { return nil }
	_, err = oauth.SignIn(t.Context(), n, r)
	say(err)
	if err := os.WriteFile(store.File("drive"), []byte(`{"refresh_token":"secret-broken"`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Load("drive")
	say(err)
	secrets = append(secrets, clientSecret, "secret-wrong", "secret-pasted", "secret-state",
		"secret-broken", "4/code-", "4%2Fcode-")
	if len(secrets) < 9 || !slices.Contains(secrets, g.Refresh.Reveal()) {
		t.Fatalf("searching for %d secrets only", len(secrets))
	}
	for _, s := range secrets {
		if i := strings.Index(out.String(), s); i >= 0 {
			t.Errorf("%q is printed: ...%s", s, out.String()[max(0, i-200):min(out.Len(), i+80)])
		}
	}
	if !strings.Contains(out.String(), "cloud call") || !strings.Contains(out.String(), "invalid_grant") {
		t.Errorf("hardly anything was printed:\n%s", out.String())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
