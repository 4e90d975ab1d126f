package googleaccount_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// world is a Drive on loopback, and a machine that reaches it.
type world struct {
	cloud  *cloudsim.Cloud
	drive  *drivesim.Drive
	server *cloudsim.Server
	ann    *drivesim.Account
	client string // the file of the OAuth client
	store  oauth.Store

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, o drivesim.Options) *world {
	t.Helper()
	w := &world{now: time.Now()} // a service account signs with the machine's time
	cloud, err := cloudsim.New(cloudsim.Options{Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	w.cloud = cloud
	if w.drive, err = drivesim.New(cloud, o); err != nil {
		t.Fatal(err)
	}
	if w.ann, err = w.drive.AddAccount(drivesim.Person{Email: "ann@example.com"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.drive.AddAccount(drivesim.Person{Email: "bob@example.com"}); err != nil {
		t.Fatal(err)
	}
	if w.server, err = cloud.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	w.store.Dir = filepath.Join(dir, "signin")
	w.client = filepath.Join(dir, "client.json")
	write(t, w.client, fmt.Sprintf(
		`{"installed":{"client_id":%q,"project_id":"p","auth_uri":"https://evil.example.com/",`+
			`"token_uri":"https://evil.example.com/","client_secret":%q,"redirect_uris":["http://localhost"]}}`,
		drivesim.ClientID,
		drivesim.ClientSecret,
	))
	return w
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) net() oauth.Net {
	return oauth.Net{
		Base: w.server.Client().Transport, Now: w.Now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			w.pass(d)
			return ctx.Err()
		},
	}
}

// allow acts as a user at a browser who allows the scopes; nil: all requested ones.
func (w *world) allow(t *testing.T, start, email string, scopes []string) {
	hop := func(c *http.Client, method, address string, form url.Values) string {
		req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
		if err != nil {
			t.Error(err)
			return ""
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := c.Transport.RoundTrip(req)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer resp.Body.Close()
		return resp.Header.Get("Location")
	}
	direct := &http.Client{Transport: http.DefaultTransport}
	form := url.Values{"account": {email}}
	if scopes != nil {
		form["scope"] = scopes
	}
	hop(direct, "GET", hop(w.server.Client(), "POST", hop(direct, "GET", start, nil), form), nil)
}

func (w *world) signIn(t *testing.T, use googleaccount.Use, email string, scopes []string) (oauth.Grant, error) {
	t.Helper()
	client, err := googleaccount.ReadClient(oauth.ReadPrivate, w.client)
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := w.store.Pinned("drive")
	if err != nil {
		t.Fatal(err)
	}
	return oauth.SignIn(t.Context(), w.net(), oauth.Request{
		Storage: "drive", Service: googleaccount.Service(), Client: client, Scopes: use.Scopes(), Pinned: pinned,
		Show: func(start, _ string) error {
			go w.allow(t, start, email, scopes)
			return nil
		},
	})
}

// signedIn keeps what ann gives.
func (w *world) signedIn(t *testing.T, use googleaccount.Use) {
	t.Helper()
	g, err := w.signIn(t, use, "ann@example.com", nil)
	if err == nil {
		err = w.store.Save("drive", g)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) options(use googleaccount.Use) googleaccount.Options {
	return googleaccount.Options{Storage: "drive", Use: use, Client: w.client, Store: w.store, Net: w.net()}
}

func (w *world) about() int { return w.cloud.Audit().Calls()["drive.about.get"] }

func TestAPersonConnectsTheirDrive(t *testing.T) {
	for _, use := range []googleaccount.Use{googleaccount.Look, googleaccount.Trash, googleaccount.Purge} {
		t.Run(use.String(), func(t *testing.T) {
			w := newWorld(t, drivesim.Options{})
			w.signedIn(t, use)
			for range 2 {
				c, err := googleaccount.Connect(t.Context(), w.options(use))
				if err != nil {
					t.Fatal(err)
				}
				if c.Account.Email != "ann@example.com" || c.Account.ID != w.ann.PermissionID() || c.Uses != use ||
					!slices.Equal(c.Scopes, use.Scopes()) {
					t.Errorf("got %+v", c)
				}
				resp, err := c.HTTP.Get("https://www.googleapis.com/drive/v3/files")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
			}
			if n := w.about(); n != 1 {
				t.Errorf("asked %d times whose it is, want once", n)
			}
			for more := use + 1; more <= googleaccount.Purge; more++ {
				_, err := googleaccount.Connect(t.Context(), w.options(more))
				is(t, err, oauth.ErrFewerScopes, "sweepd login drive")
			}
			for less := googleaccount.Look; less < use; less++ {
				if _, err := googleaccount.Connect(t.Context(), w.options(less)); err != nil {
					t.Errorf("to %s: %v", less, err)
				}
			}
		})
	}
}

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

func TestABoxThatIsNotTickedIsRefused(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	_, err := w.signIn(t, googleaccount.Trash, "ann@example.com", googleaccount.Look.Scopes())
	is(t, err, oauth.ErrFewerScopes, "box")
}

func TestTheDriveOfAnotherIsRefused(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.signedIn(t, googleaccount.Look)
	_, err := w.signIn(t, googleaccount.Look, "bob@example.com", nil)
	is(t, err, oauth.ErrOtherAccount, "sign in as ann@example.com")
	o := w.options(googleaccount.Look)
	o.Account = "bob@example.com"
	_, err = googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrOtherAccount, "policy")
}

func TestSevenDaysOfTestingModeEndInASignInAgain(t *testing.T) {
	w := newWorld(t, drivesim.Options{TestingMode: true})
	w.signedIn(t, googleaccount.Look)
	w.pass(6 * 24 * time.Hour)
	c, err := googleaccount.Connect(t.Context(), w.options(googleaccount.Look))
	if err != nil {
		t.Fatal(err)
	}
	w.pass(25 * time.Hour)
	_, err = c.HTTP.Get("https://www.googleapis.com/drive/v3/files") // a run that is under way
	is(t, err, oauth.ErrSignInAgain, "testing mode")
	_, err = googleaccount.Connect(t.Context(), w.options(googleaccount.Look)) // and the next
	is(t, err, oauth.ErrSignInAgain, "testing mode")
}

func TestAPersonWhoRemovesTheAppIsAskedToSignInAgain(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.signedIn(t, googleaccount.Look)
	w.ann.Revoke()
	c, err := googleaccount.Connect(t.Context(), w.options(googleaccount.Look))
	if err != nil {
		t.Fatal(err) // the token is known, and nothing was asked yet
	}
	_, err = c.HTTP.Get("https://www.googleapis.com/drive/v3/files")
	is(t, err, oauth.ErrSignInAgain, "sweepd login drive")
}

func TestSigningOutGivesTheAccessBack(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.signedIn(t, googleaccount.Look)
	g, err := w.store.Load("drive")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := oauth.Revoke(t.Context(), googleaccount.Service(), w.net(), g); err != nil {
			t.Fatal(err)
		}
	}
	c, err := googleaccount.Connect(t.Context(), w.options(googleaccount.Look))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.HTTP.Get("https://www.googleapis.com/drive/v3/files")
	is(t, err, oauth.ErrSignInAgain, "")
}

func TestAFaultOfGoogleIsToldFromAFaultOfTheSignIn(t *testing.T) {
	for _, c := range []struct {
		fault cloudsim.Fault
		want  error
	}{
		{
			cloudsim.Fault{
				Call: "drive.about.get", Times: -1, Kind: cloudsim.Refuse, Status: 403,
				Reason: "accessNotConfigured",
			}, cloudhttp.Denied,
		},
		{
			cloudsim.Fault{
				Call: "drive.about.get", Times: -1, Kind: cloudsim.Refuse, Status: 403,
				Reason: "dailyLimitExceeded",
			}, cloudhttp.Exhausted,
		},
		{
			cloudsim.Fault{
				Call: "drive.about.get", Times: -1, Kind: cloudsim.Refuse, Status: 403,
				Reason: "userRateLimitExceeded",
			}, cloudhttp.Limited,
		},
		{
			cloudsim.Fault{
				Call: "drive.about.get", Times: -1, Kind: cloudsim.Refuse, Status: 401,
				Reason: "authError",
			}, cloudhttp.Unauthorized,
		},
		{cloudsim.Fault{Call: "drive.about.get", Times: -1, Kind: cloudsim.CloseBefore}, cloudhttp.Unavailable},
		{cloudsim.Fault{Call: "drive.about.get", Times: -1, Kind: cloudsim.Truncate}, cloudhttp.Unavailable},
		{cloudsim.Fault{Call: "drive.about.get", Nth: 1, Kind: cloudsim.Refuse, Status: 503}, nil},
		{
			cloudsim.Fault{
				Call: "drive.about.get", Nth: 1, Kind: cloudsim.Refuse, Status: 429,
				Text: "slow down", RetryAfter: "3",
			}, nil,
		},
		{
			cloudsim.Fault{
				Call: "drive.about.get", Nth: 1, Kind: cloudsim.Refuse, Status: 401,
				Reason: "authError",
			}, nil,
		},
	} {
		w := newWorld(t, drivesim.Options{})
		w.signedIn(t, googleaccount.Look)
		w.pass(2 * time.Hour)
		if err := w.cloud.SetFaults([]cloudsim.Fault{c.fault}); err != nil {
			t.Fatal(err)
		}
		_, err := googleaccount.Connect(t.Context(), w.options(googleaccount.Look))
		if !errors.Is(err, c.want) || errors.Is(err, oauth.ErrSignInAgain) ||
			errors.Is(err, cloudhttp.ErrUnknownOutcome) {
			t.Errorf("%s: got %v, want %v", c.fault, err, c.want)
		}
	}
}

func TestOnlyADesktopClientWillDo(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	for name, text := range map[string]string{
		"a web client":      `{"web":{"client_id":"x.apps.googleusercontent.com","client_secret":"secret-s"}}`,
		"a service account": `{"type":"service_account","client_email":"x"}`,
		"no JSON":           `client_secret: secret-s`,
		"no secret":         `{"installed":{"client_id":"x.apps.googleusercontent.com"}}`,
		"another's":         `{"installed":{"client_id":"x.example.com","client_secret":"secret-s"}}`,
	} {
		write(t, w.client, text)
		_, err := googleaccount.ReadClient(oauth.ReadPrivate, w.client)
		is(t, err, oauth.ErrClient, "Desktop app")
		if strings.Contains(err.Error(), "secret-s") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Chmod(w.client, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := googleaccount.ReadClient(oauth.ReadPrivate, w.client)
	is(t, err, oauth.ErrExposed, "chmod 600")
	_, err = googleaccount.Connect(t.Context(), googleaccount.Options{Storage: "drive", Net: w.net()})
	is(t, err, oauth.ErrClient, "docs/google-drive.md")
}

// delegate makes a service account and the file of its key.
func (w *world) delegate(t *testing.T, tokenURI string, scopes ...string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	w.drive.AddServiceAccount("robot@p.iam.gserviceaccount.com", &key.PublicKey, scopes...)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@p.iam.gserviceaccount.com",
		"private_key_id": "k1", "token_uri": tokenURI,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.json")
	write(t, path, string(b))
	return path
}

func TestAServiceAccountActsForAPersonOfItsDomain(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	o := googleaccount.Options{
		Storage: "drive", Use: googleaccount.Purge, Store: w.store, Net: w.net(),
		ServiceAccount: w.delegate(t, "https://oauth2.googleapis.com/token", "drive"), Impersonate: "ann@example.com",
	}
	c, err := googleaccount.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if c.Account.Email != "ann@example.com" || c.Uses != googleaccount.Purge {
		t.Errorf("got %+v", c)
	}
	o.Impersonate = "bob@example.com"
	_, err = googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrOtherAccount, "")
	o.Impersonate = "nobody@example.com"
	_, err = googleaccount.Connect(t.Context(), o)
	if e, ok := errors.AsType[*oauth.Error](err); !ok || !strings.Contains(e.Hint, "act for nobody@example.com") {
		t.Errorf("got %v", err)
	}
	o.Impersonate = ""
	_, err = googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrClient, "impersonate:")
}

func TestAKeyWithoutDelegationSaysWhatToDo(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	o := googleaccount.Options{
		Storage: "drive", Use: googleaccount.Purge, Store: w.store, Net: w.net(),
		ServiceAccount: w.delegate(t, "https://oauth2.googleapis.com/token", "drive.readonly"),
		Impersonate:    "ann@example.com",
	}
	_, err := googleaccount.Connect(t.Context(), o)
	if e, ok := errors.AsType[*oauth.Error](err); !ok || !strings.Contains(e.Hint, "Workspace") {
		t.Errorf("got %v", err)
	}
}

func TestAKeyIsUsedAtGoogleAlone(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	o := googleaccount.Options{
		Storage: "drive", Store: w.store, Net: w.net(),
		ServiceAccount: w.delegate(t, "https://evil.example.com/token", "drive"), Impersonate: "ann@example.com",
	}
	_, err := googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrClient, "")
	write(t, o.ServiceAccount, `{"type":"authorized_user","refresh_token":"secret-r"}`)
	_, err = googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrClient, "key")
	if err := os.Chmod(o.ServiceAccount, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = googleaccount.Connect(t.Context(), o)
	is(t, err, oauth.ErrExposed, "chmod 600")
}

func TestWhatScopesAllow(t *testing.T) {
	const base = "https://www.googleapis.com/auth/"
	for _, c := range []struct {
		scopes []string
		want   googleaccount.Use
		ok     bool
	}{
		{nil, googleaccount.Look, false},
		{[]string{base + "drive.metadata"}, googleaccount.Look, false},
		{[]string{base + "drive.file"}, googleaccount.Look, false},
		{[]string{base + "drive.readonly"}, googleaccount.Look, true},
		{[]string{base + "drive.readonly", base + "drive.metadata"}, googleaccount.Trash, true},
		{[]string{"openid", base + "drive"}, googleaccount.Purge, true},
	} {
		if got, ok := googleaccount.Uses(c.scopes); got != c.want || ok != c.ok {
			t.Errorf("%q: got %v, %v, want %v, %v", c.scopes, got, ok, c.want, c.ok)
		}
	}
}
