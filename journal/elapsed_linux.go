package journal

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// elapsed returns the time since the machine started, the time that it slept included: in Go's own clock a lease would
// not grow older while the machine is suspended, and in the database it does.
func elapsed() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return math.MaxInt64 // every lease is over
	}
	return time.Duration(ts.Nano())
}
