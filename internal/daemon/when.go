package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sweepd/internal/schedule"
	"sweepd/internal/status"
	"sweepd/policy"
	"sweepd/sweeper"
)

// await sleeps until the next pass and returns its reason. If the storage reported a change, the caller closes seen
// once a pass has looked at it. ok is false if ctx has ended.
func (l *loop) await(ctx context.Context, hints <-chan hint) (reason trigger, seen chan<- struct{}, ok bool) {
	l.enter(status.Idle)
	for {
		now := l.d.now()
		l.notAhead(now)
		reason, at := l.next(now)
		if !at.After(now) {
			return reason, nil, true
		}
		timer := time.NewTimer(min(at.Sub(now), l.d.o.ClockPoll))
		select {
		case <-ctx.Done():
			timer.Stop()
			return 0, nil, false
		case <-l.wake:
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

// heard notes whether the storage reports changes.
func (l *loop) heard(err error) {
	l.polling = err != nil
	l.update(func(s *status.Storage) {
		if s.Watch = "listening"; err != nil {
			s.Watch = fmt.Sprintf("looked at every %s: %v", min(l.policy.Schedule.Rescan, polled), err)
		}
	})
}

// next returns the reason and the time of the next pass: a sweep by the schedule, a look at everything, or a change
// that has become due.
func (l *loop) next(now time.Time) (trigger, time.Time) {
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
	next := l.nextSweep(now)
	l.update(func(s *status.Storage) { s.NextRun = next })
	return reason, at
}

// notAhead corrects times that were set while the clock was ahead, or nothing would be done until then.
func (l *loop) notAhead(now time.Time) {
	if l.swept.After(now) {
		l.swept = now
	}
	if l.scanned.After(now) {
		l.scanned = now
	}
	if latest := now.Add(l.d.o.ClockPoll); l.retry.After(latest) {
		l.retry = latest
	}
}

// nextSweep returns the time of the next sweep, by the schedule or as another try: the zero time while deletion is
// paused or the policy file is outdated, and the end of the quiet hours if it falls into them. A missed sweep is due
// now.
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
	if at.IsZero() || l.d.paths.Paused(now) != nil || l.d.outdated(now) != nil {
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

// quietUntil returns the end of the quiet hours that contain t; the zero time if there are none or the mode deletes
// nothing.
func (l *loop) quietUntil(t time.Time) time.Time {
	if l.policy.Mode != policy.Enforce {
		return time.Time{}
	}
	return l.policy.Schedule.Quiet.End(t, l.zone())
}

// may reports whether deletion is allowed now: it is not paused, it is not in quiet hours, and the policy file is
// unchanged.
func (l *loop) may(now time.Time) bool {
	return l.d.paths.Paused(now) == nil && l.quietUntil(now).IsZero() && l.d.outdated(now) == nil
}

// ErrQuiet is why nothing is deleted in the quiet hours of the policy.
var ErrQuiet = errors.New("quiet hours")

// quietHours returns an error that wraps sweeper.ErrPaused in quiet hours, with ErrQuiet, and while the policy file
// differs from the policy in force.
func (l *loop) quietHours(now time.Time) error {
	if err := l.d.outdated(now); err != nil {
		return err
	}
	end := l.quietUntil(now)
	if end.IsZero() {
		return nil
	}
	return fmt.Errorf("%w: %w, until %s", sweeper.ErrPaused, ErrQuiet, end.Format("15:04"))
}

func (l *loop) zone() *time.Location { return zone(l.policy) }

// zone returns the time zone of the policy's times of day.
func zone(p *policy.Policy) *time.Location {
	if z := p.Schedule.Zone; z != nil {
		return z
	}
	return time.Local
}

// onChange reports whether files are deleted as soon as they are seen to be due.
func (l *loop) onChange() bool { return l.policy.Schedule.OnChange && l.policy.Mode == policy.Enforce }

// want makes the next await return at once.
func (l *loop) want() {
	select {
	case l.wake <- struct{}{}:
	default: // a request is pending already
	}
}
