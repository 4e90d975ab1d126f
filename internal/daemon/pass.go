package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// pass looks at the storage and deletes what is due if the step allows it. It returns an error if the storage
// should be opened anew.
//
// A step that must not act only scans. Otherwise there is a plan, and by the mode it is reported or executed. A
// sweep counts as made, and is recorded as the last one, only if no other process had the storage; a scheduled
// one that a pause refused or cut short stays due.
func (l *loop) pass(ctx context.Context, a *app.App, s step) error {
	now, reason := l.d.now(), s.reason
	l.agenda.begin(reason)
	if !s.act {
		l.enter(status.Scanning)
		sum, err := a.Sweeper.Scan(ctx, l.looking())
		l.agenda.left = l.timing.onChange() && !l.agenda.held && sum != nil && sum.ByAction[string(policy.Trash)] > 0
		return l.looked(ctx, a, sum, err)
	}
	l.enter(status.Scanning)
	plan, scan, err := a.Sweeper.Plan(ctx, l.looking())
	if err := l.looked(ctx, a, scan, err); err != nil || ctx.Err() != nil {
		if reason >= due && ctx.Err() == nil && l.ill == nil && !errors.Is(err, sweeper.ErrStopped) {
			l.report(ctx, a, scan, err)
		}
		return errors.Join(ctx.Err(), err) // the sweep remains due
	}
	if l.timing.waits(reason) {
		l.alone.leaveOut(plan)
	}
	switch {
	case reason < due && (plan == nil || plan.Empty()):
	case l.policy.Mode != policy.Enforce:
		l.report(ctx, a, scan, nil)
		l.end(troubleOf(scan))
	default:
		err := l.execute(ctx, a, plan, scan, reason)
		switch {
		case unrecordable(err): // also if it cannot be asked whether there is a pause
			return err
		case errors.Is(err, sweeper.ErrPaused):
			l.agenda.left, l.agenda.asked = l.timing.onChange(), false
			return nil // the rest is due as soon as the pause ends
		}
	}
	if err := l.d.journal.Err(); err != nil {
		return err
	}
	if reason >= due && ctx.Err() == nil && l.agenda.retry.IsZero() {
		l.agenda.swept, l.agenda.asked = now, false
		if err := l.d.journal.SetLastRun(ctx, l.name, now); err != nil {
			return err
		}
	}
	return nil
}

// execute executes the plan. A plan that is refused as a whole is reported, and waits for the schedule or the
// user. It returns the reason why the plan was not done or was cut short.
//
// If another process has the lease of the storage, nothing is reported, and the sweep is tried again after
// ClockPoll.
func (l *loop) execute(
	ctx context.Context, a *app.App, plan *sweeper.Plan, scan *sweeper.Summary, reason trigger,
) error {
	l.enter(status.Sweeping)
	sum, err := a.Sweeper.Execute(ctx, plan, func(done int) {
		if l.slice != nil {
			l.slice.moved.Store(int64(done))
		}
		l.beat()
	})
	l.end(err)
	if _, leased := errors.AsType[*journal.LeasedError](err); leased && sum == nil {
		l.agenda.retry = l.d.now().Add(l.timing.poll) // another process is sweeping it
		return err
	}
	if sum == nil {
		l.agenda.held = !errors.Is(err, sweeper.ErrPaused) && !unrecordable(err) && ctx.Err() == nil
		if l.agenda.held {
			l.refuse(app.ProblemOf(l.name, err))
		}
		l.report(ctx, a, scan, err)
		return err
	}
	l.agenda.held = false
	l.refuse(nil)
	l.end(troubleOf(scan))
	l.end(troubleOf(sum))
	counted, known := l.alone.add(sum)
	if !l.timing.waits(reason) && err == nil {
		l.alone.forgetBut(sum.Left)
	}
	l.d.notifyRun(ctx, l.policy, sum.Run, known)
	l.count(counted)
	if reason == wanted && errors.Is(err, sweeper.ErrPaused) {
		l.agenda.retry = l.d.now() // nextSweep waits for the end of the pause
	}
	if err == nil {
		err = unrecorded(sum)
	}
	return err
}

// unrecordable reports whether err means that the database cannot be asked, or gives the storage to another worker.
// That says nothing about the files, and may be over in a moment, so that the storage is opened anew.
func unrecordable(err error) bool {
	return errors.Is(err, journal.ErrUnreachable) || errors.Is(err, journal.ErrFenced)
}

// unrecorded returns the first error of the summary that is unrecordable; nil if none is.
func unrecorded(sum *sweeper.Summary) error {
	for _, p := range sum.Problems {
		if unrecordable(p.Err) {
			return p.Err
		}
	}
	return nil
}

// looking returns the options of a scan, which count its results and gather them for the digest, of the next
// seven days. They also note when the first hold ends, which is when the loop looks next.
func (l *loop) looking() sweeper.ScanOptions {
	now := l.d.now()
	digest := report.NewDigest(now, now.AddDate(0, 0, 7), l.policy)
	l.agenda.soonest, l.gathering = time.Time{}, digest
	var stop func(int) bool
	if l.slice != nil {
		stop = func(examined int) bool { return l.slice.ended(examined, l.d.now()) }
	}
	return sweeper.ScanOptions{
		Stop: stop,
		Each: func(f sweeper.Found) {
			digest.Add(f)
			at := f.Decision.NotBefore
			// The grace of such a file begins in this pass.
			if f.Decision.ReasonCode == policy.ReasonUnmarked && l.policy.Mode == policy.Enforce {
				at = now.Add(l.policy.Grace(f.Decision.Rule))
			}
			if f.Decision.Action == policy.Hold && at.After(now) {
				l.agenda.holdUntil(at)
			}
		},
		Progress: func(int64, int64) { l.beat() },
	}
}

// looked takes over the results of a scan. It returns err, or the error of a listing that failed as a whole;
// results of such a scan are shown, but are no forecast.
func (l *loop) looked(ctx context.Context, a *app.App, sum *sweeper.Summary, err error) error {
	now, before := l.d.now(), l.agenda.scanned
	l.agenda.scanned = now // also after a bad one, or it would be repeated at once
	if sum == nil {
		return err
	}
	if err == nil {
		err = whole(sum)
	}
	if errors.Is(err, sweeper.ErrStopped) {
		l.agenda.scanned = before
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
	l.d.noteClock(ctx)
	if err == nil {
		l.examined(sum)
	}
	return err
}

// examined takes over whether a scan saw the whole storage, and logs a change of that.
func (l *loop) examined(sum *sweeper.Summary) {
	p := l.incomplete(sum)
	l.update(func(s *status.Storage) { s.Problem = status.First(p, l.refusal) })
	switch before := l.unseen; {
	case p != nil && before != p.Hint.String():
		l.d.log.Error("a storage is not swept until this is fixed",
			"event", "storage_unavailable", "storage", l.name, "err", sum.Stopped[0].Why, "hint", p.Hint.String())
	case p == nil && before != "":
		l.d.log.Info("a storage is scanned again", "event", "storage_recovered", "storage", l.name)
	}
	if l.unseen = ""; p != nil {
		l.unseen = p.Hint.String()
	}
}

// incomplete returns the problem that a root was not listed completely; nil if all were.
func (l *loop) incomplete(sum *sweeper.Summary) *status.Problem {
	if len(sum.Stopped) == 0 {
		return nil
	}
	return app.FolderProblem(l.name, sum.Stopped[0].Root, sum.Stopped[0].Why)
}

// refuse notes why the last plan was refused as a whole; nil: it was not.
func (l *loop) refuse(why *status.Problem) {
	l.update(func(s *status.Storage) {
		if s.Problem == nil || s.Problem == l.refusal {
			s.Problem = why
		}
	})
	l.refusal = why
}

// whole returns the error with which the listing of the storage as a whole failed, or by which files could not be
// looked up in the record; nil if it succeeded, or if only some place in it failed.
func whole(sum *sweeper.Summary) error {
	for _, p := range sum.Problems {
		if p.Doing == "list" && p.Path == "" {
			return p.Err
		}
	}
	return unrecorded(sum)
}

// report records a run that only looked, and sends its report. A failure to record it is logged.
func (l *loop) report(ctx context.Context, a *app.App, scan *sweeper.Summary, why error) {
	began := l.agenda.scanned
	sum, err := a.Sweeper.Report(ctx, scan, why)
	if err != nil {
		l.d.log.Error("a run could not be recorded",
			"event", "run_unrecorded", "storage", l.name, "err", err, "hint", app.ProblemOf(l.name, err).Hint.String())
	}
	if sum != nil {
		l.d.notifyScan(l.policy, began, sum, why, l.d.heldHint(l.name, why))
	}
}

// TroubleError is returned for a sweep in which something failed or was left alone.
type TroubleError struct{ text string }

// Error returns a description of the trouble, by kind and number.
func (e *TroubleError) Error() string { return e.text }

// troubleOf returns a *TroubleError if anything in the summary failed or was left alone, else nil.
func troubleOf(sum *sweeper.Summary) error {
	switch {
	case !sum.Trouble():
		return nil
	case sum.Refused+sum.Failed > 0:
		return &TroubleError{report.Describe(sum).String()}
	}
	return &TroubleError{fmt.Sprintf("the scan was incomplete: %d problems", sum.Errors)}
}
