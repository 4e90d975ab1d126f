package drive

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sweepd/internal/cloudfake"
	"sweepd/internal/cloudfake/drive/fields"
)

// Provider is the word for this service in the record and in policies.
const Provider = "gdrive"

// Options of a Drive.
type Options struct {
	// EmptyPerRequest is how many files each later request of an account lets an
	// emptying of the trash get on with; 0: 100. Settle finishes it at once.
	EmptyPerRequest int
	// FolderChangesOnly: trashing or restoring a folder is one change in the
	// log, and not one for each file in it. Which of the two the real service
	// does is not written down; a client has to live with either.
	FolderChangesOnly bool
	// TestingMode: a refresh token is refused after 7 days, as for an OAuth
	// client whose consent screen is "in testing".
	TestingMode bool
}

// Drive is the service: accounts, files, shared drives and tokens. Its methods
// may be called from several goroutines at once.
type Drive struct {
	roof    *cloudfake.Cloud
	o       Options
	methods []method
	schemas map[string]fields.Schema

	mu       sync.Mutex // everything below, and everything in files and accounts
	accounts []*Account
	drives   []*SharedDrive
	files    map[string]*file
	made     int64 // files made so far: the next one's place
	shares   int   // permissions granted so far; 0: nobody shares anything
	uploads  map[string]*upload
	auth     auth
}

// Compile-time check.
var _ cloudfake.Service = (*Drive)(nil)

// New makes a Drive without accounts under the roof c.
func New(c *cloudfake.Cloud, o Options) (*Drive, error) {
	if o.EmptyPerRequest <= 0 {
		o.EmptyPerRequest = 100
	}
	d := &Drive{roof: c, o: o, methods: methods(), schemas: schemas(), files: map[string]*file{}, uploads: map[string]*upload{}, auth: newAuth()}
	return d, c.Add(d)
}

// Provider implements cloudfake.Service.
func (d *Drive) Provider() string { return Provider }

// The hosts, as the discovery documents and the sign-in guides name them.
const (
	apiHost     = "www.googleapis.com"
	tokenHost   = "oauth2.googleapis.com"
	consentHost = "accounts.google.com"
	pictureHost = "lh3.googleusercontent.com"
)

// Hosts implements cloudfake.Service.
func (d *Drive) Hosts() []string { return []string{apiHost, tokenHost, consentHost, pictureHost} }

// now is the time, cut to the milliseconds that the wire has.
func (d *Drive) now() time.Time { return d.roof.Now().UTC().Truncate(time.Millisecond) }

// newID makes a name that looks like the service's and is the same in each world
// that is built the same way.
func newID(prefix string, length int, n int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", prefix, n))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:])[:length-len(prefix)]
}

// Settle finishes what the service goes on with after it has answered.
func (d *Drive) Settle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.accounts {
		d.emptySome(a, len(a.emptying))
	}
}

// stamp is a time as the wire has it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// ServeHTTP implements http.Handler.
func (d *Drive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch host(r) {
	case apiHost:
		d.serveAPI(w, r)
	case tokenHost:
		d.serveToken(w, r)
	case consentHost:
		d.serveConsent(w, r)
	default:
		d.servePicture(w, r)
	}
}
