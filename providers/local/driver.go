package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
	"github.com/sweepd/sweepd/xdgtrash"
)

// Options are the settings of a Driver.
type Options struct {
	// Roots are the folders to list. Open resolves a root that is a symbolic link, once; a root below another is
	// listed once. A root that cannot be opened is no error of Open: each listing tries it again and names it in an
	// UnlistedError.
	Roots []string
	// Only are folders in the roots, or roots. If there are any, nothing outside of them is listed, read or moved.
	// Rules of the roots still apply: Exclude remains relative to the root.
	Only []string
	// Interest reports whether files of that name are listed; nil means all.
	Interest func(name string) bool
	// CrossMounts lets listings and reads go on into other file systems and bind mounts below a root.
	CrossMounts bool
	// Exclude are doublestar patterns for paths below a root, in addition to the built-in ones; a folder that matches
	// is not entered.
	Exclude []string
	// TrashHome is the home trash; see xdgtrash.Home. Files on other mounts, or in other btrfs subvolumes, go to the
	// bin on top of their own. If it is empty, nothing can be deleted.
	TrashHome string
	// Workers is how many folders are read at the same time; 0 means one for each processor, at most four.
	Workers int
	// Now returns the deletion date of files that go into the bin; needed with TrashHome.
	Now func() time.Time
}

// CallError means that a required system call is not available. It wraps errors.ErrUnsupported.
type CallError = roots.CallError

// Driver is the providers.Driver of local folders. A Ref is an absolute path.
type Driver struct {
	providers.Unsupported
	o     Options
	roots []*roots.Root
	only  []string // resolved, none in another; empty: all of the roots
	bin   string   // the home trash: absolute, its parents resolved; "" = none
	rules rules
	platform
	watcher watcher
	listed  atomic.Int64             // files of any kind that listings have passed
	step    func(point string) error // nil but in tests, which fail or interfere there
}

// Listed implements providers.Lister.
func (d *Driver) Listed() int64 { return d.listed.Load() }

// Open checks the options and opens the roots.
func Open(o Options) (*Driver, error) {
	if len(o.Roots) == 0 {
		return nil, errors.New("no folder is given")
	}
	if o.TrashHome != "" && (o.Now == nil || !filepath.IsAbs(o.TrashHome)) {
		return nil, errors.New("a trash bin needs an absolute path and a clock")
	}
	if o.Workers <= 0 {
		o.Workers = min(runtime.GOMAXPROCS(0), 4)
	}
	d := &Driver{o: o, rules: rules{interest: o.Interest, patterns: o.Exclude, roots: map[string]bool{}}}
	if o.TrashHome != "" {
		d.bin = xdgtrash.ResolveHome(o.TrashHome)
		d.rules.bin = d.bin
	}
	if err := d.rules.valid(); err != nil {
		return nil, err
	}
	for _, given := range o.Roots {
		if err := d.addRoot(given); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	if err := d.narrow(o.Only); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	// The guards and the trash need the roots.
	d.prepare()
	return d, nil
}

// addRoot resolves one root and adds it, unless it is there already.
func (d *Driver) addRoot(given string) error {
	if given == "" {
		return errors.New("a root is empty")
	}
	path, err := disk.Resolved(given)
	if err != nil {
		return fmt.Errorf("root %q: %w", given, err)
	}
	way, err := filepath.Abs(given)
	if err != nil {
		return fmt.Errorf("root %q: %w", given, err)
	}
	// Two of the given paths may lead to one folder.
	if i := slices.IndexFunc(d.roots, func(r *roots.Root) bool { return r.Path == path }); i >= 0 {
		d.roots[i].Ways = append(d.roots[i].Ways, way)
		return nil
	}
	r := roots.New(given, path, d.o.CrossMounts)
	r.Ways = slices.Compact([]string{path, way})
	d.roots = append(d.roots, r)
	d.rules.roots[path] = true
	return supported(r.Check()) // listings report a missing or unreadable root
}

// rootMarkedAbove is markedAbove for each path that leads to the root: its own and those by which the policy names it,
// which may lead through links.
func rootMarkedAbove(r *roots.Root) error {
	for _, way := range r.Ways {
		if err := markedAbove(way); err != nil {
			return err
		}
	}
	return nil
}

// Real returns an absolute path clean and without symbolic links. If the path does not exist, as for a folder on a
// disk that is not mounted, Real still resolves the links in its existing part.
func Real(path string) string { return disk.Real(path) }

// Roots returns the folders that are swept, as Entry.Path shows them: absolute, links resolved.
func (d *Driver) Roots() (paths []string) {
	for _, r := range d.roots {
		paths = append(paths, d.parts(r)...)
	}
	return paths
}

// Rest implements providers.Rester: it closes the descriptors of the roots and of the bin that are not in use, so
// that their file systems can be unmounted.
func (d *Driver) Rest() error {
	d.platform.rest()
	errs := make([]error, 0, len(d.roots))
	for _, r := range d.roots {
		errs = append(errs, r.Rest())
	}
	return errors.Join(errs...)
}

// Close closes the roots, the bin and the watcher.
func (d *Driver) Close() error {
	d.platform.close()
	errs := []error{d.watcher.close()}
	for _, r := range d.roots {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// locate returns the innermost root that path is in, and the path below it. A path in the bin is in no root:
// fs.ErrNotExist. Any other path outside of the swept folders is ErrOutside.
func (d *Driver) locate(path string) (*roots.Root, string, error) {
	if path != filepath.Clean(path) || strings.IndexByte(path, 0) >= 0 {
		return nil, "", fmt.Errorf("%q is not a clean path: %w", path, providers.ErrOutside)
	}
	// A root may be above the bin.
	if _, in := disk.Below(d.bin, path); in && d.bin != "" {
		return nil, "", fmt.Errorf("it is in the trash: %w", fs.ErrNotExist)
	}
	r, rest := d.innermost(path)
	if r == nil || !d.named(path) {
		return nil, "", providers.ErrOutside
	}
	return r, rest, nil
}

// Omits implements providers.Omitter, by the rules of the listing.
func (d *Driver) Omits(ctx context.Context, ref providers.Ref) error {
	r, _, err := d.begin(ctx, string(ref))
	if err != nil {
		return err
	}
	return d.omits(r, string(ref))
}

// omits is Omits for a file in the root.
func (d *Driver) omits(r *roots.Root, path string) error {
	switch {
	case d.rules.excluded(r.Path, path):
		return fmt.Errorf("%w: exclude: in the policy leaves it out", providers.ErrProtected)
	case !d.rules.wants(r.Path, path, filepath.Base(path)):
		return fmt.Errorf("%w: files of that name are left out", providers.ErrProtected)
	}
	return d.leftOut(r, filepath.Dir(path))
}

// innermost returns the innermost root that path is in; nil if it is in none.
func (d *Driver) innermost(path string) (found *roots.Root, rest string) {
	for _, r := range d.roots {
		if rel, in := disk.Below(r.Path, path); in && (found == nil || len(r.Path) > len(found.Path)) {
			found, rest = r, rel
		}
	}
	return found, rest
}

// begin starts every method: it returns the error of the context, or the result of locate.
func (d *Driver) begin(ctx context.Context, path string) (*roots.Root, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	return d.locate(path)
}
