package journal

import (
	"sync"
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

// Two runs of one machine end and begin at the same time, as those of two storages or of two workers do.
func TestAClockIsNotDoubtedBecauseAnotherRunEnds(t *testing.T) {
	j := newJournal(t)
	reading := func() Clock { return Clock{Wall: time.Now(), Boot: "one"} }
	var ends sync.WaitGroup
	ends.Go(func() {
		for range 300 {
			if err := j.SetClocks(t.Context(), reading(), Clock{}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 3000 {
		if doubt := must(j.CheckClock(t.Context(), reading))(t); doubt != nil {
			t.Error(doubt)
			break
		}
	}
	ends.Wait()
}
