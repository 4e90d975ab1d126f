package drivesim_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
	api "google.golang.org/api/drive/v3"
	"google.golang.org/api/option"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/discovery"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// start is when the tests' worlds begin.
var start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a Drive behind its proxy, with one user and a clock that the test moves.
type world struct {
	t     testing.TB
	cloud *cloudsim.Cloud
	drive *drivesim.Drive
	ann   *drivesim.Account
	srv   *cloudsim.Server
	seen  func(cloudsim.Exchange) // set before the first request, or nil

	mu  sync.Mutex
	now time.Time
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

// documents are read once: go list takes its time.
var documents struct {
	once             sync.Once
	drive, directory *discovery.Document
}

func document(t testing.TB) *discovery.Document {
	t.Helper()
	documents.once.Do(func() { documents.drive, documents.directory = discovery.Load(t), discovery.LoadDirectory(t) })
	return documents.drive
}

// directory is the document of the Directory API.
func directory(t testing.TB) *discovery.Document {
	t.Helper()
	_ = document(t)
	return documents.directory
}

func newWorld(t *testing.T, o drivesim.Options) *world {
	t.Helper()
	w := &world{t: t, now: start}
	drive, admin := document(t), directory(t)
	w.open(o, func(x cloudsim.Exchange) {
		for _, err := range slices.Concat(drive.Check(x), admin.Check(x)) {
			t.Errorf("not as the discovery document has it: %v", err)
		}
		if w.seen != nil {
			w.seen(x)
		}
	})
	return w
}

// newBench returns a world whose answers are not checked.
func newBench(b *testing.B) *world {
	b.Helper()
	w := &world{t: b, now: start}
	w.open(drivesim.Options{}, nil)
	return w
}

func (w *world) open(o drivesim.Options, observe func(cloudsim.Exchange)) {
	w.t.Helper()
	var err error
	w.cloud, err = cloudsim.New(cloudsim.Options{
		Now: w.clock, Observe: observe, Wait: func(_ context.Context, d time.Duration) { w.pass(d) },
	})
	w.do(err)
	w.drive, err = drivesim.New(w.cloud, o)
	w.do(err)
	w.ann = w.person("ann@example.com")
	w.srv, err = w.cloud.Start("127.0.0.1:0")
	w.do(err)
	w.t.Cleanup(func() { _ = w.srv.Close() })
}

func (w *world) person(email string) *drivesim.Account {
	w.t.Helper()
	a, err := w.drive.AddAccount(drivesim.Person{Email: email})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// client signs a in; the returned client sends its token along.
func (w *world) client(a *drivesim.Account, scopes ...string) *http.Client {
	ctx := context.WithValue(w.t.Context(), oauth2.HTTPClient, w.srv.Client())
	return oauth2.NewClient(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: a.Token(scopes...).Access}))
}

// sdk is Google's own client for a.
func (w *world) sdk(a *drivesim.Account, scopes ...string) *api.Service {
	w.t.Helper()
	s, err := api.NewService(w.t.Context(), option.WithHTTPClient(w.client(a, scopes...)))
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// newRequest is one with a body of JSON.
func newRequest(t *testing.T, method, url, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// put adds a file and returns its id.
func (w *world) put(a *drivesim.Account, it drivesim.Item) string {
	w.t.Helper()
	id, err := a.Put(it)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
