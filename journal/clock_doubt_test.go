package journal

import (
	"testing"
	"time"
)

// The machines of a fleet write one record, and their clocks are not the same.
func TestTheClockOfAnotherMachineMayBeALittleBehind(t *testing.T) {
	trusted := Clock{Wall: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), Boot: "one", Up: time.Hour}
	for _, c := range []struct {
		boot    string
		behind  time.Duration
		doubted bool
	}{
		{"other", 40 * time.Second, false},
		{"other", 2 * time.Minute, true},
		{"one", time.Second, true},
		{"one", -time.Second, false},
	} {
		now := Clock{Wall: trusted.Wall.Add(-c.behind), Boot: c.boot, Up: time.Hour}
		if doubt := now.Doubt(trusted, Clock{}); (doubt != nil) != c.doubted {
			t.Errorf("boot %q, %s behind: got %v", c.boot, c.behind, doubt)
		}
	}
}
