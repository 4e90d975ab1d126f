package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

// problems returns the problems that stop all storages; each may be nil.
func (d *daemon) problems(ctx context.Context, now time.Time) []*status.Problem {
	var all []*status.Problem
	if err := d.journal.Intact(); err != nil {
		all = append(all, app.ProblemOf("", err))
	}
	return append(all, d.policyProblem(now), d.clockProblem(ctx), d.pauseProblem(now))
}

// policyProblem returns the problem that the policy file differs from the policy in force; nil if it does not.
func (d *daemon) policyProblem(now time.Time) *status.Problem {
	if c := d.file.changed(now); c != nil {
		return c.problem()
	}
	return nil
}

// paused returns the reason why the user has paused deletion, on this machine or on all; nil if not. It asks each time.
func (d *daemon) paused(now time.Time) error {
	return app.Paused(context.Background(), d.paths, d.journal, now)
}

// pauseProblem returns the problem that the user has paused deletion; nil if not.
func (d *daemon) pauseProblem(now time.Time) *status.Problem {
	if err := d.paused(now); err != nil {
		return app.ProblemOf("", err)
	}
	return nil
}

// clockProblem returns the problem that no age can be computed; nil if it can, or if the record cannot be read.
func (d *daemon) clockProblem(ctx context.Context) *status.Problem {
	if doubt := d.clockDoubt(ctx); doubt != nil {
		return app.ProblemOf("", doubt)
	}
	return nil
}

// clockDoubt returns the reason why no age can be computed by the clock; nil if it can, or if the record cannot be
// read.
func (d *daemon) clockDoubt(ctx context.Context) *journal.ClockError {
	doubt, err := d.journal.CheckClock(ctx, func() journal.Clock {
		boot, up := d.o.Uptime()
		return journal.Clock{Wall: d.now(), Boot: boot, Up: up}
	})
	if err != nil {
		return nil // check reports it
	}
	return doubt
}

// noteClock logs once that the clock is not reliable, until it is.
func (d *daemon) noteClock(ctx context.Context) {
	doubt := d.clockDoubt(ctx)
	d.mu.Lock()
	before := d.doubted
	d.doubted = doubt != nil
	d.mu.Unlock()
	if doubt != nil && !before {
		d.log.Error("the clock is not reliable; no age is computed, and files that depend on one are kept",
			"event", "clock_doubted", "err", doubt, "hint", app.ProblemOf("", doubt).Hint.String())
	}
}

// heldHint returns what mends the reason why a plan was not carried out; "" for no error, and for quiet hours, which
// end by themselves.
func (d *daemon) heldHint(storage string, why error) string {
	switch {
	case why == nil, errors.Is(why, ErrQuiet), errors.Is(why, context.Canceled):
		return ""
	case !errors.Is(why, sweeper.ErrPaused):
		return app.ProblemOf(storage, why).Hint.String()
	}
	now := d.now()
	if p := status.First(d.policyProblem(now), d.pauseProblem(now)); p != nil {
		return p.Hint.String()
	}
	return ""
}
