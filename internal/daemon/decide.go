package daemon

import (
	"time"

	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
)

// The intervals of a loop. They are not part of any promise.
const (
	polled     = 15 * time.Minute // interval between looks at a storage that reports no changes
	firstRetry = 5 * time.Second  // after a failure; doubled each time
	lastRetry  = 30 * time.Minute
)

// agenda is what a loop remembers of its storage from pass to pass. With a timing and a moment it decides what
// the loop does next. Only swept outlives the service, in the journal.
type agenda struct {
	swept    time.Time // the last scheduled sweep
	scanned  time.Time // the last complete scan
	soonest  time.Time // the earliest end of a hold in the last scan
	retry    time.Time // when to try again after a sweep that met another process
	left     bool      // files were due at once when deletion was not allowed
	held     bool      // a plan was refused as a whole: only the schedule or the user tries again
	polling  bool      // the storage reports no changes
	asked    bool      // the user wants a sweep, and none was made since
	failures int       // consecutive failures
}

// timing has the rules of a policy by which one storage is swept on one machine.
type timing struct {
	policy.Schedule
	enforce bool          // the policy's mode
	delay   time.Duration // of each scheduled sweep
	poll    time.Duration // interval between looks at the wall clock
}

// timingOf returns the timing of a storage; the seed distinguishes storages and machines.
func timingOf(p *policy.Policy, seed string, poll time.Duration) timing {
	t := timing{
		Schedule: p.Schedule, enforce: p.Mode == policy.Enforce, delay: schedule.Jitter(seed, p.Schedule.Jitter),
		poll: poll,
	}
	t.Zone = zone(p)
	return t
}

// moment is what a loop sees when it decides.
type moment struct {
	now      time.Time
	opened   bool // no pass has looked at the storage since it was opened
	changed  bool // the storage has reported a change
	paused   bool // by the user
	outdated bool // the policy file differs from the policy in force
}

// trigger is the reason for a pass. A pass for due or wanted is recorded even if nothing was due.
type trigger int

// The triggers, in ascending order: those from due on are sweeps.
const (
	change trigger = iota // something may have changed
	look                  // a look at everything is due
	due                   // by the schedule
	wanted                // the user asked for it
)

// step is what a loop does next: a pass for a reason. If wait is not zero, the pass is not due yet, and the loop
// decides anew after so long, or as soon as something happens.
type step struct {
	reason trigger
	at     time.Time     // when the pass is due
	wait   time.Duration // 0: the pass is due
	act    bool          // the pass may delete or, if the mode is report, report what is due; false while it waits
	sweep  time.Time     // when the next sweep is due; zero if none is, or deletion is not allowed
}

// decide returns what a loop does next, and the agenda without times that a wrong clock has left in the future.
// It is a pure function: it reads no clock and keeps nothing.
//
// The reasons in their order: the user's request (unless it waits for another process), a sweep that was missed
// while the storage was not open, a change or a first look, and then the clock. Only a pass that is due now may
// act: one for the schedule or the user always, one for a change only if the policy deletes on change, no plan is
// held, and deletion is allowed at this moment.
func decide(a agenda, t timing, m moment) (agenda, step) {
	a = a.notAhead(t, m.now)
	s := step{sweep: a.nextSweep(t, m)}
	switch missed := !s.sweep.IsZero() && !s.sweep.After(m.now); {
	case a.asked && a.retry.IsZero():
		s.reason, s.at = wanted, m.now
	case m.opened && missed:
		s.reason, s.at = due, m.now
	case m.opened, m.changed, a.left && t.may(m):
		s.reason, s.at = change, m.now
	default:
		s.reason, s.at = a.byClock(t, s.sweep)
	}
	if s.at.After(m.now) {
		s.wait = min(s.at.Sub(m.now), t.poll)
	} else {
		s.act = s.reason >= due || t.onChange() && !a.held && t.may(m)
	}
	return a, s
}

// byClock returns the reason and the time of the next pass if nothing happens: a look at everything, a file whose hold
// ends, or the sweep.
func (a agenda) byClock(t timing, sweep time.Time) (reason trigger, at time.Time) {
	every := t.Rescan
	if a.polling {
		every = min(every, polled)
	}
	reason, at = look, a.scanned.Add(every)
	if t.onChange() && !a.held && !a.soonest.IsZero() && a.soonest.Before(at) {
		reason, at = change, a.soonest
	}
	if !sweep.IsZero() && sweep.Before(at) {
		reason, at = due, sweep
	}
	return reason, at
}

// notAhead corrects times that were set while the clock was ahead, or nothing would be done until then.
func (a agenda) notAhead(t timing, now time.Time) agenda {
	if a.swept.After(now) {
		a.swept = now
	}
	if a.scanned.After(now) {
		a.scanned = now
	}
	if latest := now.Add(t.poll); a.retry.After(latest) {
		a.retry = latest
	}
	return a
}

// nextSweep returns the time of the next sweep, by the schedule or as another try: the zero time while deletion is
// paused or the policy file is outdated, and the end of the quiet hours if it falls into them. A missed sweep is due
// now.
func (a agenda) nextSweep(t timing, m moment) time.Time {
	at := t.Sweep.Next(a.swept.Add(-t.delay), t.Zone)
	if !at.IsZero() {
		at = at.Add(t.delay)
	}
	if !a.retry.IsZero() {
		at = a.retry
	}
	if at.IsZero() || m.paused || m.outdated {
		return time.Time{}
	}
	if at.Before(m.now) {
		at = m.now
	}
	if end := t.quietUntil(at); !end.IsZero() {
		return end
	}
	return at
}

// ask notes that the user wants a sweep now. A request ends with a sweep that was made, or that a pause refused; until
// then a pass that fails, or meets another process, does not lose it.
func (a *agenda) ask() { a.asked, a.retry = true, time.Time{} }

// begin forgets what a pass for that reason looks at anew. Only a sweep is the other try that was due.
func (a *agenda) begin(reason trigger) {
	if a.left = false; reason >= due {
		a.retry = time.Time{}
	}
}

// holdUntil notes the end of a hold in the scan under way.
func (a *agenda) holdUntil(at time.Time) {
	if a.soonest.IsZero() || at.Before(a.soonest) {
		a.soonest = at
	}
}

// failed returns the agenda after a failure, and the time after which the storage is opened again: five seconds,
// doubled with each further failure, up to half an hour.
func (a agenda) failed() (agenda, time.Duration) {
	wait := min(firstRetry<<min(a.failures, 16), lastRetry)
	a.failures++
	return a, wait
}

// onChange reports whether files are deleted as soon as they are seen to be due.
func (t timing) onChange() bool { return t.OnChange && t.enforce }

// quietUntil returns the end of the quiet hours that contain at; the zero time if there are none or the mode deletes
// nothing.
func (t timing) quietUntil(at time.Time) time.Time {
	if !t.enforce {
		return time.Time{}
	}
	return t.Quiet.End(at, t.Zone)
}

// may reports whether deletion is allowed now: it is not paused, it is not in quiet hours, and the policy file is
// unchanged. The Sweeper asks again before each file (loop.hold, Paths.Paused); this only avoids passes that
// could not act.
func (t timing) may(m moment) bool { return !m.paused && !m.outdated && t.quietUntil(m.now).IsZero() }

// waits reports whether items that were left alone wait: for the schedule, or for the next listing of everything if
// the schedule has no time for a sweep, or for the user.
func (t timing) waits(reason trigger) bool {
	return reason == change || reason == look && t.Sweep != (schedule.Spec{})
}

// zone returns the time zone of the policy's times of day.
func zone(p *policy.Policy) *time.Location {
	if z := p.Schedule.Zone; z != nil {
		return z
	}
	return time.Local
}
