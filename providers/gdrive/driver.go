package gdrive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// Options are the options of a Driver.
type Options struct {
	// Client sends the calls: it signs and paces them, and returns the errors of internal/cloud/cloudhttp.
	Client *http.Client
	// Use is the right that the user gave; it determines what the driver Can do.
	Use googleaccount.Use
	// Account is the id of the account that Client signs for.
	Account string

	// Roots are paths in My Drive, "/" for all of it. Shared drives are roots of their own.
	Roots []string
	// Exclude are doublestar patterns for paths below a root. A folder that matches is left out with everything in
	// it.
	Exclude []string
	// SharedDrives are names or ids of shared drives that are swept too.
	SharedDrives []string
	// Paths has Entry.Path name the folders that a file is in, which takes calls. Without it, and with no root but
	// "/", the path of a file that is not directly in My Drive is "/…/name". Other roots and Exclude imply it.
	Paths bool

	Poll  time.Duration                                    // how often Wait asks; 0: a minute
	Now   func() time.Time                                 // must be given
	Sleep func(ctx context.Context, d time.Duration) error // nil: cloudhttp.Sleep
}

// Driver is the providers.Driver of one account. A Ref is a file id.
type Driver struct {
	providers.Unsupported
	o       Options
	exclude cloudstorage.Exclude
	api     *drive.Service
	spaces  []space // My Drive, then shared drives
	stats   *cloudstorage.StatCache[*drive.File]
	folders folders
	around  surroundings
	// moving lets one operation at a time act on a file.
	moving locks
}

var (
	_ providers.Driver = (*Driver)(nil)
	_ providers.Meter  = (*Driver)(nil)
)

// space is one tree of folders with a change history of its own.
type space struct {
	id   string // of a shared drive; "" is My Drive
	root string // the prefix of its files' paths: "", "/Shared drives/Team"
}

// sharedDrives is the folder that contains them in paths.
const sharedDrives = "/Shared drives"

// Open opens the account. It sends calls only if there are shared drives to find.
func Open(ctx context.Context, o Options) (*Driver, error) {
	if o.Client == nil || o.Account == "" || o.Now == nil {
		return nil, errors.New("a Drive needs a client, an account and a clock")
	}
	exclude := cloudstorage.Exclude{Patterns: o.Exclude}
	if err := exclude.Valid(); err != nil {
		return nil, err
	}
	if len(o.Roots) == 0 {
		o.Roots = []string{"/"}
	}
	o.Paths = o.Paths || len(o.Exclude) > 0 || !slices.Equal(o.Roots, []string{"/"})
	if o.Poll <= 0 {
		o.Poll = time.Minute
	}
	if o.Sleep == nil {
		o.Sleep = cloudhttp.Sleep
	}
	// The client signs the calls, so the library gets no credentials.
	api, err := drive.NewService(ctx, option.WithHTTPClient(o.Client))
	if err != nil {
		return nil, err
	}
	d := &Driver{o: o, exclude: exclude, api: api, spaces: []space{{}}}
	d.stats, d.folders.d = cloudstorage.NewStatCache(o.Now, d.ask), d
	return d, d.findShared(ctx)
}

// findShared finds the shared drives that are configured. If one is missing it returns an error: the files in it
// would otherwise count as gone.
func (d *Driver) findShared(ctx context.Context) error {
	if len(d.o.SharedDrives) == 0 {
		return nil
	}
	all := map[string]space{}
	call := d.api.Drives.List().PageSize(100).Fields("nextPageToken,drives(id,name)")
	err := cloudhttp.Cause(call.Pages(ctx, func(l *drive.DriveList) error {
		for _, x := range l.Drives {
			s := space{x.Id, sharedDrives + "/" + element(x.Name)}
			if _, twice := all[x.Name]; twice {
				s.id = "" // the name alone does not identify it
			}
			all[x.Name], all[x.Id] = s, space{x.Id, s.root}
		}
		return nil
	}))
	if err != nil {
		return fmt.Errorf("list the shared drives: %w", err)
	}
	for _, name := range d.o.SharedDrives {
		s, ok := all[name]
		switch {
		case !ok:
			return fmt.Errorf("there is no shared drive %q in this account", name)
		case s.id == "":
			return fmt.Errorf("there is more than one shared drive %q: give its id instead", name)
		case !slices.Contains(d.spaces, s):
			d.spaces = append(d.spaces, s)
		}
	}
	return nil
}

// Used implements providers.Meter.
func (d *Driver) Used() providers.Used {
	calls, bytes := cloudhttp.Used(d.o.Client)
	return providers.Used{Calls: calls, Bytes: bytes}
}

// Roots returns the paths inside which files are listed.
func (d *Driver) Roots() []string {
	roots := slices.Clone(d.o.Roots)
	for _, s := range d.spaces[1:] {
		roots = append(roots, s.root)
	}
	return roots
}

// Can implements providers.Driver.
func (d *Driver) Can() providers.Can {
	// CanReadWhole is not among them, because every byte is a download.
	can := providers.CanListTrash | providers.CanWait | providers.CanFollow | providers.CanThumbnail
	if d.o.Use >= googleaccount.Trash {
		can |= providers.CanTrash | providers.CanRestore
	}
	if d.o.Use >= googleaccount.Purge {
		can |= providers.CanPurge | providers.CanEmptyTrash
	}
	return can
}

// able returns errors.ErrUnsupported if the scopes do not allow can.
func (d *Driver) able(can providers.Can) error {
	if !d.Can().Has(can) {
		return fmt.Errorf("the sign-in was not given the right to do this: %w", errors.ErrUnsupported)
	}
	return nil
}

// Close implements providers.Driver.
func (d *Driver) Close() error {
	d.o.Client.CloseIdleConnections()
	return nil
}

// Free implements providers.Driver. If the account has no limit, it returns no number.
func (d *Driver) Free(ctx context.Context) (map[string]int64, error) {
	about, err := cloudhttp.Answered(d.api.About.Get().Fields("storageQuota(limit,usage)").Context(ctx).Do())
	if err != nil {
		return nil, err
	}
	if q := about.StorageQuota; q != nil && q.Limit > 0 {
		return map[string]int64{"Google account " + d.o.Account: max(q.Limit-q.Usage, 0)}, nil
	}
	return nil, nil
}

// space returns the space that a file is in; ok is false if it is in none that is swept.
func (d *Driver) space(f *drive.File) (space, bool) {
	i := slices.IndexFunc(d.spaces, func(s space) bool { return s.id == f.DriveId })
	if i < 0 {
		return space{}, false
	}
	return d.spaces[i], true
}

// within reports whether a path is below root.
func within(p, root string) bool { return strings.HasPrefix(p, strings.TrimSuffix(root, "/")+"/") }

// swept reports whether a path is inside a root, and excluded in none of the roots that it is inside of: the files of
// a shared drive are below "/" too. If paths matter, a file in an unknown folder is left alone, because that folder
// may be excluded, or a rule may keep it.
func (d *Driver) swept(p string) bool {
	if d.o.Paths && within(p, "/"+unknown) {
		return false
	}
	inside := false
	for _, root := range d.Roots() {
		if below, ok := strings.CutPrefix(p, strings.TrimSuffix(root, "/")+"/"); ok {
			if d.exclude.Has(below) {
				return false
			}
			inside = true
		}
	}
	return inside
}

// locks lets one goroutine at a time work on a file.
type locks struct {
	mu   sync.Mutex
	held map[providers.Ref]*lock
}

// lock is the lock of one file, with the number of goroutines that hold it or wait for it.
type lock struct {
	sync.Mutex
	users int
}

// take waits until it has the lock and returns the function that releases it.
func (l *locks) take(ref providers.Ref) (release func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[providers.Ref]*lock{}
	}
	one := l.held[ref]
	if one == nil {
		one = &lock{}
		l.held[ref] = one
	}
	one.users++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(l.held, ref)
		}
	}
}
