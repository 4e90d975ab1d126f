package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/review"
	"github.com/sweepd/sweepd/policy"
)

// errReports refuses to apply a plan from the page of a service that deletes nothing.
var errReports = errors.New("the policy has mode: report, in which the service deletes nothing")

// reviewPage returns the review page. It has storages of its own, which it opens when it is looked at, and shares the
// record, the policy in force and the budget of deletions with the loops. The caller closes it.
func (d *daemon) reviewPage(ctx context.Context) (*review.Server, error) {
	return review.New(ctx, review.Options{
		App: d.reviewOptions, Now: d.o.Now, Language: d.in, Home: d.paths.Home, Dir: d.paths.State,
		MayApply: d.mayApply,
	})
}

// servePage serves the review page until ctx ends.
func (d *daemon) servePage(ctx context.Context, page *review.Server, serve func(context.Context) error) {
	d.others.Go(func() {
		if err := errors.Join(serve(ctx), page.Close()); err != nil {
			d.log.Error("the review page has stopped", "event", "review_stopped", "err", err)
		}
	})
}

// reviewOptions returns the options with which the page opens the storages. A changed policy file stops its deletions
// as it stops those of the loops; quiet hours do not, because the user asks for it.
func (d *daemon) reviewOptions() app.Options {
	o := d.o.Options
	o.Only, o.Scopes, o.Act = nil, nil, false
	o.Shared = &app.Shared{
		PolicyFile: d.file.inForce(), Policy: d.rules(), Journal: d.journal, Budget: &d.budget,
		Hold: func(now time.Time) error { return d.outdated(now) },
	}
	return o
}

// mayApply returns why the page may not apply a plan; nil if it may.
func (d *daemon) mayApply() error {
	if d.rules().Mode != policy.Enforce {
		return errReports
	}
	return nil
}
