package daemon

import (
	"context"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
)

// await waits until the next pass is due, and returns it. If the storage reported a change, the caller closes
// seen once a pass has looked at it. ok is false if ctx has ended.
//
// It decides anew after every event and after at most ClockPoll, because a timer stands still while the machine
// sleeps and the wall clock can be set.
func (l *loop) await(ctx context.Context, hints <-chan hint) (next step, seen chan<- struct{}, ok bool) {
	l.enter(status.Idle)
	for m := (moment{}); ; {
		next = l.decide(m)
		l.update(func(s *status.Storage) { s.NextRun = next.sweep })
		if next.wait == 0 {
			return next, seen, true
		}
		timer := time.NewTimer(next.wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return step{}, nil, false
		case <-l.wake:
			l.agenda.ask()
		case h := <-hints:
			if l.heard(h.err); h.err == nil {
				m.changed, seen = true, h.seen
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

// decide returns the next step. It completes m with what the loop can see now.
func (l *loop) decide(m moment) (next step) {
	m.now = l.d.now()
	m.paused = l.d.paused(m.now) != nil
	m.outdated = !m.paused && l.d.outdated(m.now) != nil
	l.agenda, next = decide(l.agenda, l.timing, m)
	return next
}

// heard notes whether the storage reports changes. Without reports it is looked at more often, as status shows.
func (l *loop) heard(err error) {
	l.agenda.polling = err != nil
	l.update(func(s *status.Storage) {
		if s.Watch = language.Messagef("listening"); err != nil {
			s.Watch = language.Messagef("looked at every %s: %v", min(l.policy.Schedule.Rescan, polled), err)
		}
	})
}

// want makes the next await return at once.
func (l *loop) want() {
	select {
	case l.wake <- struct{}{}:
	default: // a request is pending already
	}
}
