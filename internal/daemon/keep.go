package daemon

import (
	"context"
	"time"

	"github.com/sweepd/sweepd/internal/app"
)

// keep supervises the loops until ctx ends or the record is lost. It runs on one goroutine, and is the only one
// that reloads the policy, so that a request, a signal and a changed file cannot do so at the same time. It
// notifies the watchdog at least three times in the interval in which the manager expects it once.
func (d *daemon) keep(ctx context.Context) {
	defer close(d.over)
	every, watched := d.service.WatchdogEvery()
	if every /= 3; !watched || every > d.o.ClockPoll {
		every = d.o.ClockPoll
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	d.sendDigest(ctx, d.now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.journal.Lost():
			return
		case <-tick.C:
			d.check(ctx)
		case <-d.o.Changed:
			d.followFile(ctx)
		case <-d.noticed:
			d.followFile(ctx)
		case <-d.settled.C:
			d.followFile(ctx)
		case c := <-d.rolls:
			d.follow(ctx, c)
		case <-d.o.Reload:
			_ = d.reload(ctx) // it has reported the error
		case answer := <-d.reloads:
			answer <- d.reload(ctx)
		}
	}
}

// check notifies the watchdog of the service manager unless no storage makes progress: one storage that hangs is
// reported and is no reason to stop the others. A record that cannot be read is: the manager then ends the
// service. It also follows the policy file, updates the status line, and sends the digest if it is due.
func (d *daemon) check(ctx context.Context) {
	now := d.now()
	alive := len(d.all()) == 0
	for _, l := range d.all() {
		_, stuck := l.now(now)
		alive = alive || !stuck
	}
	err := d.journal.Intact()
	if err == nil {
		_, err = d.journal.LastRun(ctx, digestName)
	}
	if err != nil {
		d.log.Error("the record cannot be read",
			"event", "record_unreadable", "err", err, "hint", app.ProblemOf("", err).Hint.String())
		alive = false
	}
	if alive {
		d.manage(d.service.Beat())
	}
	d.followFile(ctx)
	d.lookAtRoll(ctx, now)
	d.noteClock(ctx)
	d.manage(d.service.Status(d.sentence()))
	d.sendDigest(ctx, now)
}
