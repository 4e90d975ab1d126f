package sweeper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Options are the dependencies of a Sweeper; those before Workers are required.
type Options struct {
	Policy     *policy.Policy
	Journal    *journal.Journal
	Storages   []*providers.Storage // in the order in which they are swept
	Classifier *fingerprint.Classifier
	// Now returns the present time. If it is wrong, no age is computed from it: see journal.ClockError.
	Now           func() time.Time
	Workers       int // files examined at once; 0: two per processor
	RemoteWorkers int // the same for a remote storage, where an examination mostly waits; 0: 32
	// Log gets warnings, and a record of each run; if it is nil they are dropped.
	Log *slog.Logger

	// Unopened are storages that should be swept too but could not be opened, with the reason. Each method that looks
	// at the storages reports them as a Problem and concludes nothing about them.
	Unopened map[string]error

	// Ask uploads a picture of a storage for which the policy asks OpenAI. nil: nothing is uploaded, and earlier
	// answers count.
	Ask Ask
	// AskErr is why Ask is nil although the policy asks. Each scan reports it.
	AskErr error

	// Uptime returns the kernel's ID of this boot and the time since it. Without it only a clock that goes back is
	// noticed.
	Uptime func() (boot string, since time.Duration)
	// Real returns a path of this machine without symbolic links, as far as it exists. Each method first resolves the
	// policy with it. nil: the policy is taken as it is.
	Real func(path string) string
	// Paused returns ErrPaused, wrapped or not, while the user wants nothing deleted. It is called before each file.
	// nil: never.
	Paused func() error
}

// Sweeper applies one policy to some storages. Its methods must not be called concurrently.
type Sweeper struct {
	o Options

	// knowing guards known, which learnt reads again when it has changed.
	knowing sync.Mutex
	known   knowledge

	comparing sync.Mutex // guards alike
	alike     *lookalikes

	joined map[string]time.Time // see loadJoined

	decoder *thumbnail.Maker
}

// New returns a Sweeper. The caller closes the journal and the storages. It returns an error if a required option is
// missing.
func New(o Options) (*Sweeper, error) {
	if o.Policy == nil || o.Journal == nil || o.Classifier == nil || o.Now == nil {
		return nil, errors.New("a sweeper needs a policy, a journal, a classifier and a clock")
	}
	if o.Workers <= 0 {
		o.Workers = 2 * runtime.GOMAXPROCS(0)
	}
	if o.RemoteWorkers <= 0 {
		o.RemoteWorkers = 32
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Paused == nil {
		o.Paused = func() error { return nil }
	}
	return &Sweeper{o: o, decoder: thumbnail.NewMaker()}, nil
}

// prepare determines the inputs of one call's decisions other than the files: the targets of the policy's links, and
// whether ages can be computed. doubt is nil if they can.
func (s *Sweeper) prepare(ctx context.Context) (doubt *journal.ClockError, err error) {
	s.resolve()
	if err := s.loadJoined(ctx); err != nil {
		return nil, err
	}
	return s.checkClock(ctx)
}

// resolve follows the symbolic links of the policy as they are now: a folder that was moved and linked back since the
// last call is protected where it is.
func (s *Sweeper) resolve() {
	if s.o.Real != nil {
		s.o.Policy = s.o.Policy.Resolve(s.o.Real)
	}
}

// storage returns the storage of that name, or an error if it is not among the options.
func (s *Sweeper) storage(name string) (*providers.Storage, error) {
	i := slices.IndexFunc(s.o.Storages, func(st *providers.Storage) bool { return st.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no storage %q here", name)
	}
	return s.o.Storages[i], nil
}

// lacking notes the storages that could not be opened.
func (s *Sweeper) lacking(sum *Summary) {
	for _, name := range slices.Sorted(maps.Keys(s.o.Unopened)) {
		sum.problem(name, "", "open", s.o.Unopened[name])
		sum.Partial = true
	}
}

// lease takes every storage for this sweep alone. It returns a *journal.LeasedError if another sweep has one of them.
func (s *Sweeper) lease(ctx context.Context, purpose string) (release func(), err error) {
	var held []func() error
	release = func() {
		for _, r := range held {
			if err := r(); err != nil {
				s.o.Log.Warn("a lease could not be released", "event", "lease_unreleased", "err", err)
			}
		}
	}
	for _, st := range s.o.Storages {
		r, err := s.o.Journal.Lease(ctx, st.Name(), purpose)
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, r)
	}
	return release, nil
}

// Reconcile completes the record of every operation on these storages that an earlier run began and did not end. It
// looks up the outcome of each and moves nothing to the trash. The storage may have had another name then.
func (s *Sweeper) Reconcile(ctx context.Context, sum *Summary) error {
	for op, err := range s.operations(ctx, journal.Filter{Open: true}) {
		if err != nil {
			return fmt.Errorf("read what was interrupted: %w", err)
		}
		switch err := s.finish(ctx, op); {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, providers.ErrOutside):
			// It is in folders that are not open today; its record stays open.
		case err != nil && !abandoned(op.Op, err):
			sum.problem(op.Op.Storage, op.Op.Entry.Path, "finish", err)
		default:
			sum.Settled++
			if err == nil && op.Op.Kind == providers.OpRestore {
				sum.Restored++
				sum.Bytes += op.Op.Entry.Size
			}
		}
	}
	// If the journal is lost, none of these records counts.
	return s.o.Journal.Err()
}

// finish completes one record, on the storage of that name, or else on the one whose roots contain the file. It
// returns providers.ErrOutside if there is neither, or if a live process works on it under that other name. A remote
// storage has its own IDs for files, so it is not tried for the operations of others: a file that it does not find
// proves nothing.
func (s *Sweeper) finish(ctx context.Context, op journal.Operation) error {
	if st, err := s.storage(op.Op.Storage); err == nil {
		return s.finishOn(ctx, st, op)
	}
	if op.Op.Kind == providers.OpPurge || s.o.Journal.Shared() {
		// A purge names no place by which to find it, and a folder of another machine may have the same name.
		return providers.ErrOutside
	}
	release, err := s.o.Journal.Lease(ctx, op.Op.Storage, "finish")
	if _, ok := errors.AsType[*journal.LeasedError](err); ok {
		return providers.ErrOutside // it is under way
	}
	if err != nil {
		return err
	}
	defer func() {
		if err := release(); err != nil {
			s.o.Log.Warn("a lease could not be released", "event", "lease_unreleased", "err", err)
		}
	}()
	for _, st := range s.o.Storages {
		if !st.Can().Has(providers.CanReadWhole) {
			continue
		}
		if err := s.finishOn(ctx, st, op); !errors.Is(err, providers.ErrOutside) {
			return err
		}
	}
	return providers.ErrOutside
}

// finishOn completes the record on that storage. A file that was brought back is kept by its content, as in Undo.
func (s *Sweeper) finishOn(ctx context.Context, st *providers.Storage, op journal.Operation) error {
	_, err := st.Finish(ctx, op.Key, op.Op)
	if err == nil && op.Op.Kind == providers.OpRestore {
		err = s.keepFinished(ctx, st, op.Op)
	}
	return err
}
