package fleet

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// Options are the options of Run.
type Options struct {
	// Options are those of the service. Its paths have to name a database: see app.Paths. Once, Turns, Hold and Quota
	// are set by Run. A ShutdownTimeout of 0 is 20 seconds.
	daemon.Options
	Slice daemon.Slice  // what one turn may take; 0: 500 files, 4 minutes
	Turns int           // the most turns of accounts of one service at once; 0: 8
	Beat  time.Duration // how often a worker says that it is alive; 0: 10 seconds
	// Poll is how often it looks for turns that are due, and for jobs; 0: a second.
	Poll time.Duration

	version int // see store; 0: that of this program
}

// lostBeats is how many beats may fail until a worker counts as dead, and until it deletes nothing itself.
const lostBeats = 6

// withDefaults returns o with its defaults set.
func (o Options) withDefaults() Options {
	o.Slice.Files, o.Slice.Time = cmp.Or(o.Slice.Files, 500), cmp.Or(o.Slice.Time, 4*time.Minute)
	// With answers after 50 ms, two workers fill the quota of Google Drive. Each turn takes 1.4 MB.
	o.Turns, o.Beat = cmp.Or(o.Turns, 8), cmp.Or(o.Beat, 10*time.Second)
	o.Poll, o.ShutdownTimeout = cmp.Or(o.Poll, time.Second), cmp.Or(o.ShutdownTimeout, 20*time.Second)
	return o
}

// fleet is a worker of a fleet.
type fleet struct {
	o     Options
	log   *slog.Logger
	paths app.Paths
	store *store
	self  worker

	service *daemon.Service
	quotas  map[string]*quota // by service

	held   atomic.Pointer[heldFor]
	silent bool // the database does not answer; of the goroutine of pump

	mu      sync.Mutex
	running map[string]int // turns under way, by queue

	underway map[turn]underway
}

// heldFor is why nothing may be deleted, from a beat until the beats count as lost.
type heldFor struct {
	policy string // the signature of that of this worker at the beat
	why    error  // nil: nothing is against it
	until  time.Time
}

// Run is one worker of a fleet, until ctx ends. It returns a *app.UsageError for a policy that a fleet cannot sweep,
// and the errors of daemon.Run.
func Run(ctx context.Context, o Options) error {
	o = o.withDefaults()
	resolved, paths, err := o.Resolve()
	if err != nil {
		return err
	}
	o.Options.Options = resolved
	db, err := postgres.Parse(paths.Database)
	if err != nil {
		return err
	}
	pool, err := db.Pool(ctx, connections, limits())
	if err != nil {
		return err
	}
	defer pool.Close()
	f := &fleet{
		o: o, log: o.Log, paths: paths, running: map[string]int{}, underway: map[turn]underway{},
		quotas: map[string]*quota{},
		store: &store{
			pool: pool, version: cmp.Or(o.version, latest()), queued: 2 * time.Minute, running: lostTurn,
		},
		self: worker{
			id:   strings.ToLower(fmt.Sprintf("%s-%d-%s", o.Host, os.Getpid(), rand.Text()[:8])),
			host: o.Host, version: o.Version,
		},
	}
	for service, rate := range rates() {
		f.quotas[service] = newQuota(f.store, service, rate, o.Now)
	}
	d := o.Options
	d.Once, d.Turns, d.Hold, d.Quota = false, f.work, f.hold, f.quota
	return daemon.Run(ctx, d)
}

// connections is how many connections to the database a worker has at most, beside those of the journal.
const connections = 6

// The times of a turn.
const (
	turnTimeout = 5 * time.Minute // without progress
	lostTurn    = 6 * time.Minute // without a sign from its worker
	longestTurn = 24 * time.Hour
)

// rates returns the calls a second that a fleet makes to each service at first. The row of the service in the database
// has the rate in force.
func rates() map[string]float64 {
	return map[string]float64{policy.GDrive: 200, policy.Dropbox: 50}
}

// quota returns the reservation of a service, for daemon.Options.
func (f *fleet) quota(st policy.Storage) cloudhttp.Quota {
	if q := f.quotas[st.Type]; q != nil {
		return q
	}
	return nil
}

// work is daemon.Options.Turns.
func (f *fleet) work(ctx context.Context, s *daemon.Service) error {
	f.service = s
	if _, err := f.queuesOf(s.Policy()); err != nil {
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.o.Beat)
		defer cancel()
		_ = f.store.leave(ctx, f.self.id) // else it counts as dead after some beats
	}()
	return f.run(ctx)
}

// begin makes the tables, and takes the worker into the fleet.
func (f *fleet) begin(ctx context.Context) error {
	if err := f.store.prepare(ctx); err != nil {
		return fmt.Errorf("the tables of the fleet: %w", err)
	}
	for service, q := range f.quotas {
		if err := f.store.addQuota(ctx, service, q.rate); err != nil {
			return fmt.Errorf("the quota of %s: %w", service, err)
		}
	}
	if err := f.beat(ctx); err != nil {
		return err
	}
	if why := f.held.Load().why; errors.Is(why, journal.ErrHost) {
		return why
	}
	return nil
}

// beat records that the worker is alive, and notes whether anything is against deleting: the living workers have other
// policies, or the policy in force is none for a fleet. Else it registers the storages of the policy, unless they are.
func (f *fleet) beat(ctx context.Context) error {
	p := f.service.Policy()
	f.self.policy = daemon.Signature(p)
	sent := f.o.Now()
	others, _, err := f.store.sign(ctx, f.self, lostBeats*f.o.Beat)
	if err != nil {
		return err
	}
	h := &heldFor{policy: f.self.policy, until: sent.Add(lostBeats * f.o.Beat)}
	queues, why := f.queuesOf(p)
	if why == nil {
		why = f.claim(ctx, queues)
	}
	switch {
	case why != nil:
		h.why = fmt.Errorf("%w: %w", sweeper.ErrPaused, why)
	case others > 0:
		h.why = errPolicies()
	}
	f.held.Store(h)
	if h.why != nil {
		return nil
	}
	n, err := f.store.registered(ctx, f.self.policy)
	if err == nil && n < len(queues) {
		err = f.store.register(ctx, f.self.policy, queues)
	}
	return err
}

// claim binds the name of this host to its identity, if there are storages on its disks.
func (f *fleet) claim(ctx context.Context, queues map[string]string) error {
	if !f.sweepsDisks(queues) {
		return nil
	}
	return f.service.BindHost(ctx)
}

// hold is daemon.Options.Hold: nothing is deleted while the policies of the workers differ, or while that is not known.
func (f *fleet) hold(now time.Time) error {
	h := f.held.Load()
	if h == nil {
		return errUnasked()
	}
	return h.against(now, daemon.Signature(f.service.Policy()))
}

// against returns why nothing may be deleted now by a worker with that policy. A policy that was loaded since the beat
// is not known to the other workers.
func (h *heldFor) against(now time.Time, policy string) error {
	switch {
	case now.After(h.until):
		return errUnasked()
	case h.why == nil && h.policy != policy:
		return errPolicies()
	}
	return h.why
}

func errUnasked() error {
	return language.Explain(fmt.Errorf("%w: %w", sweeper.ErrPaused, journal.ErrUnreachable),
		language.Messagef("deletion is paused: the other workers of the fleet cannot be asked"))
}

func errPolicies() error {
	return language.Explain(sweeper.ErrPaused, language.Messagef(
		"deletion is paused: not all workers of the fleet have the same policy"))
}

// unreachable logs once that the database does not answer, until it does.
func (f *fleet) unreachable(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil && !f.silent {
		f.log.Warn("the database of the fleet does not answer; nothing is deleted until it does",
			"event", "fleet_unreachable", "err", err)
	}
	f.silent = err != nil
}
