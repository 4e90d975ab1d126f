package status

import (
	"fmt"
	"time"
)

// sick is why a storage is not well, in a clause that follows its name and has
// nothing of a file in it; "" when it is. A daemon that has not had its first
// good scan yet is given as long as between two of them. stale 0: no scan is too
// long ago.
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
		return "was not scanned whole" + since(good)
	case stale > 0 && now.Sub(good) > stale:
		return fmt.Sprintf("was last scanned whole at %s", good.UTC().Format(time.RFC3339))
	}
	return ""
}

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + t.UTC().Format(time.RFC3339)
}
