package daemon

import (
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/sweeper"
)

// ErrQuiet is why nothing is deleted in the quiet hours of the policy.
var ErrQuiet = errors.New("quiet hours")

// hold returns an error that wraps sweeper.ErrPaused in quiet hours, with ErrQuiet, and while the policy file
// differs from the policy in force, or Options.Hold says so; and at the end of a turn's slice. It is
// app.Shared.Hold: the Sweeper asks it before each file, so quiet hours
// that begin during a sweep end it.
func (l *loop) hold(now time.Time) error {
	if l.slice != nil && l.slice.ended(int(l.slice.moved.Load()), now) {
		return errSlice
	}
	if err := l.d.outdated(now); err != nil {
		return err
	}
	end := l.timing.quietUntil(now)
	if end.IsZero() {
		return nil
	}
	return fmt.Errorf("%w: %w, until %s", sweeper.ErrPaused, ErrQuiet, end.Format("15:04"))
}
