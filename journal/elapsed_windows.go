package journal

import (
	"time"

	"golang.org/x/sys/windows"
)

// elapsed returns the time since the machine started, the time that it slept included.
func elapsed() time.Duration { return windows.DurationSinceBoot() }
