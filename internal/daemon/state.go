package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// stuckAfter is the time after which a loop without progress is stuck.
const stuckAfter = 10 * time.Minute

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

// beat notes progress. A scan and a sweep call it for each file, so that a long one is not taken for stuck.
func (l *loop) beat() {
	now := l.d.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pulse = now
}

// progress returns when the loop last made progress. A listing makes progress also while it names no file to examine:
// see providers.Storage.Progress. The caller holds l.mu.
func (l *loop) progress(now time.Time) time.Time {
	if l.account != nil {
		if passed := l.account.Progress(); passed != l.passed {
			l.passed, l.pulse = passed, now
		}
	}
	return l.pulse
}

// update changes the state under the lock; do must not block.
func (l *loop) update(do func(*status.Storage)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do(&l.state)
}

// now returns the state of the loop, and whether it is stuck: it has made no progress for stuckAfter although it
// is neither idle nor waiting to open the storage again.
func (l *loop) now(at time.Time) (s status.Storage, stuck bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s = l.state
	stuck = s.State != status.Idle && s.State != status.Unopened && at.Sub(l.progress(at)) > stuckAfter
	if stuck {
		s.State = status.Stuck
		s.Problem = &status.Problem{
			Cause: status.CauseStuck, Storage: l.name,
			Hint: language.Messagef("%[1]s makes no progress since %[2]s: check its disk or network with sweepd "+
				"doctor %[1]s, then restart the service", l.name, l.pulse.Local().Format("2006-01-02 15:04")),
		}
	}
	return s, stuck
}

// count adds the actions of a run to the state. The counts are since the start of the service.
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

// cost returns the storage's use of calls and bytes since the start.
func (l *loop) cost(a *app.App) providers.Used {
	now := a.Storages[0].Used()
	return providers.Used{Calls: l.used.Calls + now.Calls, Bytes: l.used.Bytes + now.Bytes}
}

// fail notes why the storage is not swept. Until the next success it reports a lost grant once and any other failure
// once. Comparing the texts instead would report each try: they may name a port, which differs each time.
func (l *loop) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) || l.d.journal.Err() != nil {
		return // a lost record ends the service, which reports it once
	}
	l.enter(status.Unopened)
	l.end(err)
	p := app.ProblemOf(l.name, err)
	l.update(func(s *status.Storage) { s.Err, s.Problem = app.WithHint(err).Error(), p })
	event := policy.EventFailed
	if p.Cause == status.CauseSignIn {
		event = policy.EventGrant
	}
	if !slices.Contains(l.ill, event) {
		l.ill, l.unseen = append(l.ill, event), p.Hint.String()
		l.d.unopened(l.name, err, p)
	}
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

// wants reports whether the user wants a sweep that was not made. It is called when the loop has ended.
func (l *loop) wants() bool {
	select {
	case <-l.wake:
		return true
	default:
		return l.agenda.asked
	}
}

// succeed takes over the request of the user and the counts of other, which has ended. It takes the higher of two,
// because start has copied the counts while other was still running.
func (l *loop) succeed(other *loop) {
	l.agenda.asked = l.agenda.asked || other.wants()
	if l.agenda.retry.IsZero() {
		l.agenda.retry = other.agenda.retry
	}
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
