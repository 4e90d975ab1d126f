package dropbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
)

// clock is the time of all parts of the world; waiting only moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.pass(d)
	return ctx.Err()
}

// kind is a kind of account, and what may be done with it.
type kind struct {
	plan  dropboxsim.Plan
	team  bool // the account is a team's, and so is the app
	space bool // the team has a space, which is swept from its top
	use   dropboxaccount.Use
	fake  dropboxsim.Options
}

// world is a Dropbox of one person behind real HTTP, as its owner and as a client meet it.
type world struct {
	*testing.T
	*clock
	kind
	cloud   *cloudsim.Cloud
	dropbox *dropboxsim.Dropbox
	person  *dropboxsim.Account
	firm    *dropboxsim.Team // of kind.team
	server  *cloudsim.Server
	net     http.RoundTripper // to the server
	options dropbox.Options
	before  map[string]func() // what happens, once, before a call of a route reaches the service
	asleep  func()            // what happens, once, while a client waits

	careless bool                              // the service does not mind parent_rev
	heed     func(route string, h http.Header) // sees each call
}

func newWorld(t *testing.T, k kind, faults ...cloudsim.Fault) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, kind: k}
	var err error
	// a longpoll's time passes on the clock alone
	w.cloud, err = cloudsim.New(cloudsim.Options{
		Now: w.now, Faults: faults, Wait: func(_ context.Context, d time.Duration) { w.pass(d) },
	})
	w.must(err)
	w.dropbox, err = dropboxsim.New(w.cloud, k.fake)
	w.must(err)
	who := dropboxsim.Person{Email: "mia@example.com", Plan: k.plan}
	if k.team {
		w.firm, err = w.dropbox.AddTeam("Studio", k.plan, k.space)
		w.must(err)
		who.Team = w.firm
	}
	w.person, err = w.dropbox.AddAccount(who)
	w.must(err)
	w.server, err = w.cloud.Start("127.0.0.1:0")
	w.must(err)
	w.net = w.server.Client().Transport
	t.Cleanup(func() {
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
	})
	w.options = dropbox.Options{
		Use: k.use, Account: w.person.AccountID(), TeamSpace: k.space, Now: w.now, Sleep: w.sleep,
	}
	if k.team {
		w.options.Member = w.person.MemberID()
	}
	return w
}

// RoundTrip sends what clients send.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	route := strings.TrimPrefix(req.URL.Path, "/2/")
	if happens := w.before[route]; happens != nil {
		delete(w.before, route)
		happens()
	}
	if w.heed != nil {
		w.heed(route, req.Header)
	}
	if w.careless && route == "files/delete_v2" {
		var arg map[string]any
		w.must(json.NewDecoder(req.Body).Decode(&arg))
		delete(arg, "parent_rev")
		b, err := json.Marshal(arg)
		w.must(err)
		req = req.Clone(req.Context())
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	}
	return w.net.RoundTrip(req)
}

// wait is sleep, in which something may happen.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	if happens := w.asleep; happens != nil {
		w.asleep = nil
		happens()
	}
	return w.sleep(ctx, d)
}

// must is for what the test itself needs.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// tokens signs with a new token each time: they are good for four hours, and here hours pass.
type tokens struct{ w *world }

func (t tokens) Token(context.Context, secret.Text) (secret.Text, error) {
	return secret.New(t.w.token()), nil
}

// token is an access token for the uses of the world's options.
func (w *world) token() string {
	if w.team {
		return w.firm.Token(w.options.Use.Scopes(w.options.Member)...).Access
	}
	return w.person.Token(w.options.Use.Scopes("")...).Access
}

// open opens a driver with the world's options.
func (w *world) open(t *testing.T) *dropbox.Driver {
	t.Helper()
	d, err := w.tryOpen(w.options)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) tryOpen(o dropbox.Options) (*dropbox.Driver, error) {
	c := dropboxaccount.Over(tokens{w},
		dropboxaccount.Options{Rate: 1e6, Net: oauth.Net{Base: w, Now: w.now, Sleep: w.wait}})
	o.Client, o.Notify = c.HTTP, c.Notify
	return dropbox.Open(context.Background(), o)
}

// path is where the person's file of that name is, as the driver sees it.
func (w *world) path(name string) string {
	if w.space {
		return "/mia/" + name
	}
	return "/" + name
}

// put writes a file as its owner does.
func (w *world) put(name string, b []byte) {
	w.Helper()
	w.pass(time.Hour)
	if err := w.person.Modify("/"+name, content.Bytes(b)); err == nil {
		return
	}
	_, err := w.person.Put(dropboxsim.Item{Path: "/" + name, Content: content.Bytes(b)})
	w.must(err)
}

// state is the latest file of that name, deleted or not.
func (w *world) state(name string) (found dropboxsim.State) {
	for _, s := range w.dropbox.Snapshot() {
		if s.Path == "/"+name && (found.ID == "" || !s.Deleted || found.Deleted && s.DeletedAt.After(found.DeletedAt)) {
			found = s
		}
	}
	return found
}

// list reads a listing to its end: paths, refs that are gone, the last cursor.
func list(
	t *testing.T, d *dropbox.Driver, since providers.Cursor,
) (paths []string, gone []providers.Ref, next providers.Cursor, errs []error) {
	t.Helper()
	for c, err := range d.Changes(t.Context(), since) {
		switch {
		case err != nil:
			errs = append(errs, err)
		case c.Gone:
			gone = append(gone, c.Entry.Ref)
		case c.Checkpoint():
			next = c.Next
		default:
			paths = append(paths, c.Entry.Path)
		}
	}
	return paths, gone, next, errs
}

// harness has the suite act in the world.
type harness struct{ *world }

func (h harness) Open(t *testing.T) providers.Driver { return h.open(t) }
func (h harness) Path(name string) string            { return h.path(name) }

func (h harness) Write(t *testing.T, name string, content []byte) {
	t.Helper()
	h.put(name, content)
}

func (h harness) Remove(t *testing.T, name string) { h.act(t, h.person.Purge, name) }

func (h harness) Discard(t *testing.T, name string) { h.act(t, h.person.Delete, name) }

// HidesReplaced implements providertest.Hiding: what was deleted from a path is in the history of the file that is
// there by now.
func (h harness) HidesReplaced() bool { return true }

func (h harness) act(t *testing.T, do func(string) error, name string) {
	t.Helper()
	h.pass(time.Hour)
	if err := do("/" + name); err != nil {
		t.Fatal(err)
	}
}
