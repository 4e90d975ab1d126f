package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sweepd/fingerprint"
	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/providers/local"
	"sweepd/sweeper"
)

// Options are the options of Open.
type Options struct {
	Getenv     func(string) string
	PolicyFile string   // "" searches for one; see Paths.FindPolicy
	Only       []string // names of storages, or folders; empty: every storage of the policy
	// Scopes replace Only: exactly these are opened, regardless of the policy, which need not be readable. One
	// without roots is an account of the policy.
	Scopes     []sweeper.Scope
	Act        bool // storages may be changed; else they are opened read-only
	AnyFolder  bool // a folder in Only may be too broad for a scan: it is not listed
	WholeHome  bool // the user's home in Only may be scanned, but not changed
	Gone       bool // folders in Only may be missing: a saved plan names them
	Log        *slog.Logger
	Now        func() time.Time
	Uptime     func() (boot string, since time.Duration) // nil: the kernel's
	Classifier *fingerprint.Classifier                   // nil: the built-in one

	// Account opens an account of a service and returns the paths within which its files may be moved. nil: by its
	// type, with the grant that sweepd login stored.
	Account func(ctx context.Context, name string, st policy.Storage) (d providers.Driver, roots []string, err error)
}

// log returns the logger, never nil.
func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// App is an open policy, journal and set of storages.
type App struct {
	Paths      Paths
	PolicyFile string // "" for the built-in policy
	Policy     *policy.Policy
	Journal    *journal.Journal
	Classifier *fingerprint.Classifier
	Sweeper    *sweeper.Sweeper
	Scope      []sweeper.Scope  // the storages that are open
	Unopened   map[string]error // accounts that could not be opened, which stops no other storage

	// ReportOnly is the reason why nothing can be deleted until the user has checked the record: it is damaged, gone,
	// not ours, not the running service's, or cannot be opened (*StateError). Results then come without it and are
	// not remembered. It is nil if the record is sound.
	ReportOnly error

	// Differs describes how the policy of the running service differs from Policy; "" if it does not.
	Differs string

	storages      []*providers.Storage
	quietHours    func(now time.Time) error // another reason that stops every deletion; nil: there is none
	sharedJournal bool                      // another App closes the journal
	noPolicy      error                     // why the built-in policy is used in place of the existing one
	o             Options
}

// UsageError is a mistake in the caller's request, with a hint on what to do.
type UsageError struct {
	Err  error
	Hint string
}

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// Open opens the policy, the journal, and the storages that o.Only names. The caller closes the App.
func Open(ctx context.Context, o Options) (*App, error) {
	a, err := newApp(o)
	if err != nil {
		return nil, err
	}
	scopes := o.Scopes
	if err := a.openPolicy(); err != nil && scopes == nil {
		return nil, err
	} else if err != nil {
		a.Policy, a.noPolicy = policy.Default(scopes[0].Roots), err
	} else if scopes == nil {
		if scopes, err = a.scopes(); err != nil {
			return nil, err
		}
	}
	if err := a.openJournal(ctx); err != nil {
		return nil, err
	}
	if err := a.openSweeper(ctx, scopes, nil); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// newApp returns an App in which nothing is open yet.
func newApp(o Options) (_ *App, err error) {
	if o.Uptime == nil {
		o.Uptime = uptime
	}
	a := &App{o: o, Classifier: o.Classifier, Unopened: map[string]error{}}
	if a.Classifier == nil {
		a.Classifier = fingerprint.New()
	}
	if a.Paths, err = FindPaths(o.Getenv); err != nil {
		return nil, &UsageError{err, "set HOME, or set STATE_DIRECTORY to a separate folder"}
	}
	if a.Paths.Home != "" && strangers(a.Paths.Home) {
		return nil, &UsageError{
			fmt.Errorf("running as root with another user's HOME: %s", a.Paths.Home),
			"run as the owner of the files, or set HOME",
		}
	}
	return a, nil
}

// openSweeper opens the storages of the scopes and a Sweeper over them.
func (a *App) openSweeper(ctx context.Context, scopes []sweeper.Scope, budget *sweeper.Budget) (err error) {
	if err := a.openStorages(ctx, scopes); err != nil {
		return err
	}
	a.Sweeper, err = sweeper.New(sweeper.Options{
		Policy: a.Policy, Journal: a.Journal, Storages: a.storages, Budget: budget,
		Classifier: a.Classifier, Now: a.o.Now, Log: a.o.Log, Uptime: a.o.Uptime, Unopened: a.Unopened,
		Paused: a.paused, Real: local.Real,
	})
	return err
}

// paused returns the reason why nothing may be deleted now: a pause by the user, or the quiet hours.
func (a *App) paused() error {
	now := a.o.Now()
	if err := a.Paths.Paused(now); err != nil || a.quietHours == nil {
		return err
	}
	return a.quietHours(now)
}

// rest releases the resources that the storages hold open between two passes.
func (a *App) rest() error {
	var errs []error
	for _, st := range a.storages {
		errs = append(errs, st.Rest())
	}
	return errors.Join(errs...)
}

// Close closes the storages, and the journal unless it is shared.
func (a *App) Close() error {
	var errs []error
	for _, st := range a.storages {
		errs = append(errs, st.Close())
	}
	if a.Journal != nil && !a.sharedJournal {
		errs = append(errs, a.Journal.Close())
	}
	return errors.Join(errs...)
}

// StateError is the reason why the record cannot be opened or made, although its contents may be sound.
type StateError struct {
	Dir string // the state directory
	Err error
}

func (e *StateError) Error() string { return e.Err.Error() }
func (e *StateError) Unwrap() error { return e.Err }

// openRecord opens the record for writing. It returns a *StateError, or an error for which journal.Unreliable reports
// true.
func openRecord(ctx context.Context, paths Paths, now func() time.Time) (*journal.Journal, error) {
	j, err := journal.Open(ctx, paths.Journal(), journal.Options{Now: now})
	if err != nil && !journal.Unreliable(err) {
		err = &StateError{paths.State, err}
	}
	return j, err
}

// openJournal opens the record. Acting requires a record that was read from the first byte to the last. Looking
// requires none: an empty journal in memory replaces one that cannot be opened or relied on.
func (a *App) openJournal(ctx context.Context) (err error) {
	var service *status.Daemon
	if a.Journal, service, err = openBeside(ctx, a.Paths, a.o.Now); err == nil {
		a.Differs = Differs(service, a.PolicyFile, a.Policy)
	}
	if err == nil && a.o.Act {
		if err = a.Journal.Check(ctx); err != nil {
			return errors.Join(err, a.Journal.Close())
		}
	}
	if err == nil || a.o.Act || ctx.Err() != nil {
		return err
	}
	a.ReportOnly = err
	a.Journal, err = journal.OpenTemporary(ctx, journal.Options{Now: a.o.Now})
	return err
}

// openPolicy reads the policy file. Without a file it takes the built-in policy for the folders in Only.
func (a *App) openPolicy() error {
	path, err := a.Paths.FindPolicy(firstOf(a.o.PolicyFile, a.o.Getenv("SWEEPD_POLICY")))
	if err != nil {
		return err
	}
	if path != "" {
		a.PolicyFile = path
		a.Policy, err = LoadPolicy(path, a.Paths.Home)
		return err
	}
	roots := make([]string, 0, len(a.o.Only))
	for _, arg := range a.o.Only {
		root, err := resolve(arg)
		if err == nil {
			err = a.exists(arg, root)
		}
		if err != nil {
			return err
		}
		roots = append(roots, root)
	}
	if len(roots) == 0 {
		return &UsageError{
			errors.New("no policy file and no folder given"),
			"name folders, e.g. sweepd scan ~/Downloads; or create a policy: sweepd init",
		}
	}
	a.Policy = policy.Default(roots)
	return nil
}

// LoadPolicy reads and parses a policy file. It returns a *UsageError if the file cannot be read.
func LoadPolicy(path, home string) (*policy.Policy, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, &UsageError{fmt.Errorf("read the policy: %w", err), unreadPolicy(path, err)}
	}
	return parsePolicy(path, src, home)
}

// parsePolicy parses the text of a policy file on this machine.
func parsePolicy(path string, src []byte, home string) (*policy.Policy, error) {
	return policy.Parse(path, src, policy.ParseOptions{Home: home, Real: local.Real})
}

// exampleDir is the folder in which a package installs the examples.
const exampleDir = "/usr/share/sweepd/examples"

// unreadPolicy returns the hint for a policy that cannot be read.
func unreadPolicy(path string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return "check that it is a file that you can read"
	}
	hint := "create one with: sweepd init --policy " + path
	if _, err := os.Stat(exampleDir); err == nil {
		hint += "; examples are in " + exampleDir
	}
	return hint
}

// Plan calls Sweeper.Plan and adds the roots of the storages to the plan, so that it can be applied without naming
// them again.
func (a *App) Plan(ctx context.Context, o sweeper.ScanOptions) (*sweeper.Plan, *sweeper.Summary, error) {
	p, sum, err := a.Sweeper.Plan(ctx, o)
	if p != nil {
		for i, sc := range p.Scope {
			p.Scope[i].Roots = a.Scope[slices.IndexFunc(a.Scope,
				func(o sweeper.Scope) bool { return o.Storage == sc.Storage })].Roots
		}
	}
	return p, sum, err
}

// PlanPurge calls Sweeper.PlanPurge for the entries that may be purged by one of the rights.
func (a *App) PlanPurge(ctx context.Context, rights []sweeper.PurgeReason) (*sweeper.Plan, *sweeper.Summary, error) {
	return a.Sweeper.PlanPurge(ctx, func(b sweeper.TrashEntry) bool { return slices.Contains(rights, b.PurgeReason) })
}

// resolve returns the folder's path, absolute and without symbolic links.
func resolve(arg string) (string, error) {
	path, err := filepath.Abs(arg)
	if err != nil {
		return "", err
	}
	path = local.Real(path) // the listing reports a missing folder, so that the others go on
	if fi, err := os.Stat(path); err == nil && !fi.IsDir() {
		return "", &UsageError{fmt.Errorf("%q is not a folder", arg), "to examine a file: sweepd explain FILE"}
	}
	return path, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
