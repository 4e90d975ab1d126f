package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/sweeper"
)

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
	Absent     []Absent             // accounts of fleets that are not swept, although nothing failed

	// ReportOnly is the reason why nothing can be deleted until the user has checked the record: it is damaged, gone,
	// not ours, not the running service's, or cannot be opened (*StateError). Results then come without it and are
	// not remembered. It is nil if the record is sound.
	ReportOnly error

	// Differs describes how the policy of the running service differs from Policy; zero if it does not.
	Differs language.Message

	roll     *Roll // of the policy's fleets; nil: not needed
	noPolicy error // why the built-in policy is used in place of the existing one
	o        Options
}

// Open opens the policy and the journal, unless o.Shared has them, and the storages that o.Only names. The caller
// closes the App. If it returns an error, everything that was opened is closed again.
//
// The order matters: the policy decides which storages there are, the journal must be sound before a storage may
// be changed (o.Act), and the Sweeper gets all of them.
func Open(ctx context.Context, o Options) (*App, error) {
	o, paths, err := o.Resolve()
	if err != nil {
		return nil, err
	}
	a := &App{o: o, Paths: paths, Classifier: o.Classifier, Unopened: map[string]error{}}
	scopes, err := a.openRules(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.openJournal(ctx); err != nil {
		return nil, err
	}
	if err := a.noteLeft(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.openSweeper(ctx, scopes); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// openRules opens the policy and returns the storages to open. If o.Scopes names them, the built-in policy replaces
// one that cannot be read.
func (a *App) openRules(ctx context.Context) (scopes []sweeper.Scope, err error) {
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
	return a.scopes(ctx)
}

// openSweeper opens the storages of the scopes and a Sweeper over them. The storages that are open already are
// closed by App.Close if a later step fails.
func (a *App) openSweeper(ctx context.Context, scopes []sweeper.Scope) (err error) {
	if err := a.openStorages(ctx, scopes); err != nil {
		return err
	}
	o := sweeper.Options{
		Policy: a.Policy, Journal: a.Journal, Storages: a.Storages,
		Classifier: a.Classifier, Now: a.o.Now, Log: a.o.Log, Uptime: a.o.Uptime, Unopened: a.Unopened,
		Paused: a.paused, Real: local.Real,
	}
	o.Ask, o.AskErr = a.openAsk()
	a.Sweeper, err = sweeper.New(o)
	return err
}

// openJournal opens the record unless it is shared. Acting requires a record that was read from the first byte to the
// last. Looking requires none: an empty journal in memory replaces one that cannot be opened or relied on.
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

// Paused returns the reason why the user has paused deletion; nil if not. It asks the file of this machine and the
// journal, if other machines share it.
func (a *App) Paused(ctx context.Context) error { return Paused(ctx, a.Paths, a.Journal, a.o.Now()) }

// paused returns the reason why nothing may be deleted now: a pause by the user, or the hold of a service. The
// Sweeper calls it before every file, so that a pause takes effect during a sweep.
func (a *App) paused() error {
	if err := a.Paused(context.Background()); err != nil || a.o.Shared == nil || a.o.Shared.Hold == nil {
		return err
	}
	return a.o.Shared.Hold(a.o.Now())
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

// Plan calls Sweeper.Plan and adds the roots of the storages to the plan, so that it can be applied without
// naming them again. The plan can be nil if there is an error.
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

// UsageError is a mistake in the caller's request, with a hint on what to do.
type UsageError struct {
	Err  error
	Hint string
}

// Error returns the mistake; the hint is for a line of its own.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the mistake.
func (e *UsageError) Unwrap() error { return e.Err }

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
