package main

import (
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
	"github.com/sweepd/sweepd/internal/testing/e2e"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// A service that is killed in the midst of a sweep, before any of its moves or
// right after: each file is whole in exactly one place, and the next start
// completes the record and the sweep.
func TestAServiceKilledInMidSweepIsCompletedByTheNextStart(t *testing.T) {
	t.Parallel()
	binary := e2e.Build(t)
	for _, point := range rotation.Part(t, []struct{ nth, later int }{{1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 0}, {3, 1}}) {
		nth, later := point.nth, point.later // move; calls after it
		when := fmt.Sprintf("killed %d calls after move %d", later, nth)
		w := e2e.NewWorld(t, binary)
		w.Write(".config/sweepd/policy.yaml", []byte(e2e.Policy+servicePolicy))
		moves, at := 0, 0
		r, err := crashtest.Run(w.Command("run"), func(c crashtest.Call) crashtest.Fate {
			if c.Name == "renameat2" {
				if moves++; moves == nth {
					at = c.N
				}
			}
			return crashtest.Fate{Kill: at > 0 && c.N >= at+later}
		})
		if err != nil || !r.Killed {
			t.Fatalf("%s: it ends by itself with %d, %v\n%s", when, r.Exit, err, r.Stderr)
		}
		w.EachOnce(when)
		s := serve(t, w.Command)
		trashed := w.EachOnce(when + ", then started again")
		if trashed != 3 {
			t.Errorf("%s, then started again: %d in the trash, want 3", when, trashed)
		}
		w.RecordIsTrue(when, trashed)
		w.DoneOnce(when)
		if err := s.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		<-s.ended
	}
}
