package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/sweeper"
	"github.com/sweepd/sweepd/xdgtrash"
)

// openStorages opens every storage of the scopes behind its guard. An account that was not named and cannot be opened
// goes to Unopened if there is another storage.
func (a *App) openStorages(ctx context.Context, scopes []sweeper.Scope) error {
	all := make([]opened, len(scopes))
	var accounts sync.WaitGroup
	turns := make(chan struct{}, openersMost)
	for i, sc := range scopes {
		if !a.isRemote(sc) {
			all[i] = a.openStorage(ctx, sc)
			continue
		}
		accounts.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			all[i] = a.openStorage(ctx, sc)
		})
	}
	accounts.Wait()
	var failed error
	for i, sc := range scopes {
		switch err := all[i].err; {
		case err == nil:
			a.Storages, a.Scope = append(a.Storages, all[i].storage), append(a.Scope, sc)
		case !a.isRemote(sc) && !errors.Is(err, errElsewhere):
			failed = cmp.Or(failed, err)
		case slices.Contains(a.o.Only, sc.Storage) || len(scopes)+len(a.Unopened) == 1 || ctx.Err() != nil:
			failed = cmp.Or(failed, fmt.Errorf("open %s: %w", sc.Storage, err))
		default:
			a.Unopened[sc.Storage] = WithHint(err)
		}
	}
	if failed == nil && len(a.Storages) == 0 && len(a.Unopened) > 0 {
		errs := make([]error, 0, len(a.Unopened))
		for _, name := range slices.Sorted(maps.Keys(a.Unopened)) {
			errs = append(errs, fmt.Errorf("open %s: %w", name, a.Unopened[name]))
		}
		return errors.Join(errs...)
	}
	return failed
}

// openersMost is the most accounts that are opened at once: each needs a few calls.
const openersMost = 8

// opened is a storage, or why it could not be opened.
type opened struct {
	storage *providers.Storage
	err     error
}

// WithHint returns the error with its hint as part of the text, for places without a line for hints.
func WithHint(err error) error {
	hint := hintOf(err)
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w; hint: %s", err, hint)
}

// isRemote reports whether a scope is an account of a service. Folders of this machine are named by their roots, or are
// the policy's.
func (a *App) isRemote(sc sweeper.Scope) bool {
	st, _ := a.Policy.Storage(sc.Storage)
	return sc.Roots == nil && (a.o.Scopes != nil || st.Remote())
}

// openStorage opens one storage behind its guard (providers.Storage). Only with Options.Act does the guard get a
// recorder, without which it refuses to change anything.
func (a *App) openStorage(ctx context.Context, sc sweeper.Scope) opened {
	open := a.openLocal
	if a.isRemote(sc) {
		open = a.openAccount
	}
	d, roots, err := open(ctx, sc)
	if err != nil {
		return opened{err: err}
	}
	o := providers.Options{Roots: roots, Part: sc.Roots != nil, Protect: a.Policy.Protect}
	if a.o.Protect != nil {
		o.Protect = a.o.Protect
	}
	if a.o.Act {
		o.Recorder = a.Journal
	}
	guarded, err := providers.NewStorage(sc.Storage, d, o)
	if err != nil {
		return opened{err: errors.Join(err, d.Close())}
	}
	return opened{storage: guarded}
}

// openAccount opens an account of a service. It is the only function that maps the type of an account to its
// provider.
func (a *App) openAccount(ctx context.Context, sc sweeper.Scope) (providers.Driver, []string, error) {
	st, _ := a.Policy.Storage(sc.Storage)
	switch {
	case st.IsFleet(): // an operation never has the name of a fleet
	case a.o.Account != nil && st.Remote():
		return a.o.Account(ctx, sc.Storage, st)
	case st.Type == policy.GDrive:
		return a.openDrive(ctx, sc.Storage, st)
	case st.Type == policy.Dropbox:
		return a.openDropbox(ctx, sc.Storage, st)
	}
	return nil, nil, &UsageError{
		errors.Join(fmt.Errorf("the policy has no account %q", sc.Storage), a.noPolicy),
		"its files are in the account's trash; to restore them, add the storage to the policy again under that name",
	}
}

// openLocal opens folders of this machine. The trash may be missing for a scan; an App that may act needs it.
// Roots of other storages inside this one's are excluded, except where exactly Options.Scopes are opened, as for
// an undo.
func (a *App) openLocal(ctx context.Context, sc sweeper.Scope) (providers.Driver, []string, error) {
	return a.openFolders(ctx, sc, fingerprint.Interesting)
}

// errElsewhere is returned for folders that are on another machine.
var errElsewhere = errors.New("its folders are on another machine")

// openFolders is openLocal for files of the names that are of interest.
func (a *App) openFolders(
	ctx context.Context, sc sweeper.Scope, interest func(name string) bool,
) (providers.Driver, []string, error) {
	st, _ := a.Policy.Storage(sc.Storage) // the zero Storage for named
	if st.Remote() {
		st = policy.Storage{} // the name was once that of folders
	}
	if a.Paths.Database != "" && !a.o.Here(sc.Storage) {
		return nil, nil, &UsageError{
			fmt.Errorf("storage %s: %w", sc.Storage, errElsewhere),
			"the record is that of several machines; run this on the machine whose name the storage begins with",
		}
	}
	if err := a.o.BindHost(ctx, a.Paths, a.Journal); err != nil {
		return nil, nil, err
	}
	if err := a.narrowEnough(sc, st); err != nil {
		return nil, nil, err
	}
	roots, only := st.Roots, sc.Roots
	if a.o.Scopes != nil || sc.Storage == named {
		roots, only = sc.Roots, nil
	}
	exclude := st.Exclude
	if a.o.Scopes == nil {
		exclude = slices.Concat(exclude, a.othersBelow(sc.Storage, roots))
	}
	bin, err := xdgtrash.Home(a.o.Getenv)
	if err != nil && a.o.Act {
		return nil, nil, fmt.Errorf("find the trash: %w", err)
	}
	d, err := local.Open(local.Options{
		Roots: roots, Only: only, Interest: interest, Exclude: exclude,
		CrossMounts: st.CrossMounts, TrashHome: bin, Now: a.o.Now,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", sc.Storage, err)
	}
	return d, d.Roots(), nil
}

// Home reports whether the path is the user's home. It resolves the home's symbolic links; path must have none.
func (a *App) Home(path string) bool {
	home, err := resolve(a.Paths.Home)
	return err == nil && a.Paths.Home != "" && path == home
}

// narrowEnough returns a *UsageError for folders that hold more than pictures: those that were named, and the
// policy's own, which may be links that lead elsewhere since the policy was read. For a scan the whole home may be
// named.
func (a *App) narrowEnough(sc sweeper.Scope, st policy.Storage) error {
	for _, root := range slices.Concat(sc.Roots, st.Roots) {
		if a.o.WholeHome && a.Home(root) {
			continue
		}
		if why := policyfile.Broad(root, a.Paths.Home, local.Real); why != "" && !st.AllowBroadRoot &&
			a.o.Scopes == nil &&
			!a.o.AnyFolder {
			return &UsageError{
				fmt.Errorf("%q is too broad: %s", root, why),
				"name the folders in which pictures are saved, e.g. ~/Downloads; or set allow_broad_root: true for " +
					"the storage in a policy",
			}
		}
	}
	return nil
}
