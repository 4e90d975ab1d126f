package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sweepd/internal/app"
	"sweepd/internal/report"
	"sweepd/internal/schedule"
	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/sweeper"
)

// The intervals of a loop. They are not part of any promise.
const (
	polled     = 15 * time.Minute // interval between looks at a storage that reports no changes
	stuckAfter = 10 * time.Minute // a loop without progress for so long is stuck
	firstRetry = 5 * time.Second  // after a failure; doubled each time
	lastRetry  = 30 * time.Minute
)

// loop sweeps one storage under one policy, on a goroutine of its own, so that none waits for another that fails or
// hangs.
type loop struct {
	d      *daemon
	name   string
	policy *policy.Policy
	stop   context.CancelFunc
	done   chan struct{} // closed at the loop's end
	wake   chan struct{} // the user wants a sweep now

	// The following fields belong to the loop's own goroutine.
	swept    time.Time      // the last scheduled sweep
	scanned  time.Time      // the last complete scan
	soonest  time.Time      // the earliest end of a hold in the last scan
	left     bool           // files were due at once when deletion was not allowed
	held     bool           // a plan was refused as a whole: only the schedule or the user tries again
	retry    time.Time      // when to try again after a sweep that could not begin
	polling  bool           // the storage reports no changes
	failures int            // consecutive failures
	ill      []policy.Event // events reported since the last success
	asked    bool           // the user wants a sweep, and there was none yet
	alone    alone          // the items that sweeps left alone
	unread   int64          // files that the last scan could not examine

	gathering *report.Digest // of the scan under way
	used      providers.Used // by the storages that were open before

	mu       sync.Mutex // guards all fields below
	state    status.Storage
	pulse    time.Time      // of the last progress
	forecast *report.Digest // of the last scan that ended
	ended    error          // with Once: why not everything due was done
}

// TroubleError is returned for a sweep in which something failed or was left alone.
type TroubleError struct{ text string }

func (e *TroubleError) Error() string { return e.text }

// trigger is the reason for a pass. A pass for due or wanted is recorded even if nothing was due.
type trigger int

const (
	change trigger = iota // something may have changed
	look                  // a look at everything is due
	due                   // by the schedule
	wanted                // the user asked for it
)

// run sweeps until ctx ends. It first waits for the loops that had the storage before.
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
		wait := min(firstRetry<<min(l.failures, 16), lastRetry)
		l.failures++
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-l.wake:
			timer.Stop()
			l.asked = true // and stays so until there was a sweep: a request is a reason for one try
		case <-timer.C:
		}
	}
}

// succeed takes over the counts of other, which has ended.
func (l *loop) succeed(other *loop) {
	if l.used.Calls < other.used.Calls {
		l.used = other.used
	}
	was, _ := other.now(l.d.now())
	l.update(func(s *status.Storage) {
		s.Trashed, s.Purged, s.Restored = max(s.Trashed, was.Trashed), max(s.Purged, was.Purged),
			max(s.Restored, was.Restored)
		s.Bytes, s.Freed, s.Failed = max(s.Bytes, was.Bytes), max(s.Freed, was.Freed), max(s.Failed, was.Failed)
		s.Calls, s.BytesRead = max(s.Calls, was.Calls), max(s.BytesRead, was.BytesRead)
		refused := map[string]int64{}
		for _, all := range []map[string]int64{s.Refused, was.Refused} {
			for reason, n := range all {
				refused[reason] = max(refused[reason], n)
			}
		}
		s.Refused = refused // a map that was handed out is never changed
	})
}

// session opens the storage and sweeps it until something breaks.
func (l *loop) session(ctx context.Context) (err error) {
	l.enter(status.Scanning)
	if err := l.since(ctx); err != nil {
		return err
	}
	a, err := l.open(ctx, l.policy.Mode == policy.Enforce)
	if err != nil {
		return err
	}
	defer func() {
		l.used = l.cost(a)
		err = errors.Join(err, a.Close())
	}()
	if err := l.recover(ctx, a); err != nil {
		return err
	}
	if l.d.o.Once {
		return l.pass(ctx, a, due)
	}
	reason := change
	switch {
	case l.asked:
		reason = wanted
	case l.isDue(l.d.now()):
		reason = due
	}
	if err := l.pass(ctx, a, reason); err != nil {
		return err
	}
	l.failures, l.asked, l.ill = 0, false, nil
	ctx, cancel := context.WithCancel(ctx)
	hints, gone := make(chan hint), make(chan struct{})
	go func() { defer close(gone); l.listen(ctx, a, hints) }()
	defer func() { cancel(); <-gone }()
	for {
		if err := a.Storages[0].Rest(); err != nil { // until there is something to do
			return err
		}
		reason, heard, ok := l.await(ctx, hints)
		if !ok {
			return ctx.Err()
		}
		if err := l.pass(ctx, a, reason); err != nil {
			return err
		}
		if heard != nil {
			close(heard)
		}
	}
}

// open opens the storage, for changes if act is set, else for reading only.
func (l *loop) open(ctx context.Context, act bool) (*app.App, error) {
	d := l.d
	o := d.o.Options
	o.Only, o.Scopes, o.Act = []string{l.name}, nil, act
	o.Log = slog.New(warnings{d.log.Handler()}).With("storage", l.name)
	o.Shared = &app.Shared{
		PolicyFile: d.file.inForce(), Policy: l.policy, Journal: d.journal, Budget: &d.budget, Hold: l.quietHours,
	}
	return app.Open(ctx, o)
}

// recover completes the record of interrupted operations. It deletes nothing and completes restores that the user
// asked for, so it is right in every mode.
func (l *loop) recover(ctx context.Context, a *app.App) (err error) {
	if l.policy.Mode != policy.Enforce {
		if a, err = l.open(ctx, true); err != nil {
			l.d.log.Warn("cannot complete interrupted operations now", "storage", l.name, "err", err)
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
	if l.swept, err = l.d.journal.LastRun(ctx, l.name); err != nil {
		return err
	}
	now := l.d.now()
	if l.swept.IsZero() || l.swept.After(now) { // the storage is new, or the clock was ahead: no sweep was missed
		l.swept = now
		return l.d.journal.SetLastRun(ctx, l.name, now)
	}
	return nil
}

// pass looks at the storage and deletes what is due if reason or the policy asks for it. It returns an error if the
// storage should be opened anew.
func (l *loop) pass(ctx context.Context, a *app.App, reason trigger) error {
	now := l.d.now()
	act := reason >= due || l.onChange() && !l.held && l.may(now)
	l.retry, l.left = time.Time{}, false
	if !act {
		l.enter(status.Scanning)
		sum, err := a.Sweeper.Scan(ctx, l.looking())
		l.left = l.onChange() && !l.held && sum != nil && sum.ByAction[string(policy.Trash)] > 0
		return l.looked(a, sum, err)
	}
	l.enter(status.Scanning)
	plan, scan, err := a.Sweeper.Plan(ctx, l.looking())
	if err := l.looked(a, scan, err); err != nil || ctx.Err() != nil {
		if reason >= due && ctx.Err() == nil && l.ill == nil {
			l.report(ctx, a, scan, err)
		}
		return errors.Join(ctx.Err(), err) // the sweep remains due
	}
	if l.waits(reason) {
		l.alone.leaveOut(plan)
	}
	switch {
	case reason < due && (plan == nil || plan.Empty()):
	case l.policy.Mode != policy.Enforce:
		l.report(ctx, a, scan, nil)
		l.end(troubleOf(scan))
	default:
		if err := l.execute(ctx, a, plan, scan, reason); errors.Is(err, sweeper.ErrPaused) {
			l.left = l.onChange()
			return nil // the rest is due as soon as the pause ends
		}
	}
	if err := l.d.journal.Err(); err != nil {
		return err
	}
	if reason >= due && ctx.Err() == nil && l.retry.IsZero() {
		l.swept = now
		if err := l.d.journal.SetLastRun(ctx, l.name, now); err != nil {
			return err
		}
	}
	return nil
}

// execute executes the plan. A plan that is refused as a whole is reported, and waits for the schedule or the user.
// It returns the reason why the plan was not done or was cut short.
func (l *loop) execute(ctx context.Context, a *app.App, plan *sweeper.Plan, scan *sweeper.Summary, reason trigger) error {
	l.enter(status.Sweeping)
	sum, err := a.Sweeper.Execute(ctx, plan, func(int) { l.beat() })
	l.end(err)
	if _, leased := errors.AsType[*journal.LeasedError](err); leased && sum == nil {
		l.retry = l.d.now().Add(l.d.o.ClockPoll) // another process is sweeping it
		return err
	}
	if sum == nil {
		l.held = !errors.Is(err, sweeper.ErrPaused)
		l.report(ctx, a, scan, err)
		return err
	}
	l.held = false
	l.end(troubleOf(scan))
	l.end(troubleOf(sum))
	counted, known := l.alone.add(sum)
	if !l.waits(reason) && err == nil {
		l.alone.forgetBut(sum.Left)
	}
	l.d.notifyRun(ctx, l.policy, sum.Run, known)
	l.count(counted)
	return err
}

// waits reports whether items that were left alone wait: for the schedule, or for the next listing of everything if
// the schedule has no time for a sweep, or for the user.
func (l *loop) waits(reason trigger) bool {
	return reason == change || reason == look && l.policy.Schedule.Sweep != (schedule.Spec{})
}

// troubleOf returns a *TroubleError if anything in the summary failed or was left alone, else nil.
func troubleOf(sum *sweeper.Summary) error {
	switch {
	case !sum.Trouble():
		return nil
	case sum.Refused+sum.Failed > 0:
		return &TroubleError{report.Describe(sum)}
	}
	return &TroubleError{fmt.Sprintf("the scan was incomplete: %d problems", sum.Errors)}
}

// end notes why not everything due was done; the first reason of a sweep counts.
func (l *loop) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended == nil {
		l.ended = why
	}
}

// outcome returns the reason why not everything due was done; nil if everything was.
func (l *loop) outcome() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, vague := errors.AsType[*TroubleError](l.ended); l.state.Err != "" && (l.ended == nil || vague) {
		return &TroubleError{l.state.Err}
	}
	return l.ended
}

// report records a run that only looked.
func (l *loop) report(ctx context.Context, a *app.App, scan *sweeper.Summary, why error) {
	began := l.scanned
	sum, err := a.Sweeper.Report(ctx, scan, why)
	if err != nil {
		l.d.log.Error("a run could not be recorded", "storage", l.name, "err", err)
	}
	if sum != nil {
		l.d.notifyScan(ctx, l.policy, began, sum, why)
	}
}

// looking returns the options of a scan, which count its results and gather them for the digest.
func (l *loop) looking() sweeper.ScanOptions {
	now := l.d.now()
	digest := report.NewDigest(now, now.AddDate(0, 0, 7), l.policy)
	l.soonest, l.gathering = time.Time{}, digest
	return sweeper.ScanOptions{
		Each: func(f sweeper.Found) {
			digest.Add(f)
			at := f.Decision.NotBefore
			// The grace of such a file begins in this pass.
			if f.Decision.ReasonCode == policy.ReasonUnmarked && l.policy.Mode == policy.Enforce {
				at = now.Add(l.policy.Grace(f.Decision.Rule))
			}
			if f.Decision.Action == policy.Hold && !at.IsZero() && (l.soonest.IsZero() || at.Before(l.soonest)) &&
				at.After(now) {
				l.soonest = at
			}
		},
		Progress: func(int64, int64) { l.beat() },
	}
}

// looked takes over the results of a scan.
func (l *loop) looked(a *app.App, sum *sweeper.Summary, err error) error {
	now := l.d.now()
	l.scanned = now // also after a bad one, or it would be repeated at once
	if sum == nil {
		return err
	}
	if err == nil {
		err = whole(sum)
	}
	cost, unread := l.cost(a), l.unread
	l.unread = sum.Failed // an unreadable file is counted once, not at each scan
	if err == nil {
		l.mu.Lock()
		l.forecast = l.gathering
		l.mu.Unlock()
	}
	l.update(func(s *status.Storage) {
		s.Seen, s.Images, s.Matched = sum.Seen, sum.Images, sum.Matched
		s.Due, s.Held, s.Review = sum.ByAction[string(policy.Trash)], sum.ByAction[string(policy.Hold)],
			sum.ByAction[string(policy.Review)]
		s.Calls, s.BytesRead = cost.Calls, s.BytesRead+sum.BytesRead
		s.Failed += max(sum.Failed-unread, 0)
		if err == nil {
			s.Err = ""
		}
		if err == nil && len(sum.Stopped) == 0 { // an empty folder in which no file was known is fine
			s.LastGood = now
		} else if err == nil {
			s.Err = "the scan was incomplete: " + sum.Stopped[0].Why
		}
	})
	return err
}

// cost returns the storage's use of calls and bytes since the start.
func (l *loop) cost(a *app.App) providers.Used {
	now := a.Storages[0].Used()
	return providers.Used{Calls: l.used.Calls + now.Calls, Bytes: l.used.Bytes + now.Bytes}
}

// whole returns the error with which the listing of the storage as a whole failed; nil if it succeeded, or if only
// some place in it failed.
func whole(sum *sweeper.Summary) error {
	for _, p := range sum.Problems {
		if p.Doing == "list" && p.Path == "" {
			return p.Err
		}
	}
	return nil
}

// count adds the actions of a run to the state.
func (l *loop) count(sum *sweeper.Summary) {
	l.update(func(s *status.Storage) {
		s.LastRun = l.d.now()
		s.Trashed, s.Purged, s.Restored = s.Trashed+sum.Trashed, s.Purged+sum.Purged, s.Restored+sum.Restored
		s.Bytes, s.Freed, s.Failed = s.Bytes+sum.Bytes, s.Freed+sum.Freed, s.Failed+sum.Failed
		refused := maps.Clone(s.Refused)
		if refused == nil {
			refused = map[string]int64{}
		}
		for reason, n := range sum.Refusals {
			refused[reason] += n
		}
		s.Refused = refused
	})
}

// fail notes why the storage is not swept. Until the next success it reports a lost grant once and any other failure
// once. Comparing the texts instead would report each try: they may name a port, which differs each time.
func (l *loop) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) || l.d.journal.Err() != nil {
		return // a lost record ends the service, which reports it once
	}
	l.enter(status.Unopened)
	l.end(err)
	err = app.WithHint(err)
	l.update(func(s *status.Storage) { s.Err = err.Error() })
	event := policy.EventFailed
	if lostGrant(err) {
		event = policy.EventGrant
	}
	if !slices.Contains(l.ill, event) {
		l.ill = append(l.ill, event)
		l.d.unopened(ctx, l.name, err)
	}
}

// enter sets the state of the loop.
func (l *loop) enter(state string) {
	now := l.d.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pulse = now
	if l.state.State != state {
		l.state.State, l.state.StateSince = state, now
	}
}

// beat notes progress.
func (l *loop) beat() {
	now := l.d.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pulse = now
}

func (l *loop) update(do func(*status.Storage)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do(&l.state)
}

// now returns the state of the loop, and whether it is stuck.
func (l *loop) now(at time.Time) (s status.Storage, stuck bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s = l.state
	stuck = s.State != status.Idle && s.State != status.Unopened && at.Sub(l.pulse) > stuckAfter
	if stuck {
		s.State = status.Stuck
	}
	return s, stuck
}
