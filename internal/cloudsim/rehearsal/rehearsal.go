package rehearsal

import (
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Options are the options of a Rehearsal.
type Options struct {
	Addr     string // where to listen, on loopback; "": 127.0.0.1, at any free port
	Accounts int    // of each cloud; 0: 1
	Files    int    // of each account
	Latency  time.Duration
	Faults   []cloudsim.Fault
	Now      func() time.Time // must be set
}

// Rehearsal is a set of clouds that can be called until Close. Any number of clients may use the clouds at once,
// but Write, Folder and Close must not be called at the same time.
type Rehearsal struct {
	cloud  *cloudsim.Cloud
	server *cloudsim.Server
	folder *folder
	place  Place
}

// Place describes where the rehearsal is, for a program that takes part. Its JSON is the output of sweepd demo serve
// --json.
type Place struct {
	Proxy    string    `json:"proxy"`        // for HTTPS_PROXY
	CAFile   string    `json:"ca_file"`      // for SSL_CERT_FILE
	Client   string    `json:"client_file"`  // an OAuth client, in the form of Google's console
	AppKey   string    `json:"app_key"`      // an app of the user's own at Dropbox
	APIKey   string    `json:"api_key_file"` // a key for OpenAI
	AuditURL string    `json:"audit_url"`    // every request and every change, as JSON lines
	Accounts []Account `json:"accounts"`
}

// Account is an account of the rehearsal. Its tokens give access to nothing but made-up files.
type Account struct {
	Provider     string `json:"provider"`
	Name         string `json:"account"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// Start starts a rehearsal. The caller closes it. It returns cloudsim.ErrNotLoopback if Options.Addr is another
// address, and an error if Options.Now is nil or a fault is wrong; nothing is left running or on the disk then.
func Start(o Options) (_ *Rehearsal, err error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	o.Accounts = max(o.Accounts, 1)
	r := &Rehearsal{}
	if r.cloud, err = cloudsim.New(cloudsim.Options{Now: o.Now, Latency: o.Latency, Faults: o.Faults}); err != nil {
		return nil, err
	}
	for _, open := range clouds() {
		if err := open(r, o); err != nil {
			return nil, err
		}
	}
	if r.server, err = r.cloud.Start(o.Addr); err != nil {
		return nil, err
	}
	r.place.Proxy, r.place.AuditURL = r.server.ProxyURL(), r.server.AuditURL()
	if err := r.write(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// clouds returns functions that each add one cloud with its accounts. A new cloud is added here.
func clouds() []func(*Rehearsal, Options) error {
	return []func(*Rehearsal, Options) error{openDrive, openDropbox, openOpenAI}
}

// write writes the files that a client of the clouds needs: the certificate to trust, the OAuth client for Google, and
// the API key for OpenAI. Dropbox needs none, because an app key is no secret.
func (r *Rehearsal) write() (err error) {
	if r.folder, err = newFolder(); err != nil {
		return fmt.Errorf("make a private folder: %w", err)
	}
	if r.place.CAFile, err = r.folder.write("ca.pem", r.server.CA()); err != nil {
		return err
	}
	if r.place.APIKey, err = r.folder.write("openai-key", []byte(apiKey+"\n")); err != nil {
		return err
	}
	r.place.Client, err = r.folder.write("google-client.json", googleClient())
	return err
}

// Place returns where everything is.
func (r *Rehearsal) Place() Place { return r.place }

// Audit returns the requests to the clouds, and the changes in them.
func (r *Rehearsal) Audit() *cloudsim.Audit { return r.cloud.Audit() }

// Write writes a file that only its owner can read into the rehearsal's folder, and returns its path.
func (r *Rehearsal) Write(name string, content []byte) (path string, err error) {
	return r.folder.write(name, content)
}

// Folder creates a folder in the rehearsal's own. Everything in it, of any program, is removed when the rehearsal
// ends.
func (r *Rehearsal) Folder(name string) (path string, err error) { return r.folder.sub(name) }

// Close ends every connection and removes the files that were written. A file that another program has put into the
// rehearsal's folder stays, and is an error.
func (r *Rehearsal) Close() error {
	err := r.server.Close()
	if r.folder != nil {
		err = errors.Join(err, r.folder.close())
	}
	return err
}
