package status

import (
	"fmt"
	"time"
)

// sick returns why a storage is unhealthy, as a clause that follows its name and names no file; "" if it is healthy.
// Before its first good scan, a daemon has as much time as between two scans. If stale is 0, no scan is too old.
func sick(d Daemon, s Storage, now time.Time, stale time.Duration) string {
	good := s.LastGood
	if good.IsZero() {
		good = d.Since
	}
	switch {
	case s.State == Stuck:
		return "is stuck" + since(s.StateSince)
	case s.State == Unopened:
		return "cannot be opened" + since(s.StateSince)
	case stale > 0 && now.Sub(good) > stale && s.LastGood.IsZero():
		return "was not scanned completely" + since(good)
	case stale > 0 && now.Sub(good) > stale:
		return fmt.Sprintf("was last scanned completely at %s", good.UTC().Format(time.RFC3339))
	}
	return ""
}

// since returns the end of a sentence with the time, "" if it is not known.
func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.UTC().Format(time.RFC3339)
}
