package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sweepd/fingerprint"
	"sweepd/internal/report"
	"sweepd/internal/schedule"
	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/sweeper"
)

// The times that a loop goes by. None of them is a promise to anybody.
const (
	polled     = 15 * time.Minute // how often a storage is looked at that nothing is heard from
	stuckAfter = 10 * time.Minute // without any progress a loop is said to be stuck
	firstRetry = 5 * time.Second  // after a failure; doubled each time
	lastRetry  = 30 * time.Minute
)

// loop sweeps one storage under one policy, on a goroutine of its own, so that
// none waits for another that fails or hangs.
type loop struct {
	d      *daemon
	name   string
	policy *policy.Policy
	stop   context.CancelFunc
	done   chan struct{} // closed at the loop's end
	told   chan struct{} // a person wants a sweep now

	// Of the loop's own goroutine.
	swept    time.Time      // the last sweep on schedule
	scanned  time.Time      // the last scan that was complete
	soonest  time.Time      // when the first hold of the last scan ends
	left     bool           // what is due at once was seen when nothing might be deleted
	held     bool           // a plan was refused as a whole: only the schedule or a person tries again
	retry    time.Time      // when to try again what could not be begun
	polling  bool           // nothing is heard from the storage
	failures int            // one after the other
	ill      []policy.Event // what was told of since all was well
	asked    bool           // a person wants a sweep, and there was none yet

	gathering *report.Digest // of the scan that is under way
	used      providers.Used // by what was open before

	mu       sync.Mutex // over all that follows
	state    status.Storage
	pulse    time.Time      // of the last progress
	forecast *report.Digest // of the last scan that ended
}

// why a pass is made. What a person or the schedule wants is recorded even if
// nothing was due.
type why int

const (
	change why = iota // something may be new
	look              // it is time to look at everything again
	due               // by the schedule
	wanted            // a person said so
)

// run sweeps until ctx ends. It begins after the loops that had the storage
// before.
func (l *loop) run(ctx context.Context, after []*loop) {
	defer close(l.done)
	l.enter(status.Waiting)
	for _, other := range after {
		select {
		case <-other.done:
			l.succeed(other)
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
		case <-l.told:
			timer.Stop()
			l.asked = true // and is so until there was one: to be asked is a reason to try once
		case <-timer.C:
		}
	}
}

// succeed takes over what other, which has ended, had counted until then.
func (l *loop) succeed(other *loop) {
	if l.used.Calls < other.used.Calls {
		l.used = other.used
	}
	was, _ := other.now(l.d.now())
	l.update(func(s *status.Storage) {
		s.Trashed, s.Purged, s.Restored = max(s.Trashed, was.Trashed), max(s.Purged, was.Purged), max(s.Restored, was.Restored)
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

// open opens the storage, for changing it or for looking only.
func (l *loop) open(ctx context.Context, act bool) (*App, error) {
	d := l.d
	o := d.o.Options
	o.Only, o.Scopes, o.Act = nil, nil, act
	o.Log = slog.New(warnings{d.log.Handler()}).With("storage", l.name)
	a := &App{o: o, Paths: d.paths, PolicyFile: d.policyFile, Policy: l.policy, Journal: d.journal, shares: true, Classifier: d.first.Classifier, Unopened: map[string]error{}, still: l.still}
	a.o.Uptime = d.first.o.Uptime
	if err := a.openSweeper(ctx, []sweeper.Scope{{Storage: l.name}}, &d.budget); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// recover completes the record of what was interrupted. It looks and records,
// and brings back what a person asked for: so it is right in every mode.
func (l *loop) recover(ctx context.Context, a *App) (err error) {
	if l.policy.Mode != policy.Enforce {
		if a, err = l.open(ctx, true); err != nil {
			l.d.log.Warn("what was interrupted cannot be completed now", "storage", l.name, "err", err)
			return nil
		}
		defer func() { err = errors.Join(err, a.Close()) }()
	}
	sum, err := a.Sweeper.Recover(ctx)
	if _, leased := errors.AsType[*journal.LeasedError](err); leased {
		return nil // whoever is at it completes its own
	}
	if sum != nil && sum.Settled > 0 { // what another storage has under way, or nobody can complete, is no news
		l.d.tell(ctx, l.policy, sum.Run)
	}
	return err
}

// since finds out when the storage was swept last on schedule.
func (l *loop) since(ctx context.Context) (err error) {
	if l.swept, err = l.d.journal.Lately(ctx, l.name); err != nil {
		return err
	}
	now := l.d.now()
	if l.swept.IsZero() || l.swept.After(now) { // it is new here, or the clock was ahead: nothing was missed
		l.swept = now
		return l.d.journal.SetLately(ctx, l.name, now)
	}
	return nil
}

// hint is what a storage says: that something may have changed, or why it cannot
// tell.
type hint struct {
	err  error
	seen chan struct{} // of a change: closed once a pass has looked
}

// listen says when there may be something new, until ctx ends. What cannot tell
// is polled. It listens again once a pass has looked, because before that what
// is new is what it was. A change that the pass did not get beyond is no news for
// a while, or a feed that cannot be read would be asked without a pause.
func (l *loop) listen(ctx context.Context, a *App, hints chan<- hint) {
	st := a.storages[0]
	if !st.Can().Has(providers.CanWait) {
		send(ctx, hints, hint{err: errors.ErrUnsupported})
		return
	}
	last := providers.Cursor("-") // no cursor is that
	for ctx.Err() == nil {
		since, err := l.d.journal.Cursor(ctx, l.name, fingerprint.Version)
		if err == nil && since == last && st.Can().Has(providers.CanFollow) {
			l.d.sleep(ctx, l.d.o.Glance)
			last = "-" // by now another pass may have got beyond it
			continue
		}
		if last = since; err == nil {
			err = st.Wait(ctx, since)
		}
		send(ctx, hints, hint{err, make(chan struct{})})
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return
		case err != nil:
			l.d.sleep(ctx, l.d.o.Glance)
		}
	}
}

// send sends h, and waits until a change has been looked at, unless ctx ends first.
func send(ctx context.Context, to chan<- hint, h hint) {
	select {
	case to <- h:
	case <-ctx.Done():
		return
	}
	if h.err != nil {
		return
	}
	select {
	case <-h.seen:
	case <-ctx.Done():
	}
}

// await sleeps until there is something to do; false when ctx ended. Where a
// storage has said so, seen is to be closed when it was looked at.
func (l *loop) await(ctx context.Context, hints <-chan hint) (reason why, seen chan<- struct{}, ok bool) {
	l.enter(status.Idle)
	for {
		now := l.d.now()
		l.notAhead(now)
		reason, at := l.next(now)
		if !at.After(now) {
			return reason, nil, true
		}
		timer := time.NewTimer(min(at.Sub(now), l.d.o.Glance))
		select {
		case <-ctx.Done():
			timer.Stop()
			return 0, nil, false
		case <-l.told:
			timer.Stop()
			return wanted, nil, true
		case h := <-hints:
			timer.Stop()
			l.heard(h.err)
			if h.err == nil {
				return change, h.seen, true
			}
		case <-timer.C:
		}
	}
}

// heard notes whether the storage tells of changes.
func (l *loop) heard(err error) {
	l.polling = err != nil
	l.update(func(s *status.Storage) {
		if s.Watch = "listening"; err != nil {
			s.Watch = fmt.Sprintf("looked at every %s: %v", min(l.policy.Schedule.Rescan, polled), err)
		}
	})
}

// next is what is to be done next, and when: a sweep by the schedule, a look at
// everything, or a change that has become due.
func (l *loop) next(now time.Time) (why, time.Time) {
	s := l.policy.Schedule
	every := s.Rescan
	if l.polling {
		every = min(every, polled)
	}
	reason, at := look, l.scanned.Add(every)
	if l.left && l.may(now) {
		return change, now
	}
	if l.onChange() && !l.held && !l.soonest.IsZero() && l.soonest.Before(at) {
		reason, at = change, l.soonest
	}
	if sweep := l.nextSweep(now); !sweep.IsZero() && sweep.Before(at) {
		reason, at = due, sweep
	}
	l.update(func(s *status.Storage) { s.NextRun = l.nextSweep(now) })
	return reason, at
}

// notAhead brings back what the clock has put into the future while it was
// ahead, or nothing would be done until then.
func (l *loop) notAhead(now time.Time) {
	if l.swept.After(now) {
		l.swept = now
	}
	if l.scanned.After(now) {
		l.scanned = now
	}
	if latest := now.Add(l.d.o.Glance); l.retry.After(latest) {
		l.retry = latest
	}
}

// nextSweep is when the next sweep is due, by the schedule or because one could
// not be begun: never while a person has paused it, and in quiet hours at their
// end. One that was missed is due now.
func (l *loop) nextSweep(now time.Time) time.Time {
	s := l.policy.Schedule
	jitter := schedule.Jitter(l.d.machine+l.name, s.Jitter)
	at := s.Sweep.Next(l.swept.Add(-jitter), l.zone())
	if !at.IsZero() {
		at = at.Add(jitter)
	}
	if !l.retry.IsZero() {
		at = l.retry
	}
	if at.IsZero() || l.d.paths.Paused(now) != nil {
		return time.Time{}
	}
	if at.Before(now) {
		at = now
	}
	if end := l.quietUntil(at); !end.IsZero() {
		return end
	}
	return at
}

func (l *loop) isDue(now time.Time) bool {
	at := l.nextSweep(now)
	return !at.IsZero() && !at.After(now)
}

// quietUntil is the end of the quiet hours that t is in, if it is in any and
// anything is deleted at all.
func (l *loop) quietUntil(t time.Time) time.Time {
	if l.policy.Mode != policy.Enforce {
		return time.Time{}
	}
	return l.policy.Schedule.Quiet.End(t, l.zone())
}

// may reports whether anything may be deleted now: it is not paused, and these are
// no quiet hours.
func (l *loop) may(now time.Time) bool {
	return l.d.paths.Paused(now) == nil && l.quietUntil(now).IsZero()
}

// still is an error that wraps sweeper.ErrPaused in quiet hours.
func (l *loop) still(now time.Time) error {
	end := l.quietUntil(now)
	if end.IsZero() {
		return nil
	}
	return fmt.Errorf("%w: these are quiet hours, until %s", sweeper.ErrPaused, end.Format("15:04"))
}

func (l *loop) zone() *time.Location { return zone(l.policy) }

// zone is where the policy's times of the day are.
func zone(p *policy.Policy) *time.Location {
	if z := p.Schedule.Zone; z != nil {
		return z
	}
	return time.Local
}

// onChange reports whether what is due goes as soon as it is seen.
func (l *loop) onChange() bool { return l.policy.Schedule.OnChange && l.policy.Mode == policy.Enforce }

// want has the next await return at once.
func (l *loop) want() {
	select {
	case l.told <- struct{}{}:
	default: // it was said already
	}
}

// pass looks at the storage, and does what is due where that is wanted. It
// returns an error when the storage had better be opened anew.
func (l *loop) pass(ctx context.Context, a *App, reason why) error {
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
		return errors.Join(ctx.Err(), err) // and the sweep is due as before
	}
	switch {
	case reason < due && (plan == nil || plan.Empty()):
	case l.policy.Mode != policy.Enforce:
		l.report(ctx, a, scan, nil)
	default:
		if err := l.execute(ctx, a, plan, scan); errors.Is(err, sweeper.ErrPaused) {
			return nil // what is left is due when it may go on
		}
	}
	if reason >= due && ctx.Err() == nil && l.retry.IsZero() {
		l.swept = now
		if err := l.d.journal.SetLately(ctx, l.name, now); err != nil {
			return err
		}
	}
	return nil
}

// execute carries the plan out. One that is refused as a whole is reported, and
// waits for the schedule or for a person. The error is why it was not done, or
// cut short.
func (l *loop) execute(ctx context.Context, a *App, plan *sweeper.Plan, scan *sweeper.Summary) error {
	l.enter(status.Sweeping)
	sum, err := a.Sweeper.Execute(ctx, plan, func(int) { l.beat() })
	if _, leased := errors.AsType[*journal.LeasedError](err); leased && sum == nil {
		l.retry = l.d.now().Add(l.d.o.Glance) // somebody else is at it
		if l.d.o.Once {
			l.update(func(s *status.Storage) { s.Err = err.Error() })
		}
		return err
	}
	if sum == nil {
		l.held = !errors.Is(err, sweeper.ErrPaused)
		l.report(ctx, a, scan, err)
		return err
	}
	l.held = false
	l.d.tell(ctx, l.policy, sum.Run)
	l.count(sum)
	return err
}

// report records that it was only looked.
func (l *loop) report(ctx context.Context, a *App, scan *sweeper.Summary, why error) {
	began := l.scanned
	sum, err := a.Sweeper.Report(ctx, scan, why)
	if err != nil {
		l.d.log.Error("a run could not be recorded", "storage", l.name, "err", err)
	}
	if sum != nil {
		l.d.tellLooked(ctx, l.policy, began, sum, why)
	}
}

// looking are a scan's options: what it finds is counted, and gathered for the
// digest.
func (l *loop) looking() sweeper.ScanOptions {
	now := l.d.now()
	digest := report.NewDigest(now, now.AddDate(0, 0, 7), l.policy)
	l.soonest, l.gathering = time.Time{}, digest
	return sweeper.ScanOptions{
		Each: func(f sweeper.Found) {
			digest.Add(f)
			if at := f.Decision.NotBefore; f.Decision.Action == policy.Hold && !at.IsZero() && (l.soonest.IsZero() || at.Before(l.soonest)) && at.After(now) {
				l.soonest = at
			}
		},
		Progress: func(int64, int64) { l.beat() },
	}
}

// looked takes over what a scan saw.
func (l *loop) looked(a *App, sum *sweeper.Summary, err error) error {
	now := l.d.now()
	l.scanned = now // also after a bad one, or it would be repeated at once
	if sum == nil {
		return err
	}
	if err == nil {
		err = whole(sum)
	}
	cost := l.cost(a)
	if err == nil {
		l.mu.Lock()
		l.forecast = l.gathering
		l.mu.Unlock()
	}
	l.update(func(s *status.Storage) {
		s.Seen, s.Images, s.Matched = sum.Seen, sum.Images, sum.Matched
		s.Due, s.Held, s.Review = sum.ByAction[string(policy.Trash)], sum.ByAction[string(policy.Hold)], sum.ByAction[string(policy.Review)]
		s.Calls, s.BytesRead = cost.Calls, s.BytesRead+sum.BytesRead
		s.Failed += sum.Failed
		if err == nil {
			s.Err = ""
		}
		if err == nil && len(sum.Stopped) == 0 { // an empty folder in which no file was known is fine
			s.LastGood = now
		} else if err == nil {
			s.Err = "some of it could not be looked at: " + sum.Stopped[0].Why
		}
	})
	return err
}

// cost is what the storage used since the start.
func (l *loop) cost(a *App) providers.Used {
	now := a.storages[0].Used()
	return providers.Used{Calls: l.used.Calls + now.Calls, Bytes: l.used.Bytes + now.Bytes}
}

// whole is the error for which the storage as a whole could not be listed; nil
// when it could, or when only some place in it could not.
func whole(sum *sweeper.Summary) error {
	for _, p := range sum.Problems {
		if p.Doing == "list" && p.Path == "" {
			return p.Err
		}
	}
	return nil
}

// count adds up what a run did.
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

// fail notes why the storage is not swept, and tells once of a lost grant, and
// once of anything else, until all is well again. What goes by the text would
// tell each try: it may name a port, which is another each time.
func (l *loop) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return
	}
	l.enter(status.Unopened)
	err = told(err)
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

// enter begins a state of the loop.
func (l *loop) enter(state string) {
	now := l.d.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pulse = now
	if l.state.State != state {
		l.state.State, l.state.StateSince = state, now
	}
}

// beat says that there is progress.
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

// now is what the loop is at, and whether it gets on with it.
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
