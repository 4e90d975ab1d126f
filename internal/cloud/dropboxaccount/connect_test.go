package dropboxaccount_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// world is a Dropbox on loopback, and a machine without a browser that reaches it.
type world struct {
	*testing.T
	cloud   *cloudsim.Cloud
	dropbox *dropboxsim.Dropbox
	server  *cloudsim.Server
	store   oauth.Store
	now     time.Time
}

const appKey = "myownapp"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		store: oauth.Store{Dir: filepath.Join(t.TempDir(), "signin")},
	}
	cloud, err := cloudsim.New(cloudsim.Options{Now: func() time.Time { return w.now }})
	w.must(err)
	w.cloud = cloud
	w.dropbox, err = dropboxsim.New(cloud, dropboxsim.Options{})
	w.must(err)
	w.must(w.dropbox.AddApp(dropboxsim.App{
		Key: appKey, Redirects: []string{"http://" + dropboxaccount.Callback + "/"},
	}))
	for _, email := range []string{"ann@example.com", "bob@example.com"} {
		_, err := w.dropbox.AddAccount(dropboxsim.Person{Email: email})
		w.must(err)
	}
	w.server, err = cloud.Start("127.0.0.1:0")
	w.must(err)
	t.Cleanup(func() { w.must(w.server.Close()) })
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) net() oauth.Net {
	return oauth.Net{
		Base: w.server.Client().Transport, Now: func() time.Time { return w.now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			w.now = w.now.Add(d)
			return ctx.Err()
		},
	}
}

// signIn acts as a user who allows access in the browser of another machine, and copies the address of the page that
// this browser cannot open.
func (w *world) signIn(use dropboxaccount.Use, email string) (oauth.Grant, error) {
	w.Helper()
	client, err := dropboxaccount.Client(appKey)
	w.must(err)
	pinned, err := w.store.Pinned("box")
	w.must(err)
	var consent string
	return oauth.SignIn(w.Context(), w.net(), oauth.Request{
		Storage: "box", Service: dropboxaccount.Service(""), Client: client, Scopes: use.Scopes(""), Pinned: pinned,
		Show: func(_, page string) error { consent = page; return nil },
		Paste: func(ctx context.Context) (string, error) {
			form := url.Values{"account": {email}}.Encode()
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, consent, strings.NewReader(form))
			if err != nil {
				return "", err
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := w.server.Client().Transport.RoundTrip(req)
			if err != nil {
				return "", err
			}
			return resp.Header.Get("Location"), resp.Body.Close()
		},
	})
}

func (w *world) connect(use dropboxaccount.Use, account string) (*dropboxaccount.Connection, error) {
	return dropboxaccount.Connect(w.Context(),
		dropboxaccount.Options{
			Storage: "box", Account: account, Use: use, AppKey: appKey, Store: w.store, Net: w.net(),
		})
}

func TestWhatWasAllowedIsKeptAndUsedForLong(t *testing.T) {
	w := newWorld(t)
	g, err := w.signIn(dropboxaccount.Trash, "ann@example.com")
	w.must(err)
	w.must(w.store.Save("box", g))
	for range 3 {
		c, err := w.connect(dropboxaccount.Trash, "ann@example.com")
		if err != nil || c.Account.ID != w.dropbox.Account("ann@example.com").AccountID() ||
			c.Uses != dropboxaccount.Trash {
			t.Fatalf("got %+v, %v", c, err)
		}
		w.now = w.now.AddDate(0, 1, 0) // an access token is good for four hours
	}
}

func TestLessThanIsNeededAndAnotherAccountAreRefused(t *testing.T) {
	w := newWorld(t)
	g, err := w.signIn(dropboxaccount.Look, "ann@example.com")
	w.must(err)
	w.must(w.store.Save("box", g))
	if _, err := w.connect(dropboxaccount.Trash, ""); !errors.Is(err, oauth.ErrFewerScopes) {
		t.Errorf("to trash with the right to look: got %v, want ErrFewerScopes", err)
	}
	if _, err := w.connect(dropboxaccount.Look, "bob@example.com"); !errors.Is(err, oauth.ErrOtherAccount) {
		t.Errorf("as another: got %v, want ErrOtherAccount", err)
	}
	if _, err := w.signIn(dropboxaccount.Look, "bob@example.com"); !errors.Is(err, oauth.ErrOtherAccount) {
		t.Errorf("another signs in: got %v, want ErrOtherAccount", err)
	}
}

func TestWhatIsGivenBackIsGoodForNothingAnyMore(t *testing.T) {
	w := newWorld(t)
	g, err := w.signIn(dropboxaccount.Look, "ann@example.com")
	w.must(err)
	w.must(w.store.Save("box", g))
	w.now = w.now.AddDate(0, 0, 1)
	for range 2 { // the second time there is nothing to give back
		w.must(oauth.Revoke(t.Context(), dropboxaccount.Service(""), w.net(), g))
	}
	if _, err := w.connect(dropboxaccount.Look, ""); !errors.Is(err, oauth.ErrSignInAgain) {
		t.Errorf("got %v, want ErrSignInAgain", err)
	}
}

// The client waits as long as a limit's body asks, even if a proxy removed the header.
func TestALimitIsWaitedForAsItsBodyAsks(t *testing.T) {
	w := newWorld(t)
	g, err := w.signIn(dropboxaccount.Look, "ann@example.com")
	w.must(err)
	w.must(w.store.Save("box", g))
	c, err := w.connect(dropboxaccount.Look, "")
	w.must(err)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{
			Call: "dropbox.users.get_current_account", Kind: cloudsim.Refuse, Status: 429,
			Text: `{"error_summary":"too_many_requests/","error":{"reason":{".tag":"too_many_requests"},` +
				`"retry_after":20}}`,
		},
	}))
	before := w.now
	if _, err := dropboxaccount.AskAbout(t.Context(), c.HTTP, ""); err != nil || w.now.Sub(before) < 20*time.Second {
		t.Errorf("waited %s, %v; want 20 s at least", w.now.Sub(before), err)
	}
}

// An answer other than that the token is good for nothing leaves the access given.
func TestARefusedRevocationIsAnError(t *testing.T) {
	w := newWorld(t)
	g, err := w.signIn(dropboxaccount.Look, "ann@example.com")
	w.must(err)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.auth.token.revoke", Times: -1, Kind: cloudsim.Refuse, Status: 401, Reason: "user_suspended"},
	}))
	if err := oauth.Revoke(t.Context(), dropboxaccount.Service(""), w.net(), g); err == nil ||
		!strings.Contains(err.Error(), "user_suspended") {
		t.Errorf("got %v, want an error that has the reason", err)
	}
}

func TestWithoutAnAppThereIsAHint(t *testing.T) {
	_, err := dropboxaccount.Client("")
	var e *oauth.Error
	if !errors.As(err, &e) || e.Kind != oauth.ErrClient || !strings.Contains(e.Hint, "docs/dropbox.md") {
		t.Errorf("got %v", err)
	}
}
