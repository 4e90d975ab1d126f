//go:build !linux

package app

import "time"

// uptime returns no ID: it is not known here, so only a clock that goes back is noticed.
func uptime() (boot string, since time.Duration) { return "", 0 }
