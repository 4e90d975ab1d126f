//go:build unix

package fleet

import (
	"errors"
	"testing"
	"time"

	"github.com/sweepd/sweepd/sweeper"
)

func TestWhatABeatSaysIsTrueForItsPolicyAndForSomeBeats(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	h := &heldFor{policy: "a enforce", until: now.Add(time.Minute)}
	for _, c := range []struct {
		what, policy string
		at           time.Time
		held         bool
	}{
		{"at the beat", "a enforce", now, false},
		{"with a policy that was loaded since", "b enforce", now, true},
		{"in a mode that was loaded since", "a report", now, true},
		{"after beats that failed", "a enforce", now.Add(61 * time.Second), true},
	} {
		if err := h.against(c.at, c.policy); errors.Is(err, sweeper.ErrPaused) != c.held {
			t.Errorf("%s: got %v, want held: %v", c.what, err, c.held)
		}
	}
}
