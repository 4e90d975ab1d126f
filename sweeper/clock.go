package sweeper

import (
	"context"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
)

// leap is the error of the clock from which on nothing is decided by it.
const leap = 24 * time.Hour

// reading returns the present reading of the clocks.
func (s *Sweeper) reading() journal.Clock {
	c := journal.Clock{Wall: s.o.Now()}
	if s.o.Uptime != nil {
		c.Boot, c.Up = s.o.Uptime()
	}
	return c
}

// checkClock returns the reason why no age can be computed now; nil: it can.
func (s *Sweeper) checkClock(ctx context.Context) (doubt *ClockError, err error) {
	return CheckClock(ctx, s.o.Journal, s.reading())
}

// CheckClock compares a reading of the clocks with those of earlier runs, and returns the reason why no age can be
// computed now; nil: it can.
func CheckClock(ctx context.Context, j *journal.Journal, now journal.Clock) (doubt *ClockError, err error) {
	trusted, doubted, err := j.Clocks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the clocks of earlier runs: %w", err)
	}
	return doubtful(trusted, doubted, now), nil
}

// earliest returns the time that it is at least: the clock's or, if the clock may have jumped ahead, that of the last
// run that trusted it.
func (s *Sweeper) earliest(ctx context.Context) (time.Time, error) {
	trusted, doubted, err := s.o.Journal.Clocks(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clocks of earlier runs: %w", err)
	}
	now := s.reading()
	if doubtful(trusted, doubted, now) != nil && trusted.Wall.Before(now.Wall) {
		return trusted.Wall, nil
	}
	return now.Wall, nil
}

// noteClock records the reading at the end of a run for later runs, as trusted or as doubted. doubt is that of the
// start of the run; nil if the run computed no ages. noteClock judges the clock anew, because the clock may have
// jumped during the run.
func (s *Sweeper) noteClock(ctx context.Context, doubt *ClockError) error {
	trusted, doubted, err := s.o.Journal.Clocks(ctx)
	if err != nil {
		return err
	}
	now := s.reading()
	if doubt != nil || doubtful(trusted, doubted, now) != nil {
		return s.o.Journal.SetClocks(ctx, trusted, now)
	}
	return s.o.Journal.SetClocks(ctx, now, journal.Clock{})
}

// ClockError is the reason why no age can be computed.
type ClockError struct{ reason language.Message }

// Error returns Text in English.
func (e *ClockError) Error() string { return e.Text().String() }

// Text returns the text of the error in any language.
func (e *ClockError) Text() language.Message {
	return language.Messagef("the clock is not reliable: %s", e.reason)
}

// doubtful compares the clock with the last run that trusted it. Within one boot, as much time must have passed on
// the wall clock as the kernel counted. Across a boot, a machine that was off for a year looks like a wrong clock, so
// the clock is trusted; but if it was doubted before the boot, it is doubted as long as it goes on from there.
func doubtful(trusted, doubted, now journal.Clock) *ClockError {
	if trusted.Wall.IsZero() {
		return nil
	}
	passed := now.Wall.Sub(trusted.Wall)
	// This needs no Uptime: a clock that goes back is wrong.
	if passed < 0 {
		return &ClockError{language.Messagef("it says %s, but the last run was on %s", stamp(now.Wall),
			stamp(trusted.Wall))}
	}
	if now.Boot != "" && now.Boot == trusted.Boot {
		if off := passed - (now.Up - trusted.Up); off > leap || off < -leap {
			return &ClockError{language.Messagef("it has jumped to %s since the run on %s", stamp(now.Wall),
				stamp(trusted.Wall))}
		}
		return nil
	}
	if doubted.Wall.After(trusted.Wall) && !now.Wall.Before(doubted.Wall) {
		return &ClockError{language.Messagef("it had jumped to %s before the machine booted", stamp(doubted.Wall))}
	}
	return nil
}

// stamp returns a time as the reasons have it, in the local zone.
func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
