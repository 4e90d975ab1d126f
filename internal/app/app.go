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

// Options say what to open.
type Options struct {
	Getenv     func(string) string
	PolicyFile string          // "" looks for one; see Paths.FindPolicy
	Only       []string        // names of storages, or folders; empty: every storage of the policy
	Scopes     []sweeper.Scope // in place of Only: exactly these, whatever the policy, which need not even be readable; without roots: an account of it
	Act        bool            // storages may be changed; else they are open for reading only
	AnyFolder  bool            // however broad a folder in Only is: it is not to be listed
	WholeHome  bool            // the person's home in Only is to be looked at, and no more
	Gone       bool            // folders in Only may be missing: a saved plan names them
	Log        *slog.Logger
	Now        func() time.Time
	Uptime     func() (boot string, since time.Duration) // nil: the kernel's
	Classifier *fingerprint.Classifier                   // nil: the built-in one

	// Account opens an account of a service and says inside which paths its files
	// may be moved. nil: by its type, with what sweepd login keeps.
	Account func(ctx context.Context, name string, st policy.Storage) (d providers.Driver, roots []string, err error)
}

// log is where to, never nil.
func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// App is everything that is open.
type App struct {
	Paths      Paths
	PolicyFile string // "" when the built-in policy serves
	Policy     *policy.Policy
	Journal    *journal.Journal
	Classifier *fingerprint.Classifier
	Sweeper    *sweeper.Sweeper
	Scope      []sweeper.Scope  // the storages that are open
	Unopened   map[string]error // accounts that could not be opened, which stops no other storage

	// ReportOnly is why nothing can be deleted until somebody has looked at the
	// record: it is damaged, gone, not ours, not the running service's, or, by a
	// *StateError, cannot be opened. What is said then is said without it, and
	// remembered nowhere. nil: all is well.
	ReportOnly error

	// Differs is how the policy of the running service differs from Policy; "" where
	// it does not.
	Differs string

	storages []*providers.Storage
	still    func(now time.Time) error // what else stops every deletion; nil: nothing does
	shares   bool                      // the journal is another's to close
	noPolicy error                     // why the built-in policy serves in place of the one that there is
	o        Options
}

// UsageError is something that the caller asked for wrongly, with what to do.
type UsageError struct {
	Err  error
	Hint string
}

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// Open opens the policy, the journal, and the storages that o.Only names.
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

// newApp is one in which nothing is open yet.
func newApp(o Options) (_ *App, err error) {
	if o.Uptime == nil {
		o.Uptime = uptime
	}
	a := &App{o: o, Classifier: o.Classifier, Unopened: map[string]error{}}
	if a.Classifier == nil {
		a.Classifier = fingerprint.New()
	}
	if a.Paths, err = FindPaths(o.Getenv); err != nil {
		return nil, &UsageError{err, "set HOME, or STATE_DIRECTORY to a folder of its own"}
	}
	if a.Paths.Home != "" && strangers(a.Paths.Home) {
		return nil, &UsageError{fmt.Errorf("this is root, in the home of somebody else: %s", a.Paths.Home), "run it as the person whose files they are, or set HOME"}
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

// paused is why nothing may be deleted now: a person's word, or the quiet hours.
func (a *App) paused() error {
	now := a.o.Now()
	if err := a.Paths.Paused(now); err != nil || a.still == nil {
		return err
	}
	return a.still(now)
}

// rest lets go of what the storages hold open between two passes.
func (a *App) rest() error {
	var errs []error
	for _, st := range a.storages {
		errs = append(errs, st.Rest())
	}
	return errors.Join(errs...)
}

// Close closes all that is open.
func (a *App) Close() error {
	var errs []error
	for _, st := range a.storages {
		errs = append(errs, st.Close())
	}
	if a.Journal != nil && !a.shares {
		errs = append(errs, a.Journal.Close())
	}
	return errors.Join(errs...)
}

// StateError is why the record cannot be opened or made, although what is there
// of it may be sound.
type StateError struct {
	Dir string // the state directory
	Err error
}

func (e *StateError) Error() string { return e.Err.Error() }
func (e *StateError) Unwrap() error { return e.Err }

// openRecord opens the record for writing. The error is a *StateError unless
// journal.Unreliable reports true of it.
func openRecord(ctx context.Context, paths Paths, now func() time.Time) (*journal.Journal, error) {
	j, err := journal.Open(ctx, paths.Journal(), journal.Options{Now: now})
	if err != nil && !journal.Unreliable(err) {
		err = &StateError{paths.State, err}
	}
	return j, err
}

// openJournal opens the record. To act takes one that was read from the first
// byte to the last. To look takes none: where it cannot be opened or relied on
// an empty one, in memory, serves.
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

// openPolicy reads the policy file. Without one the built-in policy serves the
// folders that were named.
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
			errors.New("there is no policy, and no folder was named"),
			"name folders to look at, as in: sweepd scan ~/Downloads; or write a policy: sweepd init",
		}
	}
	a.Policy = policy.Default(roots)
	return nil
}

// LoadPolicy reads and parses a policy file.
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

// exampleDir is where a package has the examples.
const exampleDir = "/usr/share/sweepd/examples"

// unreadPolicy is what to do about a policy that cannot be read.
func unreadPolicy(path string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return "is it a file that you may read?"
	}
	hint := "write one with: sweepd init --policy " + path
	if _, err := os.Stat(exampleDir); err == nil {
		hint += "; there are examples in " + exampleDir
	}
	return hint
}

// Plan is Sweeper.Plan; the plan also says where the storages are, so that it
// can be applied without naming them again.
func (a *App) Plan(ctx context.Context, o sweeper.ScanOptions) (*sweeper.Plan, *sweeper.Summary, error) {
	p, sum, err := a.Sweeper.Plan(ctx, o)
	if p != nil {
		for i, sc := range p.Scope {
			p.Scope[i].Roots = a.Scope[slices.IndexFunc(a.Scope, func(o sweeper.Scope) bool { return o.Storage == sc.Storage })].Roots
		}
	}
	return p, sum, err
}

// PlanPurge is Sweeper.PlanPurge of what may be purged by one of the rights.
func (a *App) PlanPurge(ctx context.Context, rights []sweeper.Whose) (*sweeper.Plan, *sweeper.Summary, error) {
	return a.Sweeper.PlanPurge(ctx, func(b sweeper.Binned) bool { return slices.Contains(rights, b.Whose) })
}

// resolve makes a folder's name absolute and free of links.
func resolve(arg string) (string, error) {
	path, err := filepath.Abs(arg)
	if err != nil {
		return "", err
	}
	path = local.Real(path) // a missing one is for the listing to say, so that the others go on
	if fi, err := os.Stat(path); err == nil && !fi.IsDir() {
		return "", &UsageError{fmt.Errorf("%q is not a folder", arg), "to look at one file: sweepd explain FILE"}
	}
	return path, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
