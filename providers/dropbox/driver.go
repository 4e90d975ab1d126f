package dropbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/users"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// Options are the options of a Driver.
type Options struct {
	// Client sends the calls: it signs and paces them, and returns the errors of internal/cloud/cloudhttp.
	Client *http.Client
	// Notify sends those calls that must not be signed, and whose answer may take ten minutes.
	Notify *http.Client
	// Use is the right that the user gave. It determines, with the kind of account, what the driver Can do.
	Use dropboxaccount.Use
	// Account is the id of the account that Client signs for.
	Account string
	// Member is the member that a team's app acts as, "" for an app of the user's own.
	Member string
	// TeamSpace: paths begin at the top of the team's space and not of the user's own folder.
	TeamSpace bool

	// Roots are the folders that are swept; if there are none, "/", which is all of it.
	Roots []string
	// Exclude are doublestar patterns for paths below a root. A folder that matches is left out with everything in
	// it. Case is ignored, as it is in Dropbox.
	Exclude []string
	// Interest reports whether a file of that name is listed; if it is nil, each is.
	Interest func(name string) bool

	Now   func() time.Time                                 // must be given
	Sleep func(ctx context.Context, d time.Duration) error // nil: cloudhttp.Sleep
}

// Driver is the providers.Driver of one account. A Ref is a path in lower case.
type Driver struct {
	providers.Unsupported
	o       Options
	exclude cloudstorage.Exclude
	// files and users call the API; notify is for the one call that waits for changes.
	files      files.ContextClient
	users      users.ContextClient
	notify     files.ContextClient
	account    account
	roots      []root
	stats      *cloudstorage.StatCache[*file]
	around     surroundings
	thumbnails thumbnails
	moved      moved
	inside     folders // for Purge, which holds writing

	// Dropbox asks for one write at a time in a namespace, and refuses two listings of one folder at once.
	writing, listing sync.Mutex
}

var (
	_ providers.Driver = (*Driver)(nil)
	_ providers.Meter  = (*Driver)(nil)
)

// Open opens the account: it asks whose account it is and of what kind.
func Open(ctx context.Context, o Options) (*Driver, error) {
	if o.Client == nil || o.Notify == nil || o.Account == "" || o.Now == nil {
		return nil, errors.New("a Dropbox needs two clients, an account and a clock")
	}
	exclude := cloudstorage.Exclude{Patterns: o.Exclude, AnyCase: true}
	if err := exclude.Valid(); err != nil {
		return nil, err
	}
	if len(o.Roots) == 0 {
		o.Roots = []string{"/"}
	}
	if o.Interest == nil {
		o.Interest = func(string) bool { return true }
	}
	if o.Sleep == nil {
		o.Sleep = cloudhttp.Sleep
	}
	d := &Driver{o: o, exclude: exclude, thumbnails: thumbnails{turn: make(chan struct{}, 1)}}
	d.stats = cloudstorage.NewStatCache(o.Now, d.ask)
	for _, name := range o.Roots {
		d.roots = append(d.roots, newRoot(name))
	}
	// The space of a team is known only after identify, so the first client does without it.
	cfg := dropbox.Config{Client: &http.Client{Transport: wire{o.Client.Transport}}, AsMemberID: o.Member}
	d.users = users.NewContext(cfg)
	if err := d.identify(ctx); err != nil {
		return nil, err
	}
	if o.TeamSpace {
		cfg = cfg.WithRoot(d.account.space)
	}
	d.files, d.users = files.NewContext(cfg), users.NewContext(cfg)
	d.notify = files.NewContext(dropbox.Config{Client: &http.Client{Transport: wire{o.Notify.Transport}}})
	return d, nil
}

// Used implements providers.Meter.
func (d *Driver) Used() providers.Used {
	calls, bytes := cloudhttp.Used(d.o.Client, d.o.Notify)
	return providers.Used{Calls: calls, Bytes: bytes}
}

// Roots returns the paths inside which files are listed.
func (d *Driver) Roots() []string { return slices.Clone(d.o.Roots) }

// Home returns the path of the user's own folder in their team's space; "" if they have none.
func (d *Driver) Home() string { return d.account.home }

// Can implements providers.Driver. No account can empty its bin in one call.
func (d *Driver) Can() providers.Can {
	// CanReadWhole is not among them, because every byte is a download.
	can := providers.CanListTrash | providers.CanWait | providers.CanFollow | providers.CanThumbnail
	if d.o.Use >= dropboxaccount.Trash {
		can |= providers.CanTrash | providers.CanRestore
	}
	if d.o.Use >= dropboxaccount.Purge && d.account.purges {
		can |= providers.CanPurge
	}
	return can
}

// able returns errors.ErrUnsupported if the scopes or the account do not allow can.
func (d *Driver) able(can providers.Can) error {
	switch {
	case d.Can().Has(can):
		return nil
	case can == providers.CanPurge && !d.account.purges:
		return fmt.Errorf("only an app that a team has linked may delete for good in Dropbox: %w",
			errors.ErrUnsupported)
	}
	return fmt.Errorf("the sign-in was not given the right to do this: %w", errors.ErrUnsupported)
}

// Close implements providers.Driver.
func (d *Driver) Close() error {
	d.o.Client.CloseIdleConnections()
	d.o.Notify.CloseIdleConnections()
	return nil
}
