//go:build darwin || freebsd || netbsd || openbsd

package journal

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// elapsed returns a time that only grows. On macOS and the BSDs it grows while the machine sleeps.
func elapsed() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return math.MaxInt64
	}
	return time.Duration(ts.Nano())
}
