package app

import (
	"cmp"
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
	"sweepd/policy/policyfile"
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
	Shared     *Shared                                   // nil: the App opens a policy and a journal of its own

	// Account opens an account of a service and returns the paths within which its files may be moved. nil: by its
	// type, with the grant that sweepd login stored.
	Account func(ctx context.Context, name string, st policy.Storage) (d providers.Driver, roots []string, err error)
}

// Shared are the parts that the Apps of a service have in common. None of them closes the journal.
type Shared struct {
	PolicyFile string
	Policy     *policy.Policy
	Journal    *journal.Journal
	Budget     *sweeper.Budget
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

// NamedPolicy returns the policy file that the user has named; "" if none.
func (o Options) NamedPolicy() string { return cmp.Or(o.PolicyFile, o.Getenv("SWEEPD_POLICY")) }

// App is an open policy, journal and set of storages.
type App struct {
	Paths      Paths
	PolicyFile string // "" for the built-in policy
	Policy     *policy.Policy
	Journal    *journal.Journal
	Classifier *fingerprint.Classifier
	Sweeper    *sweeper.Sweeper
	Scope      []sweeper.Scope      // the storages that are open
	Storages   []*providers.Storage // in the order of Scope
	Unopened   map[string]error     // accounts that could not be opened, which stops no other storage

	// ReportOnly is the reason why nothing can be deleted until the user has checked the record: it is damaged, gone,
	// not ours, not the running service's, or cannot be opened (*StateError). Results then come without it and are
	// not remembered. It is nil if the record is sound.
	ReportOnly error

	// Differs describes how the policy of the running service differs from Policy; "" if it does not.
	Differs string

	noPolicy error // why the built-in policy is used in place of the existing one
	o        Options
}

// UsageError is a mistake in the caller's request, with a hint on what to do.
type UsageError struct {
	Err  error
	Hint string
}

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// Open opens the policy and the journal, unless o.Shared has them, and the storages that o.Only names. The caller closes
// the App.
func Open(ctx context.Context, o Options) (*App, error) {
	o, paths, err := o.Resolve()
	if err != nil {
		return nil, err
	}
	a := &App{o: o, Paths: paths, Classifier: o.Classifier, Unopened: map[string]error{}}
	scopes, err := a.openRules()
	if err != nil {
		return nil, err
	}
	if err := a.openJournal(ctx); err != nil {
		return nil, err
	}
	if err := a.openSweeper(ctx, scopes); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// openRules opens the policy and returns the storages to open. If o.Scopes names them, the built-in policy replaces one
// that cannot be read.
func (a *App) openRules() (scopes []sweeper.Scope, err error) {
	if shared := a.o.Shared; shared != nil {
		a.PolicyFile, a.Policy = shared.PolicyFile, shared.Policy
	} else if a.PolicyFile, a.Policy, err = a.o.openPolicy(a.Paths); err != nil && a.o.Scopes == nil {
		return nil, err
	} else if err != nil {
		a.Policy, a.noPolicy = policyfile.Default(a.o.Scopes[0].Roots), err
	}
	if a.o.Scopes != nil {
		return a.o.Scopes, nil
	}
	return a.scopes()
}

// openSweeper opens the storages of the scopes and a Sweeper over them.
func (a *App) openSweeper(ctx context.Context, scopes []sweeper.Scope) (err error) {
	if err := a.openStorages(ctx, scopes); err != nil {
		return err
	}
	o := sweeper.Options{
		Policy: a.Policy, Journal: a.Journal, Storages: a.Storages,
		Classifier: a.Classifier, Now: a.o.Now, Log: a.o.Log, Uptime: a.o.Uptime, Unopened: a.Unopened,
		Paused: a.paused, Real: local.Real,
	}
	if a.o.Shared != nil {
		o.Budget = a.o.Shared.Budget
	}
	a.Sweeper, err = sweeper.New(o)
	return err
}

// paused returns the reason why nothing may be deleted now: a pause by the user, or the hold of a service.
func (a *App) paused() error {
	now := a.o.Now()
	if err := a.Paths.Paused(now); err != nil || a.o.Shared == nil || a.o.Shared.Hold == nil {
		return err
	}
	return a.o.Shared.Hold(now)
}

// Close closes the storages, and the journal unless it is shared.
func (a *App) Close() error {
	var errs []error
	for _, st := range a.Storages {
		errs = append(errs, st.Close())
	}
	if a.Journal != nil && a.o.Shared == nil {
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

// OpenRecord opens the record for writing. It returns a *StateError, or an error for which journal.Unreliable reports
// true.
func (p Paths) OpenRecord(ctx context.Context, now func() time.Time) (*journal.Journal, error) {
	j, err := journal.Open(ctx, p.Journal(), journal.Options{Now: now})
	if err != nil && !journal.Unreliable(err) {
		err = &StateError{p.State, err}
	}
	return j, err
}

// openJournal opens the record unless it is shared. Acting requires a record that was read from the first byte to the last. Looking
// requires none: an empty journal in memory replaces one that cannot be opened or relied on.
func (a *App) openJournal(ctx context.Context) (err error) {
	if a.o.Shared != nil {
		a.Journal = a.o.Shared.Journal
		return nil
	}
	var service *status.Daemon
	if a.Journal, service, err = a.Paths.OpenBeside(ctx, a.o.Now); err == nil {
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

// openPolicy reads the policy file. Without a file it returns the built-in policy for the folders in Only, and file is
// "".
func (o Options) openPolicy(paths Paths) (file string, p *policy.Policy, err error) {
	file, err = paths.FindPolicy(o.NamedPolicy())
	if err != nil {
		return "", nil, err
	}
	if file != "" {
		p, err = LoadPolicy(file, paths.Home)
		return file, p, err
	}
	roots := make([]string, 0, len(o.Only))
	for _, arg := range o.Only {
		root, err := resolve(arg)
		if err == nil {
			err = o.exists(arg, root, paths.Home, nil)
		}
		if err != nil {
			return "", nil, err
		}
		roots = append(roots, root)
	}
	if len(roots) == 0 {
		return "", nil, &UsageError{
			errors.New("no policy file and no folder given"),
			"name folders, e.g. sweepd scan ~/Downloads; or create a policy: sweepd init",
		}
	}
	return "", policyfile.Default(roots), nil
}

// LoadPolicy reads and parses a policy file. It returns a *UsageError if the file cannot be read.
func LoadPolicy(path, home string) (*policy.Policy, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, &UsageError{fmt.Errorf("read the policy: %w", err), unreadPolicy(path, err)}
	}
	return ParsePolicy(path, src, home)
}

// ParsePolicy parses the text of a policy file on this machine.
func ParsePolicy(path string, src []byte, home string) (*policy.Policy, error) {
	return policyfile.Parse(path, src, policyfile.ParseOptions{Home: home, Real: local.Real})
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
