//go:build unix

package fleet

import (
	"errors"
	"testing"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

func TestWhatABeatSaysIsTrueForItsPolicyAndForSomeBeats(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	h := &heldFor{policy: "a enforce", until: now.Add(time.Minute)}
	for _, c := range []struct {
		what, policy string
		at           time.Time
		held, doubt  bool
	}{
		{"at the beat", "a enforce", now, false, false},
		{"with a policy that was loaded since", "b enforce", now, true, false},
		{"in a mode that was loaded since", "a report", now, true, false},
		{"after beats that failed", "a enforce", now.Add(61 * time.Second), true, true},
	} {
		err := h.against(c.at, c.policy)
		if errors.Is(err, sweeper.ErrPaused) != c.held || errors.Is(err, journal.ErrUnreachable) != c.doubt {
			t.Errorf("%s: got %v, want held: %v, and in doubt: %v", c.what, err, c.held, c.doubt)
		}
	}
}
