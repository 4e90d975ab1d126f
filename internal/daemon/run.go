package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"sweepd/internal/app"
	"sweepd/internal/notify"
	"sweepd/internal/report"
	"sweepd/internal/status"
	"sweepd/internal/systemd"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/sweeper"
)

// RunOptions are the options of a service.
type RunOptions struct {
	// Only, Scopes and Act are ignored: a service sweeps the storages of its policy, and acts if the policy allows
	// it.
	app.Options
	Once   bool             // sweep every storage once and return
	Reload <-chan os.Signal // each signal reloads the policy; nil: never
	// Changed receives a value when the policy file may have changed; nil: the file is looked at from time to time.
	Changed <-chan struct{}
	Listen  []string         // the addresses to serve on, see status.Listen; sockets from systemd are added
	Pprof   bool             // serve profiles there too
	Version string           // of this program
	OnRun   func(report.Run) // is called with each run, one at a time; may be nil
	Ready   func()           // is called when everything has begun; may be nil
	// ClockPoll is the interval between looks at the wall clock, since timers stand still while the machine does; 0:
	// one minute.
	ClockPoll       time.Duration
	ShutdownTimeout time.Duration // how long the end waits for a storage that hangs; 0: four seconds
}

// serviceLease is the name of a service's lease in the journal: no storage can have that name.
const serviceLease = "(service)"

// daemon is the running service.
type daemon struct {
	o       RunOptions
	log     *slog.Logger
	paths   app.Paths
	file    *policyFile
	machine string // distinguishes machines, for the jitter
	began   time.Time
	journal *journal.Journal
	budget  sweeper.Budget
	release func() error // of the lease that makes it the only service with this record
	service *systemd.Service
	reloads chan chan error
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
	notices  []string

	nextDigest time.Time // zero: none is sent

	notifying sync.Mutex // serializes calls of OnRun
}

// Run is the service: it follows every storage of the policy until ctx ends, each independently, and does what the
// policy's mode allows. With Once it sweeps each of them once and returns what failed.
//
// It returns a *app.UsageError if there is no policy or it is invalid. If journal.Unreliable reports true for the
// error, the record cannot be relied on, and nothing was begun, or no more was begun once that was noticed.
func Run(ctx context.Context, o RunOptions) (err error) {
	d := newDaemon(o)
	if err := d.begin(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	if o.Once {
		d.start(ctx, d.policy)
		err := d.wait(ctx)
		return errors.Join(d.journal.Err(), err)
	}
	serving, stop := context.WithCancel(ctx)
	defer func() { stop(); d.others.Wait() }()
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
	d.keep(working)
	quit()
	doing := "finishing operations in progress"
	if err := d.journal.Err(); err != nil {
		d.lost(ctx, err)
		doing = err.Error()
	}
	d.manage(d.service.Stopping(doing))
	err = d.wait(working)
	return errors.Join(d.journal.Err(), err)
}

func newDaemon(o RunOptions) *daemon {
	o.ShutdownTimeout, o.ClockPoll = cmp.Or(o.ShutdownTimeout, 4*time.Second), cmp.Or(o.ClockPoll, time.Minute)
	return &daemon{
		o: o, began: o.Now(), service: systemd.New(o.Getenv), loops: map[string]*loop{},
		reloads: make(chan chan error), over: make(chan struct{}), noticed: make(chan struct{}, 1),
		settled: time.NewTimer(0),
	}
}

// begin reads the policy and opens the journal and the notifier.
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
	if !d.o.Once {
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
	d.log.Info("the policy", "file", path, "mode", d.policy.Mode.String(), "storages",
		strings.Join(slices.Sorted(maps.Keys(d.policy.Storages)), ","), "rules", len(d.policy.Rules))
	return nil
}

// openRecord opens the record. The lease detects a second service, except for a single sweep, which runs beside a
// service and checks its record here.
func (d *daemon) openRecord(ctx context.Context) (*journal.Journal, error) {
	if d.o.Once {
		j, _, err := d.paths.OpenBeside(ctx, d.o.Now)
		return j, err
	}
	return d.paths.OpenRecord(ctx, d.o.Now)
}

// end closes the resources that begin opened, unless a storage that hangs still uses them.
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

// closeNotifier sends the queued messages for a limited time and abandons a send that hangs: the record has the
// content of its message.
func (d *daemon) closeNotifier(ctx context.Context, n *notify.Notifier) {
	ctx, cancel := context.WithTimeout(ctx, d.o.ShutdownTimeout/4)
	closed := make(chan error, 1)
	go func() { defer cancel(); closed <- n.Close(ctx) }()
	timeout := time.NewTimer(d.o.ShutdownTimeout / 2)
	defer timeout.Stop()
	err := context.DeadlineExceeded
	select {
	case err = <-closed:
	case <-timeout.C:
	}
	if err != nil {
		d.log.Warn("some notifications were not sent", "err", err)
	}
}

// start starts a loop for each storage of the policy, after all loops that had it before: the last of them may itself
// still wait for one that hangs.
func (d *daemon) start(ctx context.Context, p *policy.Policy) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.loops
	d.policy, d.loops = p, map[string]*loop{}
	for name, l := range before {
		l.stop()
		d.stopping = append(d.stopping, before[name])
	}
	d.forget()
	for name, st := range p.Storages {
		l := &loop{d: d, name: name, policy: p, done: make(chan struct{}), wake: make(chan struct{}, 1), pulse: d.now()}
		l.state = status.Storage{Name: name, Type: st.Type}
		var after []*loop
		for _, other := range d.stopping {
			if other.name == name {
				after = append(after, other)
			}
		}
		if old := before[name]; old != nil {
			l.state, _ = old.now(d.now())
			l.state.Type = st.Type
		}
		var own context.Context
		own, l.stop = context.WithCancel(ctx)
		d.loops[name] = l
		go l.run(own, after)
	}
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// forget drops the stopping loops that have ended. The caller holds d.mu.
func (d *daemon) forget() {
	d.stopping = slices.DeleteFunc(d.stopping, func(l *loop) bool { return ended(l.done) })
}

// all returns the loops, including the stopping ones.
func (d *daemon) all() []*loop {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	return append(slices.Collect(maps.Values(d.loops)), d.stopping...)
}

// hanging returns the names of the storages whose loops have not ended.
func (d *daemon) hanging() (names []string) {
	for _, l := range d.all() {
		if !ended(l.done) {
			names = append(names, l.name)
		}
	}
	slices.Sort(names)
	return names
}

// wait waits for every loop: with Once as long as it takes; else, and after ctx has ended, for d.o.ShutdownTimeout.
func (d *daemon) wait(ctx context.Context) error {
	loops := d.all()
	var timeout <-chan time.Time
	over := ctx.Done()
	for _, l := range loops {
		for !ended(l.done) {
			select {
			case <-l.done:
			case <-over:
				over, timeout = nil, time.After(d.o.ShutdownTimeout)
			case <-timeout:
				return fmt.Errorf("still busy and not stopped: %s; its operations are in the record",
					strings.Join(d.hanging(), ", "))
			}
		}
	}
	var errs []error
	for _, l := range loops {
		if err := l.outcome(); d.o.Once && err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", l.name, err))
		}
	}
	return errors.Join(errs...)
}

// keep supervises the loops until ctx ends or the record is lost.
func (d *daemon) keep(ctx context.Context) {
	defer close(d.over)
	every, watched := d.service.WatchdogEvery()
	if every /= 3; !watched || every > d.o.ClockPoll {
		every = d.o.ClockPoll
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	d.sendDigest(ctx, d.now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.journal.Lost():
			return
		case <-tick.C:
			d.check(ctx)
		case <-d.o.Changed:
			d.followFile(ctx)
		case <-d.noticed:
			d.followFile(ctx)
		case <-d.settled.C:
			d.followFile(ctx)
		case <-d.o.Reload:
			if err := d.reload(ctx); err != nil {
				d.log.Error("the policy was not loaded", "err", err)
			}
		case answer := <-d.reloads:
			answer <- d.reload(ctx)
		}
	}
}

// check notifies the watchdog of the service manager unless no storage makes progress: one storage that hangs is
// reported and is no reason to stop the others.
func (d *daemon) check(ctx context.Context) {
	now := d.now()
	alive := len(d.all()) == 0
	for _, l := range d.all() {
		_, stuck := l.now(now)
		alive = alive || !stuck
	}
	err := d.journal.Intact()
	if err == nil {
		_, err = d.journal.LastRun(ctx, digestName)
	}
	if err != nil {
		d.log.Error("the record cannot be read", "err", err)
		alive = false
	}
	if alive {
		d.manage(d.service.Beat())
	}
	d.followFile(ctx)
	d.manage(d.service.Status(d.sentence()))
	d.sendDigest(ctx, now)
}

// reload reads the policy anew. An invalid one is refused, and the old one stays.
func (d *daemon) reload(ctx context.Context) error {
	d.manage(d.service.Reloading())
	defer func() { d.manage(d.service.Ready(d.sentence())) }()
	path, p, err := d.file.open()
	var n *notify.Notifier
	if err == nil {
		if n, err = d.openNotifier(p); err != nil {
			d.file.refuse(p, err)
		}
	}
	if err != nil {
		d.refused(ctx, err)
		return err
	}
	d.mu.Lock()
	old := d.notifier
	d.notifier, d.notices = n, nil
	d.mu.Unlock()
	d.file.follow(path, p)
	d.held = ""
	d.others.Go(func() { d.closeNotifier(context.WithoutCancel(ctx), old) })
	d.start(ctx, p)
	d.part(ctx)
	d.sendDigest(ctx, d.now())
	d.record(ctx, systemd.Record{
		MessageID: systemd.MessageReload,
		Level:     slog.LevelInfo,
		Text:      "policy reloaded: mode " + p.Mode.String() + "\n" + p.String(),
	})
	return nil
}

// part waits for the loops of the previous policy to finish the work under way, so that nothing more is done under
// it. It waits for d.o.ShutdownTimeout, and reports a loop that hangs.
func (d *daemon) part(ctx context.Context) {
	d.mu.Lock()
	stopping := slices.Clone(d.stopping)
	d.mu.Unlock()
	timeout := time.NewTimer(d.o.ShutdownTimeout)
	defer timeout.Stop()
	for _, l := range stopping {
		select {
		case <-l.done:
		case <-ctx.Done():
			return
		case <-timeout.C:
			text := l.name + " finishes operations that it started under the previous policy, and starts no more"
			d.log.Warn(text)
			d.mu.Lock()
			d.notices = append(d.notices, text)
			d.mu.Unlock()
			return
		}
	}
}

// serve serves on the control socket, on the sockets from the service manager, and on the addresses in d.o.Listen.
func (d *daemon) serve(ctx context.Context) error {
	named, err := d.service.Listeners()
	if err != nil {
		return fmt.Errorf("take over the sockets: %w", err)
	}
	listeners := slices.Concat(slices.Collect(maps.Values(named))...)
	for _, address := range d.o.Listen {
		l, err := status.Listen(ctx, address)
		if err != nil {
			for _, other := range listeners {
				err = errors.Join(err, other.Close())
			}
			return err
		}
		listeners = append(listeners, l)
	}
	if len(listeners) == 0 {
		return nil
	}
	h := status.Handler(status.Options{State: d.status, Now: d.o.Now, Stale: d.stale, Pprof: d.o.Pprof, Do: d.do})
	d.others.Go(func() {
		if err := status.Serve(ctx, h, listeners...); err != nil {
			d.log.Error("status server stopped", "err", err)
		}
	})
	return nil
}

// do carries out a request of the user to the running service. It returns errors.ErrUnsupported for an unknown verb.
func (d *daemon) do(ctx context.Context, verb string, storages []string) error {
	switch verb {
	case "reload":
		return d.askReload(ctx)
	case "sweep":
		if err := d.journal.Intact(); err != nil {
			return err
		}
		if err := d.upToDate(ctx); err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, name := range storages {
			if d.loops[name] == nil {
				return fmt.Errorf("the policy has no storage %q", name)
			}
		}
		for name, l := range d.loops {
			if len(storages) == 0 || slices.Contains(storages, name) {
				l.want()
			}
		}
		return nil
	}
	return fmt.Errorf("%q: %w", verb, errors.ErrUnsupported)
}

// stale returns the age from which on the last complete look at a storage is too old.
func (d *daemon) stale() time.Duration { return 2*d.rules().Schedule.Rescan + time.Hour }

// status returns the status of the service.
func (d *daemon) status() status.Daemon {
	now := d.now()
	outdated := d.outdated(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	s := status.Daemon{
		Version: d.o.Version, PID: os.Getpid(), Since: d.began, PolicyFile: d.file.inForce(), Policy: d.policy.Hash(),
		Mode: d.policy.Mode.String(), Notices: slices.Clone(d.notices),
	}
	if err := d.paths.Paused(now); err != nil {
		s.Paused = err.Error()
	}
	s.Digest = d.nextDigest
	if outdated != nil {
		s.Held = outdated.Error()
	}
	s.Record = d.journal.File()
	if err := d.journal.Intact(); err != nil {
		s.RecordErr = err.Error()
	}
	for _, name := range slices.Sorted(maps.Keys(d.loops)) {
		st, _ := d.loops[name].now(now)
		s.Storages = append(s.Storages, st)
	}
	return s
}

// sentence returns the status line for the service manager.
func (d *daemon) sentence() string {
	s := d.status()
	var trashed int64
	var busy, ill []string
	for _, st := range s.Storages {
		trashed += st.Trashed
		switch {
		case st.State == "stuck" || st.Err != "":
			ill = append(ill, st.Name)
		case st.State != "idle":
			busy = append(busy, st.State+" "+st.Name)
		}
	}
	text := "idle"
	if len(busy) > 0 {
		text = strings.Join(busy, ", ")
	}
	if len(ill) > 0 {
		text += "; problems: " + strings.Join(ill, ", ")
	}
	for _, why := range []string{s.Paused, s.Held} {
		if why != "" {
			text += "; " + why
		}
	}
	return fmt.Sprintf("%s; mode %s; %d files to the trash since the start", text, s.Mode, trashed)
}

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

// manage logs that the service manager could not be reached.
func (d *daemon) manage(err error) {
	if err != nil {
		d.log.Warn("cannot notify the service manager", "err", err)
	}
}

// warnings passes on records from slog.LevelWarn up: runs are reported once, by the daemon.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

func (w warnings) WithAttrs(as []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(as)} }

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
