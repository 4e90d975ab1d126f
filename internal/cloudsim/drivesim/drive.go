package drivesim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

// Provider is the name of this service in the record and in policies.
const Provider = "gdrive"

// Options are the options of a Drive.
type Options struct {
	// EmptyPerRequest is how many files of a trash that is being emptied each later request of the account deletes;
	// 0: 100. Settle deletes the rest at once.
	EmptyPerRequest int
	// FolderChangesOnly: trashing or restoring a folder is one change in the log, and not one for each file in it. It
	// is not documented which of the two the real service does; a client has to work with both.
	FolderChangesOnly bool
	// TestingMode: a refresh token is refused after 7 days, as for an OAuth client whose consent screen is "in
	// testing".
	TestingMode bool
}

// Drive is the service: accounts, files, shared drives and tokens. Its methods may be called from several
// goroutines at once.
//
// One lock guards all state. Exported methods and the methods of the API take it; a function that has a file or
// an account as its argument expects that its caller holds it, unless its comment states otherwise. The bytes of
// a file need no lock, because content never changes: they are sent, and their checksums computed, without it.
type Drive struct {
	roof    *cloudsim.Cloud
	o       Options
	methods []method // of Drive
	schemas map[string]fields.Schema
	// Those of the Directory API.
	directory []method

	mu       sync.Mutex // everything below, and everything in files and accounts
	accounts []*Account
	drives   []*SharedDrive
	domains  []*Domain
	// By id, in all drives and trashes; a file that was deleted for good is not in it.
	files  map[string]*file
	made   int64 // files made so far; the next one's seq
	shares int   // permissions granted so far; 0: nothing is shared
	// The resumable uploads under way, by upload_id. One that a client abandons stays.
	uploads map[string]*upload
	auth    auth
}

// Compile-time check.
var _ cloudsim.Service = (*Drive)(nil)

// New adds a Drive without accounts to the cloud c.
func New(c *cloudsim.Cloud, o Options) (*Drive, error) {
	if o.EmptyPerRequest <= 0 {
		o.EmptyPerRequest = 100
	}
	d := &Drive{
		roof: c, o: o, methods: methods(), schemas: schemas(), directory: directoryMethods(), files: map[string]*file{},
		uploads: map[string]*upload{}, auth: newAuth(),
	}
	maps.Copy(d.schemas, directorySchemas())
	return d, c.Add(d)
}

// Provider implements cloudsim.Service.
func (d *Drive) Provider() string { return Provider }

// The hosts, as the discovery documents and the sign-in guides name them.
const (
	apiHost     = "www.googleapis.com"
	tokenHost   = "oauth2.googleapis.com"
	consentHost = "accounts.google.com"
	pictureHost = "lh3.googleusercontent.com"
	adminHost   = "admin.googleapis.com"
)

// Hosts implements cloudsim.Service.
func (d *Drive) Hosts() []string {
	return []string{apiHost, tokenHost, consentHost, pictureHost, adminHost}
}

// now returns the time, truncated to the milliseconds of the wire.
func (d *Drive) now() time.Time { return d.roof.Now().UTC().Truncate(time.Millisecond) }

// newID returns a name in the service's form that is the same in each world that is built the same way. length is
// that of the result, at most 43 more than that of prefix.
func newID(prefix string, length int, n int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", prefix, n))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:])[:length-len(prefix)]
}

// Settle finishes the work that the service continues after its answers: it empties the trashes that clients have
// asked to empty.
func (d *Drive) Settle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.accounts {
		d.emptySome(a, len(a.emptying))
	}
}

// stamp returns a time in the form of the wire: RFC 3339 in UTC with three digits after the second.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// ServeHTTP implements http.Handler.
func (d *Drive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch host(r) {
	case apiHost, adminHost:
		d.serveAPI(w, r)
	case tokenHost:
		d.serveToken(w, r)
	case consentHost:
		d.serveConsent(w, r)
	default:
		d.servePicture(w, r)
	}
}
