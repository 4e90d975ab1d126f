package app

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
	next := l.nextSweep(now)
	l.update(func(s *status.Storage) { s.NextRun = next })
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

// quietUntil is the end of the quiet hours that t is in, if it is in any and
// anything is deleted at all.
func (l *loop) quietUntil(t time.Time) time.Time {
	if l.policy.Mode != policy.Enforce {
		return time.Time{}
	}
	return l.policy.Schedule.Quiet.End(t, l.zone())
}

// may reports whether anything may be deleted now: it is not paused, these are no
// quiet hours, and the policy file is as it was read.
func (l *loop) may(now time.Time) bool {
	return l.d.paths.Paused(now) == nil && l.quietUntil(now).IsZero() && l.d.outdated(now) == nil
}

// ErrQuiet is why nothing is deleted in the quiet hours of the policy.
var ErrQuiet = errors.New("these are quiet hours")

// still is an error that wraps sweeper.ErrPaused in quiet hours, with ErrQuiet, and
// where the policy file is another than the policy in force.
func (l *loop) still(now time.Time) error {
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
