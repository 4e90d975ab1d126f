package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Options are the options of Open.
type Options struct {
	Getenv     func(string) string
	PolicyFile string   // "" searches for one; see Paths.FindPolicy
	PolicyText []byte   // the text of the policy, which PolicyFile then names in messages only; nil: it is in the file
	Only       []string // names of storages, or folders; empty: every storage of the policy
	// Scopes replace Only: exactly these are opened, regardless of the policy, which need not be readable. One
	// without roots is an account of the policy.
	Scopes    []sweeper.Scope
	Act       bool // storages may be changed; else they are opened read-only
	Upload    bool // a scan may upload pictures to OpenAI, from the storages for which the policy says so
	AnyFolder bool // a folder in Only may be too broad for a scan: it is not listed
	WholeHome bool // the user's home in Only may be scanned, but not changed
	Gone      bool // folders in Only may be missing: a saved plan names them
	// Host is the name of this machine where several have one record: the storages on its disks are those whose names
	// begin with it and an underscore. "": the first part of the machine's name.
	Host       string
	Log        *slog.Logger
	Now        func() time.Time
	Uptime     func() (boot string, since time.Duration) // nil: the kernel's
	Classifier *fingerprint.Classifier                   // nil: the built-in one
	Shared     *Shared                                   // nil: the App opens a policy and a journal of its own
	Protect    []providers.Guard                         // the guards that hold files; nil: those of the policy

	// Account opens an account of a service and returns the paths within which its files may be moved. nil: by its
	// type, with the grant that sweepd login stored.
	Account func(ctx context.Context, name string, st policy.Storage) (d providers.Driver, roots []string, err error)
	// Net has the transport of all calls to clouds, and how they wait; its zero value is a fresh one, which honours
	// HTTPS_PROXY and SSL_CERT_FILE, and a timer. Its other fields are set.
	Net oauth.Net
	// Quota returns what the calls to the service of an account wait for. nil: they wait for nothing.
	Quota func(policy.Storage) cloudhttp.Quota
	// Ask uploads a picture to OpenAI. nil: with the API key of the policy.
	Ask sweeper.Ask
}

// Shared are the parts that the Apps of a service have in common. None of them closes the journal.
type Shared struct {
	PolicyFile string
	Policy     *policy.Policy
	Journal    *journal.Journal
	Hold       func(now time.Time) error // returns another reason that stops every deletion, nil if there is none
}

// Resolve returns the options with all defaults, and the paths of this machine. It returns a *UsageError if there is
// no place for the record, or if the process runs as root in another user's home.
func (o Options) Resolve() (Options, Paths, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Uptime == nil {
		o.Uptime = uptime
	}
	if o.Classifier == nil {
		o.Classifier = fingerprint.New()
	}
	if o.Host == "" {
		name, err := os.Hostname()
		if err != nil {
			return o, Paths{}, err
		}
		o.Host, _, _ = strings.Cut(strings.ToLower(name), ".")
	}
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return o, paths, &UsageError{err, "set HOME, or set STATE_DIRECTORY to a separate folder"}
	}
	if paths.Home != "" && strangers(paths.Home) {
		return o, paths, &UsageError{
			fmt.Errorf("running as root with another user's HOME: %s", paths.Home),
			"run as the owner of the files, or set HOME",
		}
	}
	return o, paths, nil
}

// Here reports whether the folders of a storage are on this machine, by its name, where several machines have one
// record.
func (o Options) Here(storage string) bool {
	host, _, ok := strings.Cut(storage, "_")
	return ok && strings.ToLower(host) == o.Host
}

// NamedPolicy returns the policy file that the user has named; "" if none.
func (o Options) NamedPolicy() string { return cmp.Or(o.PolicyFile, o.Getenv("SWEEPD_POLICY")) }
