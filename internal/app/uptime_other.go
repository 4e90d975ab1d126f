//go:build !linux

package app

import "time"

// uptime is not known here: only a clock that goes back is noticed.
func uptime() (boot string, since time.Duration) { return "", 0 }
