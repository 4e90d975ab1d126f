package sweeper

import (
	"context"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/journal"
)

// reading returns the present reading of the clocks.
func (s *Sweeper) reading() journal.Clock {
	c := journal.Clock{Wall: s.o.Now()}
	if s.o.Uptime != nil {
		c.Boot, c.Up = s.o.Uptime()
	}
	return c
}

// checkClock returns the reason why no age can be computed now; nil: it can.
func (s *Sweeper) checkClock(ctx context.Context) (doubt *journal.ClockError, err error) {
	return s.o.Journal.CheckClock(ctx, s.reading)
}

// earliest returns the time that it is at least: the clock's or, if the clock may have jumped ahead, that of the last
// run that trusted it.
func (s *Sweeper) earliest(ctx context.Context) (time.Time, error) {
	trusted, doubted, err := s.o.Journal.Clocks(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clocks of earlier runs: %w", err)
	}
	now := s.reading()
	if now.Doubt(trusted, doubted) != nil && trusted.Wall.Before(now.Wall) {
		return trusted.Wall, nil
	}
	return now.Wall, nil
}

// noteClock records the reading at the end of a run for later runs, as trusted or as doubted. doubt is that of the
// start of the run; nil if the run computed no ages. noteClock judges the clock anew, because the clock may have
// jumped during the run.
func (s *Sweeper) noteClock(ctx context.Context, doubt *journal.ClockError) error {
	trusted, doubted, err := s.o.Journal.Clocks(ctx)
	if err != nil {
		return err
	}
	now := s.reading()
	if doubt != nil || now.Doubt(trusted, doubted) != nil {
		return s.o.Journal.SetClocks(ctx, trusted, now)
	}
	return s.o.Journal.SetClocks(ctx, now, journal.Clock{})
}
