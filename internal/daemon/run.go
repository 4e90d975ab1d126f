package daemon

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/systemd"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
)

// Options are the options of Run.
type Options struct {
	// Only, Scopes, Act and Shared are ignored: a service sweeps the storages of its policy, and acts if the policy
	// allows it.
	app.Options
	Once   bool             // sweep every storage once and return
	Reload <-chan os.Signal // each signal reloads the policy; nil: never
	// Changed receives a value when the policy file may have changed; nil: the file is looked at from time to time.
	Changed <-chan struct{}
	Listen  []string // the addresses to serve on, see status.Listen; sockets from systemd are added
	Pprof   bool     // serve profiles there too
	// Review is the address of the review page on this machine; "": none, but for a socket from systemd named review,
	// and for the policy's address for other machines.
	Review  string
	Version string           // of this program
	OnRun   func(report.Run) // is called with each run, one at a time; may be nil
	Ready   func()           // is called when everything has begun; may be nil
	// ClockPoll is the interval between looks at the wall clock, since timers stand still while the machine does; 0:
	// one minute.
	ClockPoll time.Duration
	// Turns, if it is not nil, is called once everything has begun, in place of a loop for each storage: it decides
	// when each storage has a turn, and returns when ctx ends and no turn is under way. Other services may have the
	// same record, which is in a database then.
	Turns func(context.Context, *Service) error
	// Hold returns another reason for which nothing may be deleted now: an error that wraps sweeper.ErrPaused. nil:
	// there is none.
	Hold            func(now time.Time) error
	ShutdownTimeout time.Duration // how long the end waits for a storage that hangs; 0: four seconds
	Lease           time.Duration // see journal.Options
}

// serviceLease is the name of a service's lease in the journal: no storage can have that name.
const serviceLease = "(service)"

// daemon is the running service.
type daemon struct {
	o       Options
	in      language.Printer // of messages
	log     *slog.Logger
	paths   app.Paths
	file    *policyFile
	machine string // distinguishes machines, for the jitter
	began   time.Time
	journal *journal.Journal
	release func() error // of the lease that makes it the only service with this record
	service *systemd.Service
	reloads chan chan error
	rolls   chan calledRoll
	over    chan struct{}  // closed when keep has ended
	noticed chan struct{}  // holds one value: the policy file was seen to have changed
	settled *time.Timer    // of keep: when to look at it again
	held    string         // of keep: the last reported notice about the change
	others  sync.WaitGroup // goroutines that are not loops

	mu       sync.Mutex // guards all fields below
	policy   *policy.Policy
	loops    map[string]*loop
	stopping []*loop // of the previous policy; they finish the work under way
	notifier *notify.Notifier
	notices  []language.Message
	page     page
	doubted  bool // the doubt about the clock was reported

	unread   map[string]error  // why fleets, or some of their accounts, are not swept
	told     map[string]string // what was reported of the last roll; see toTell
	nextRoll time.Time         // when the directories are read again; zero: they are being read, or there are none

	nextDigest time.Time // zero: none is sent

	notifying sync.Mutex // serialises calls of OnRun
}

// Run is the service: it follows every storage of the policy until ctx ends, each independently, and does what the
// policy's mode allows. With Once it sweeps each of them once and returns what failed.
//
// It returns a *app.UsageError if there is no policy or it is invalid. If journal.Unreliable reports true for the
// error, the record cannot be relied on, and nothing was begun, or no more was begun once that was noticed.
func Run(ctx context.Context, o Options) (err error) {
	d := newDaemon(o)
	if err := d.begin(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if o.Once {
		d.start(ctx, d.policy)
		err := d.wait(ctx)
		return errors.Join(d.journal.Err(), err, d.unreadErr())
	}
	serving, stop := context.WithCancel(ctx)
	defer func() { stop(); d.others.Wait(); err = errors.Join(err, d.closePage()) }()
	if err := d.serve(serving); err != nil {
		return err
	}
	working, quit := context.WithCancel(ctx)
	defer quit()
	d.start(working, d.policy)
	d.manage(d.service.Ready(d.sentence()))
	if o.Ready != nil {
		o.Ready()
	}
	turns := make(chan error, 1)
	go func() { turns <- d.turns(working, quit) }()
	d.keep(working)
	quit()
	doing := "finishing operations in progress"
	if err := d.journal.Err(); err != nil {
		d.lost(err)
		doing = err.Error()
	}
	d.manage(d.service.Stopping(doing))
	err = d.wait(working)
	return errors.Join(d.journal.Err(), err, <-turns)
}

// newDaemon returns a daemon with the defaults of its options. The timer settled fires once at the start, which
// makes keep look at the policy file.
func newDaemon(o Options) *daemon {
	o.ShutdownTimeout, o.ClockPoll = cmp.Or(o.ShutdownTimeout, 4*time.Second), cmp.Or(o.ClockPoll, time.Minute)
	return &daemon{
		in: language.New(o.Getenv),
		o:  o, began: o.Now(), service: systemd.New(o.Getenv), loops: map[string]*loop{},
		reloads: make(chan chan error), rolls: make(chan calledRoll),
		over: make(chan struct{}), noticed: make(chan struct{}, 1),
		settled: time.NewTimer(0),
	}
}

// begin reads the policy and opens the journal and the notifier. If it returns an error, nothing stays open.
//
// The journal is checked before anything is swept, and the lease keeps a second service from the same record. A single
// sweep needs no lease: it runs beside a service, and the leases of the storages keep the two apart.
func (d *daemon) begin(ctx context.Context) (err error) {
	if d.o.Options, d.paths, err = d.o.Resolve(); err != nil {
		return err
	}
	d.log = d.o.Log
	d.file = &policyFile{paths: d.paths, named: d.o.NamedPolicy()}
	path, p, err := d.file.open()
	if err != nil {
		return err
	}
	d.file.follow(path, p)
	d.policy = p
	if d.machine, err = os.Hostname(); err != nil {
		d.machine = d.paths.State
	}
	if d.journal, err = d.openRecord(ctx); err != nil {
		return err
	}
	if err := d.journal.Check(ctx); err != nil {
		return errors.Join(err, d.journal.Close())
	}
	d.release = func() error { return nil }
	if !d.o.Once && d.o.Turns == nil {
		d.release, err = d.journal.Lease(ctx, serviceLease, "run") // two services would send every message twice
		if other, ok := errors.AsType[*journal.LeasedError](err); ok {
			other.Storage = "these storages by a service"
		}
		if err != nil {
			return errors.Join(err, d.journal.Close())
		}
	}
	if d.notifier, err = d.openNotifier(d.policy); err != nil {
		return errors.Join(err, d.release(), d.journal.Close())
	}
	d.log.Info("the service has started", "event", "service_started", "version", d.o.Version, "", inForce{path, p})
	return nil
}

// inForce is a policy in force, for the log.
type inForce struct {
	file   string
	policy *policy.Policy
}

// LogValue returns what identifies the policy, and nothing of its text.
func (f inForce) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("file", f.file), slog.String("policy", f.policy.Hash()),
		slog.String("mode", f.policy.Mode.String()),
		slog.String("storages", strings.Join(slices.Sorted(maps.Keys(f.policy.Storages)), ",")),
		slog.Int("rules", len(f.policy.Rules)))
}

// openRecord opens the record. The lease detects a second service, except for a single sweep, which runs beside a
// service and checks its record here.
func (d *daemon) openRecord(ctx context.Context) (*journal.Journal, error) {
	if d.o.Once {
		j, _, err := d.paths.OpenBeside(ctx, d.o.Now)
		return j, err
	}
	return d.paths.OpenRecord(ctx, journal.Options{Now: d.o.Now, Lease: d.o.Lease})
}

// end closes the resources that begin opened, unless a storage that hangs still uses them: then a goroutine
// closes them if it ever ends, and the process's end does so otherwise.
func (d *daemon) end() error {
	d.closeNotifier(context.Background(), d.notifier)
	if d.hanging() == nil {
		return errors.Join(d.release(), d.journal.Close())
	}
	go func() { // no goroutine waits for this one
		for _, l := range d.all() {
			<-l.done
		}
		_, _ = d.release(), d.journal.Close()
	}()
	return nil
}

// now returns the time by the caller's clock.
func (d *daemon) now() time.Time { return d.o.Now() }

// sleep waits so long, or until ctx ends.
func (d *daemon) sleep(ctx context.Context, how time.Duration) {
	timer := time.NewTimer(how)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// manage logs that the service manager could not be reached, if err is not nil. The service goes on without it.
func (d *daemon) manage(err error) {
	if err != nil {
		d.log.Warn("cannot notify the service manager", "event", "manager_unreachable", "err", err)
	}
}
