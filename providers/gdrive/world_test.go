package gdrive_test

import (
	"context"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
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

// world is a Drive of one person behind real HTTP, as its owner and as a client meet it.
type world struct {
	*testing.T
	*clock
	cloud   *cloudsim.Cloud
	drive   *drivesim.Drive
	person  *drivesim.Account
	server  *cloudsim.Server
	ids     map[string]string // of files by name, the latest
	options gdrive.Options
	top     []string      // the folder that files are put into; nil: My Drive
	step    time.Duration // that passes before the owner does something
}

func newWorld(t *testing.T, faults ...cloudsim.Fault) *world {
	t.Helper()
	w := &world{
		T: t, clock: &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, ids: map[string]string{},
		step: time.Hour,
	}
	var err error
	if w.cloud, err = cloudsim.New(cloudsim.Options{
		Now: w.now, Faults: faults, Wait: func(context.Context, time.Duration) {},
	}); err != nil {
		t.Fatal(err)
	}
	if w.drive, err = drivesim.New(w.cloud, drivesim.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.person, err = w.drive.AddAccount(drivesim.Person{Email: "mia@example.com"}); err != nil {
		t.Fatal(err)
	}
	if w.server, err = w.cloud.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
	})
	w.options = gdrive.Options{Use: googleaccount.Purge, Account: w.person.PermissionID(), Now: w.now, Sleep: w.sleep}
	return w
}

// tokens signs each time with a new token of the user: tokens are valid for an hour, and here hours pass.
type tokens struct {
	person *drivesim.Account
	scopes []string
}

func (t tokens) Token(context.Context, secret.Text) (secret.Text, error) {
	return secret.New(t.person.Token(t.scopes...).Access), nil
}

// open opens a driver with the world's options.
func (w *world) open(t *testing.T) *gdrive.Driver {
	t.Helper()
	d, err := w.tryOpen(w.options)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) tryOpen(o gdrive.Options) (*gdrive.Driver, error) {
	transport := cloudhttp.New(w.server.Client().Transport, cloudhttp.Options{
		Tokens: tokens{w.person, o.Use.Scopes()}, Hosts: googleaccount.Hosts(),
		Classify: googleaccount.Classify, Name: googleaccount.Call, Now: w.now, Sleep: w.sleep, Rate: 1e6,
	})
	o.Client = &http.Client{Transport: transport}
	return gdrive.Open(context.Background(), o)
}

// put writes a file of My Drive as its owner does, and gives its id.
func (w *world) put(name string, content []byte) string {
	w.Helper()
	w.pass(w.step)
	if id := w.ids[name]; id != "" && !w.drive.Snapshot()[id].Trashed {
		if err := w.person.Modify(id, drivesim.Bytes(content)); err != nil {
			w.Fatal(err)
		}
		return id
	}
	it := drivesim.Item{Parents: w.top, Name: path.Base(name), MimeType: "image/png", Content: drivesim.Bytes(content)}
	if ext := path.Ext(name); ext != "" && ext != ".png" {
		it.MimeType = "application/octet-stream"
	}
	if dir := path.Dir(name); dir != "." {
		it.Parents = []string{w.dir(dir)}
	}
	id, err := w.person.Put(it)
	if err != nil {
		w.Fatal(err)
	}
	w.ids[name] = id
	return id
}

// dir is the id of a folder below the top, which is made if there is none.
func (w *world) dir(name string) string {
	w.Helper()
	if id := w.ids[name+"/"]; id != "" {
		return id
	}
	it := drivesim.Item{Parents: w.top, Name: path.Base(name), MimeType: "application/vnd.google-apps.folder"}
	if above := path.Dir(name); above != "." {
		it.Parents = []string{w.dir(above)}
	}
	id, err := w.person.Put(it)
	w.must(err)
	w.ids[name+"/"] = id
	return id
}

// harness has the suite act in the world.
type harness struct{ *world }

func (h harness) Open(t *testing.T) providers.Driver { return h.open(t) }
func (h harness) Path(name string) string            { return "/" + name }

func (h harness) Write(t *testing.T, name string, content []byte) {
	t.Helper()
	h.put(name, content)
}

func (h harness) Remove(t *testing.T, name string) { h.act(t, h.person.Delete, name) }

func (h harness) Discard(t *testing.T, name string) { h.act(t, h.person.Trash, name) }

func (h harness) act(t *testing.T, do func(id string) error, name string) {
	t.Helper()
	h.pass(h.step)
	if err := do(h.ids[name]); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(h.drive.Snapshot()[h.ids[name]].Name, name) {
		delete(h.ids, name)
	}
}
