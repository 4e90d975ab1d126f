package daemon

import (
	"testing"
	"time"
)

func TestALoopWaitsWhileDeletionIsNotAllowed(t *testing.T) {
	t.Parallel()
	for _, r := range []row{
		// What stops deletion.
		{
			"deletion is paused", missed, func(s *situation) { s.paused = true },
			waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"the policy file has changed", missed, func(s *situation) { s.outdated = true },
			waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"another try waits for the end of a pause", func(s *situation) { s.retry = on(12, 0, 0) },
			func(s *situation) { s.paused = true }, waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"a sweep was missed in the quiet hours", missed, func(s *situation) { s.Quiet = quiet(t, "02:00-12:30") },
			waitAMinute(due, on(12, 30, 0), on(12, 30, 0)),
		},
		{
			"the quiet hours are over", missed, func(s *situation) {
				s.Quiet, s.now, s.scanned = quiet(t, "02:00-12:30"), on(12, 30, 0), on(12, 29, 0)
			},
			step{reason: due, at: on(12, 30, 0), act: true, sweep: on(12, 30, 0)},
		},
		{
			"the next sweep falls into quiet hours", usually, func(s *situation) { s.Quiet = quiet(t, "02:00-07:30") },
			waitAMinute(look, on(17, 0, 0), tomorrow(7, 30, 0)),
		},
		{
			"quiet hours are by the clocks of Tokyo", both(missed, func(s *situation) {
				s.Zone = time.FixedZone("JST", 9*60*60)
			}),
			func(s *situation) { s.Quiet = quiet(t, "20:00-22:00") },
			waitAMinute(due, on(13, 0, 0), on(13, 0, 0)),
		},
		{
			"a service that only reports has no quiet hours",
			both(missed, func(s *situation) { s.Quiet = quiet(t, "02:00-12:30") }),
			func(s *situation) { s.enforce = false }, passNow(due, true, on(12, 0, 0)),
		},
		{
			"a scan goes on in a pause", func(s *situation) { s.paused = true },
			func(s *situation) { s.scanned = on(6, 0, 0) }, passNow(look, false, time.Time{}),
		},
		// A hold that ends.
		{
			"the hold of a file ends soon", atOnce, func(s *situation) { s.soonest = on(12, 0, 10) },
			step{reason: change, at: on(12, 0, 10), wait: 10 * time.Second, sweep: usual},
		},
		{
			"it has ended", atOnce, func(s *situation) { s.soonest = on(11, 30, 0) },
			step{reason: change, at: on(11, 30, 0), act: true, sweep: usual},
		},
		{
			"it ends after the next look", both(atOnce, func(s *situation) { s.soonest = on(12, 0, 10) }),
			func(s *situation) { s.scanned = on(6, 0, 5) },
			step{reason: look, at: on(12, 0, 5), wait: 5 * time.Second, sweep: usual},
		},
		{
			"it ends after the next sweep", both(atOnce, func(s *situation) { s.soonest = on(12, 0, 10) }),
			func(s *situation) { s.retry = on(12, 0, 5) },
			step{reason: due, at: on(12, 0, 5), wait: 5 * time.Second, sweep: on(12, 0, 5)},
		},
		{
			"it waits for the schedule", both(atOnce, func(s *situation) { s.soonest = on(11, 30, 0) }),
			func(s *situation) { s.OnChange = false }, waitAMinute(look, on(17, 0, 0), usual),
		},
		{
			"it only reports", both(atOnce, func(s *situation) { s.soonest = on(11, 30, 0) }),
			func(s *situation) { s.enforce = false }, waitAMinute(look, on(17, 0, 0), usual),
		},
		{
			"the plan was refused", both(atOnce, func(s *situation) { s.soonest = on(11, 30, 0) }),
			func(s *situation) { s.held = true }, waitAMinute(look, on(17, 0, 0), usual),
		},
		{
			"the hold ends in a pause", both(atOnce, func(s *situation) { s.soonest = on(11, 30, 0) }),
			func(s *situation) { s.paused = true },
			step{reason: change, at: on(11, 30, 0)},
		},
		{
			"the hold ends in quiet hours", both(atOnce, func(s *situation) { s.soonest = on(11, 30, 0) }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") },
			step{reason: change, at: on(11, 30, 0), sweep: usual},
		},
		// Files that were due when deletion was not allowed.
		{"files were left", atOnce, func(s *situation) { s.left = true }, passNow(change, true, usual)},
		{
			"files were left, and a sweep was missed", both(atOnce, missed), func(s *situation) { s.left = true },
			passNow(change, true, on(12, 0, 0)),
		},
		{
			"the pause goes on", both(atOnce, func(s *situation) { s.left = true }),
			func(s *situation) { s.paused = true }, waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"the policy file is still another", both(atOnce, func(s *situation) { s.left = true }),
			func(s *situation) { s.outdated = true }, waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"the quiet hours go on", both(atOnce, func(s *situation) { s.left = true }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") }, waitAMinute(look, on(17, 0, 0), usual),
		},
	} {
		t.Run(r.name, r.run)
	}
}
