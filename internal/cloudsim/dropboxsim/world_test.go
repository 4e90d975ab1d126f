package dropboxsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// start is when the tests' worlds begin.
var start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a Dropbox behind its proxy, with one user and a clock that the test moves.
type world struct {
	t     *testing.T
	cloud *cloudsim.Cloud
	box   *dropboxsim.Dropbox
	ann   *dropboxsim.Account
	srv   *cloudsim.Server

	unjudged bool // answers are not shown to the judge

	mu    sync.Mutex
	now   time.Time
	waits chan time.Duration                   // receives each wait; nil: no test receives
	over  func(context.Context, time.Duration) // a wait; nil: until the request ends
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t *testing.T, o dropboxsim.Options) *world {
	t.Helper()
	w := &world{t: t, now: start}
	wait := func(ctx context.Context, d time.Duration) {
		if w.waits != nil {
			w.waits <- d
		}
		if w.over != nil {
			w.over(ctx, d)
			return
		}
		<-ctx.Done()
	}
	var err error
	if w.cloud, err = cloudsim.New(cloudsim.Options{Now: w.clock, Wait: wait, Observe: w.observe}); err != nil {
		t.Fatal(err)
	}
	if w.box, err = dropboxsim.New(w.cloud, o); err != nil {
		t.Fatal(err)
	}
	w.ann = w.person(dropboxsim.Person{Email: "ann@example.com", Name: "Ann"})
	w.serve()
	return w
}

// serve opens the proxy, or opens it again after a service was added.
func (w *world) serve() {
	w.t.Helper()
	var err error
	w.srv, err = w.cloud.Start("127.0.0.1:0")
	w.do(err)
	w.t.Cleanup(func() { _ = w.srv.Close() })
}

func (w *world) person(p dropboxsim.Person) *dropboxsim.Account {
	w.t.Helper()
	a, err := w.box.AddAccount(p)
	w.do(err)
	return a
}

// config is that of Dropbox's client in Go, for a.
func (w *world) config(a *dropboxsim.Account, scopes ...string) sdk.Config {
	return sdk.Config{Client: w.bearer(a.Token(scopes...).Access)}
}

// files is Dropbox's client in Go for a.
func (w *world) files(a *dropboxsim.Account, scopes ...string) files.ContextClient {
	return files.NewContext(w.config(a, scopes...))
}

// put adds a file of those bytes and returns its id.
func (w *world) put(a *dropboxsim.Account, path, bytes string) string {
	w.t.Helper()
	id, err := a.Put(dropboxsim.Item{Path: path, Content: content.Bytes([]byte(bytes))})
	w.do(err)
	return id
}

func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// bearer is a client that sends that token along.
func (w *world) bearer(token string) *http.Client {
	c := w.srv.Client()
	c.Transport = signed{c.Transport, token}
	return c
}

type signed struct {
	next  http.RoundTripper
	token string
}

func (s signed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	return s.next.RoundTrip(r)
}

// post calls a route without a client, with that token, and returns the answer.
func (w *world) post(token, route string, arg any, headers ...string) (status int, body string) {
	w.t.Helper()
	b, err := json.Marshal(arg)
	w.do(err)
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost,
		"https://api.dropboxapi.com/2/"+route, bytes.NewReader(b))
	w.do(err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.bearer(token).Do(req)
	w.do(err)
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(resp.Body)
	w.do(err)
	return resp.StatusCode, string(out)
}
