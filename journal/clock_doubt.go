package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// leap is the error of the clock from which on nothing is decided by it.
const leap = 24 * time.Hour

// apart is how far the clocks of two machines that share a record may differ, if each differs from that of the database
// by no more than Options.Skew.
const apart = time.Minute

// ClockError is the reason why no age can be computed.
type ClockError struct{ reason language.Message }

// Error returns Text in English.
func (e *ClockError) Error() string { return e.Text().String() }

// Text returns the text of the error in any language.
func (e *ClockError) Text() language.Message {
	return language.Messagef("the clock is not reliable: %s", e.reason)
}

// CheckClock compares the clocks with those of earlier runs, and returns the reason why no age can be computed now;
// nil: it can. It calls now after it has read those: another run of this machine may end at any moment, and a reading
// from before that would look like a clock that has gone back.
func (j *Journal) CheckClock(ctx context.Context, now func() Clock) (doubt *ClockError, err error) {
	trusted, doubted, err := j.Clocks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the clocks of earlier runs: %w", err)
	}
	return now().Doubt(trusted, doubted), nil
}

// Doubt compares the clock with the last run that trusted it, and returns the reason why no age can be computed by it;
// nil: it can. Within one boot, as much time must have passed on the wall clock as the kernel counted. Across a boot, a
// machine that was off for a year looks like a wrong clock, so the clock is trusted; but if it was doubted before the
// boot, it is doubted as long as it goes on from there.
func (c Clock) Doubt(trusted, doubted Clock) *ClockError {
	if trusted.Wall.IsZero() {
		return nil
	}
	passed := c.Wall.Sub(trusted.Wall)
	// This needs no Uptime: a clock that goes back is wrong, unless it is that of another machine.
	if passed < 0 && (c.Boot == trusted.Boot || passed < -apart) {
		return &ClockError{language.Messagef("it says %s, but the last run was on %s", stamp(c.Wall),
			stamp(trusted.Wall))}
	}
	if c.Boot != "" && c.Boot == trusted.Boot {
		if off := passed - (c.Up - trusted.Up); off > leap || off < -leap {
			return &ClockError{language.Messagef("it has jumped to %s since the run on %s", stamp(c.Wall),
				stamp(trusted.Wall))}
		}
		return nil
	}
	if doubted.Wall.After(trusted.Wall) && !c.Wall.Before(doubted.Wall) {
		return &ClockError{language.Messagef("it had jumped to %s before the machine booted", stamp(doubted.Wall))}
	}
	return nil
}

// stamp returns a time as the reasons have it, in the local zone.
func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
