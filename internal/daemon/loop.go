package daemon

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// loop sweeps one storage under one policy, on a goroutine of its own, so that none waits for another that fails or
// hangs. It waits, and carries out what decide returns.
type loop struct {
	d      *daemon
	name   string
	policy *policy.Policy
	timing timing // by the policy
	stop   context.CancelFunc
	done   chan struct{} // closed at the loop's end
	wake   chan struct{} // the user wants a sweep now

	// The following fields belong to the loop's own goroutine.
	agenda agenda
	ill    []policy.Event // events reported since the last success
	alone  alone          // the items that sweeps left alone
	unread int64          // files that the last scan could not examine

	refusal *status.Problem // why the last plan was refused as a whole
	unseen  string          // the hint that was logged for a storage that is not scanned; "" if it is

	gathering *report.Digest // of the scan under way
	slice     *sliced        // of the turn under way; nil if the loop is not one turn
	used      providers.Used // by the storages that were open before

	mu       sync.Mutex // guards all fields below
	state    status.Storage
	pulse    time.Time          // of the last progress
	account  *providers.Storage // that is open; nil if none is
	passed   int64              // its Progress at the last look
	forecast *report.Digest     // of the last scan that ended
	ended    error              // with Once: why not everything due was done
}

// run sweeps until ctx ends. It first waits for the loops that had the storage before (after), so that a storage
// is never under two policies at once, and takes over their counts. After a failure it waits, and opens the
// storage anew; with Once it returns.
func (l *loop) run(ctx context.Context, after []*loop) {
	defer close(l.done)
	l.enter(status.Waiting)
	for _, other := range after {
		select {
		case <-other.done:
			l.succeed(other)
			if other.policy.Hash() == l.policy.Hash() {
				l.alone = other.alone
			}
		case <-ctx.Done():
			return
		}
	}
	for {
		err := l.session(ctx)
		if ctx.Err() != nil || l.d.o.Once {
			l.fail(ctx, err)
			return
		}
		l.fail(ctx, err)
		var wait time.Duration
		l.agenda, wait = l.agenda.failed()
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-l.wake:
			timer.Stop()
			l.agenda.ask()
		case <-timer.C:
		}
	}
}

// session opens the storage and sweeps it until something breaks.
//
// The order: the last sweep from the record, the storage, the operations that an earlier process left incomplete,
// a first pass, and then passes as await returns them. Between passes the storage gives its resources back
// (Rest). listen has ended before the storage is closed.
func (l *loop) session(ctx context.Context) (err error) {
	l.enter(status.Scanning)
	if err := l.since(ctx); err != nil {
		return err
	}
	a, err := l.open(ctx, l.policy.Mode == policy.Enforce)
	if err != nil {
		return err
	}
	l.watch(a.Storages[0])
	defer func() {
		l.watch(nil)
		l.used = l.cost(a)
		err = errors.Join(err, a.Close())
	}()
	if err := l.recover(ctx, a); err != nil {
		return err
	}
	if l.d.o.Once {
		return l.pass(ctx, a, step{reason: due, act: true})
	}
	if err := l.pass(ctx, a, l.decide(moment{opened: true})); err != nil {
		return err
	}
	l.agenda.failures, l.ill = 0, nil
	ctx, cancel := context.WithCancel(ctx)
	hints, gone := make(chan hint), make(chan struct{})
	go func() { defer close(gone); l.listen(ctx, a, hints) }()
	defer func() { cancel(); <-gone }()
	for {
		if err := a.Storages[0].Rest(); err != nil { // until there is something to do
			return err
		}
		next, heard, ok := l.await(ctx, hints)
		if !ok {
			return ctx.Err()
		}
		if err := l.pass(ctx, a, next); err != nil {
			return err
		}
		if heard != nil {
			close(heard)
		}
	}
}

// open opens the storage, for changes if act is set, else for reading only. The journal and the policy are the
// service's.
func (l *loop) open(ctx context.Context, act bool) (*app.App, error) {
	d := l.d
	o := d.o.Options
	o.Only, o.Scopes, o.Act, o.Upload = []string{l.name}, nil, act, true
	o.Log = slog.New(warnings{d.log.Handler()}).With("storage", l.name)
	o.Shared = &app.Shared{
		PolicyFile: d.file.inForce(), Policy: l.policy, Journal: d.journal, Hold: l.hold,
	}
	return app.Open(ctx, o)
}

// warnings passes on records from slog.LevelWarn up: runs are reported once, by the daemon.
type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler; the level must also hold for derived loggers.
func (w warnings) WithAttrs(as []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(as)} }

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// recover completes the record of interrupted operations. It deletes nothing and completes restores that the user
// asked for, so it is right in every mode. In the mode report it opens the storage a second time, for changes; if
// that fails, the operations stay incomplete until the next start.
func (l *loop) recover(ctx context.Context, a *app.App) (err error) {
	if l.policy.Mode != policy.Enforce {
		if a, err = l.open(ctx, true); err != nil {
			l.d.log.Warn("cannot complete interrupted operations now",
				"event", "recovery_failed", "storage", l.name, "err", err,
				"hint", app.ProblemOf(l.name, err).Hint.String())
			return nil
		}
		defer func() { err = errors.Join(err, a.Close()) }()
	}
	sum, err := a.Sweeper.Recover(ctx)
	if _, leased := errors.AsType[*journal.LeasedError](err); leased {
		return nil // the process with the lease completes its own
	}
	// Operations that another storage has under way, or that cannot be completed, are no news.
	if sum != nil && sum.Settled > 0 {
		l.d.notifyRun(ctx, l.policy, sum.Run, false)
		l.count(sum)
	}
	return err
}

// since reads the time of the last scheduled sweep of the storage.
func (l *loop) since(ctx context.Context) (err error) {
	if l.agenda.swept, err = l.d.journal.LastRun(ctx, l.name); err != nil {
		return err
	}
	now := l.d.now()
	// The storage is new, or the clock was ahead: no sweep was missed.
	if l.agenda.swept.IsZero() || l.agenda.swept.After(now) {
		l.agenda.swept = now
		return l.d.journal.SetLastRun(ctx, l.name, now)
	}
	return nil
}
