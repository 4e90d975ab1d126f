package dropboxsim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Provider is the name of this service in the record and in policies.
const Provider = "dropbox"

// Options are the options of a Dropbox. They select behaviour for which the real service's is not documented, or not
// tried; a client has to work with both.
type Options struct {
	// FolderAlone: deleting a folder or moving it away is one deleted entry in the log, and not one for each path in
	// it.
	FolderAlone bool
	// MoveKeepsRev: a file that is moved keeps its rev.
	MoveKeepsRev bool
	// RestoreKeepsRev: a deleted file that is restored has its old rev.
	RestoreKeepsRev bool
	// RestoreNewID: a deleted file that is restored has another id.
	RestoreNewID bool
	// WriteTime is how long a write holds its namespace. Another one during that time is refused:
	// too_many_write_operations.
	WriteTime time.Duration
}

// Dropbox is the service: accounts, namespaces, files and tokens. Its methods may be called from several
// goroutines at once.
//
// One lock guards all state. Exported methods, routes and the handlers of the sign-in take it; other functions
// expect that their caller holds it. Bytes are read, hashed and sent without it, because content never changes.
type Dropbox struct {
	roof   *cloudsim.Cloud
	o      Options
	routes map[string]*route

	mu         sync.Mutex // everything below, and everything in accounts and trees
	accounts   []*Account
	teams      []*Team
	groups     int // added to teams so far
	namespaces []*namespace
	trees      []*tree
	nodes      map[uint64]*node // by key
	revs       map[uint64]*node // by the revs it has had
	made       uint64           // nodes made so far
	revised    uint64           // revs given so far
	epoch      int              // cursors of an older epoch are reset
	asked      int              // answers so far that were errors
	sessions   map[string]*session
	jobs       map[string]job
	auth       auth
}

// Compile-time check.
var _ cloudsim.Service = (*Dropbox)(nil)

// New adds a Dropbox without accounts to the cloud c.
func New(c *cloudsim.Cloud, o Options) (*Dropbox, error) {
	d := &Dropbox{
		roof: c, o: o, routes: routes(), nodes: map[uint64]*node{}, revs: map[uint64]*node{},
		sessions: map[string]*session{}, jobs: map[string]job{}, auth: newAuth(),
	}
	return d, c.Add(d)
}

// Provider implements cloudsim.Service.
func (d *Dropbox) Provider() string { return Provider }

// The hosts, as the documentation names them.
const (
	apiHost     = "api.dropboxapi.com"
	contentHost = "content.dropboxapi.com"
	notifyHost  = "notify.dropboxapi.com"
	webHost     = "www.dropbox.com"
)

// Hosts implements cloudsim.Service.
func (d *Dropbox) Hosts() []string { return []string{apiHost, contentHost, notifyHost, webHost} }

// now returns the time in the whole seconds of the wire.
func (d *Dropbox) now() int64 { return d.roof.Now().Unix() }

// stamp returns a time in the form of the wire: UTC, in whole seconds. Dropbox's own validators refuse fractions.
func stamp(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z") }

// newID returns a name in the service's form that is the same in each world that is built the same way: prefix
// and length more characters, at most 86.
func newID(prefix string, length int, n uint64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", prefix, n))
	long := base64.RawURLEncoding.EncodeToString(sum[:]) + base64.RawURLEncoding.EncodeToString(sum[:])
	return prefix + long[:length]
}

// ResetCursors invalidates every cursor that was returned so far: the service answers `reset`, and a client has to
// list everything again.
func (d *Dropbox) ResetCursors() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	for _, t := range d.trees {
		t.wake()
	}
}

// ServeHTTP implements http.Handler. serveAPI checks that a route is at the host that was called.
func (d *Dropbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case host(r) == webHost:
		d.serveConsent(w, r)
	case host(r) == apiHost && r.URL.Path == tokenPath:
		d.serveToken(w, r)
	default:
		d.serveAPI(w, r)
	}
}
