package daemon

import (
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/schedule"
)

func TestALoopDoesWhatIsDueByTheClock(t *testing.T) {
	t.Parallel()
	for _, r := range []row{
		// A look at everything.
		{
			"nothing is due", usually, func(s *situation) { s.scanned = on(11, 0, 1) },
			waitAMinute(look, on(17, 0, 1), usual),
		},
		{
			"the last scan is as old as the policy allows", usually,
			func(s *situation) { s.scanned = on(6, 0, 0) }, passNow(look, false, usual),
		},
		{
			"the last scan is nearly so old", usually, func(s *situation) { s.scanned = on(6, 0, 30) },
			step{reason: look, at: on(12, 0, 30), wait: 30 * time.Second, sweep: usual},
		},
		{
			"the policy wants a scan each two hours", usually, func(s *situation) { s.Rescan = 2 * time.Hour },
			waitAMinute(look, on(13, 0, 0), usual),
		},
		{
			"the wall clock is looked at each ten minutes", usually, func(s *situation) { s.poll = 10 * time.Minute },
			step{reason: look, at: on(17, 0, 0), wait: 10 * time.Minute, sweep: usual},
		},
		{
			"the storage reports no changes", func(s *situation) { s.scanned = on(11, 50, 0) },
			func(s *situation) { s.polling = true }, waitAMinute(look, on(12, 5, 0), usual),
		},
		{
			"it reports none, and the policy wants a scan each five minutes",
			func(s *situation) { s.scanned, s.polling = on(11, 58, 0), true },
			func(s *situation) { s.Rescan = 5 * time.Minute }, waitAMinute(look, on(12, 3, 0), usual),
		},
		{
			"a look, and files go at once", atOnce, func(s *situation) { s.scanned = on(6, 0, 0) },
			passNow(look, true, usual),
		},
		{
			"a look after a refused plan", both(atOnce, func(s *situation) { s.scanned = on(6, 0, 0) }),
			func(s *situation) { s.held = true }, passNow(look, false, usual),
		},
		// The schedule.
		{"a sweep was missed", usually, missed, passNow(due, true, on(12, 0, 0))},
		{
			"a sweep is due soon", both(missed, func(s *situation) { s.scanned = on(2, 0, 0) }),
			func(s *situation) { s.now = on(2, 59, 30) },
			step{reason: due, at: on(3, 0, 0), wait: 30 * time.Second, sweep: on(3, 0, 0)},
		},
		{
			"a sweep is due at its minute", both(missed, func(s *situation) { s.scanned = on(2, 0, 0) }),
			func(s *situation) { s.now = on(3, 0, 0) },
			step{reason: due, at: on(3, 0, 0), act: true, sweep: on(3, 0, 0)},
		},
		{
			"a sweep was made at its minute", both(missed, func(s *situation) {
				s.now, s.scanned = on(3, 0, 0), on(3, 0, 0)
			}),
			func(s *situation) { s.swept = on(3, 0, 0) },
			waitAMinute(look, on(9, 0, 0), usual),
		},
		{
			"there is no schedule", both(missed), func(s *situation) { s.Sweep = schedule.Spec{} },
			waitAMinute(look, on(17, 0, 0), time.Time{}),
		},
		{
			"the schedule is by the clocks of Tokyo", usually,
			func(s *situation) { s.Zone = time.FixedZone("JST", 9*60*60) },
			waitAMinute(look, on(17, 0, 0), on(18, 0, 0)),
		},
		{
			"a sweep is delayed on this machine", func(s *situation) {
				s.swept, s.now, s.scanned = yesterday(3, 20, 0), on(3, 5, 0), on(2, 0, 0)
			},
			func(s *situation) { s.delay = 20 * time.Minute },
			waitAMinute(due, on(3, 20, 0), on(3, 20, 0)),
		},
		{
			"a delayed sweep is not made up for", func(s *situation) { s.delay = 20 * time.Minute },
			func(s *situation) { s.swept = on(3, 20, 0) },
			waitAMinute(look, on(17, 0, 0), tomorrow(3, 20, 0)),
		},
		{
			"a sweep is due at the same time as a look", both(missed), func(s *situation) { s.scanned = on(6, 0, 0) },
			passNow(look, false, on(12, 0, 0)),
		},
		{
			"a refused plan waits for the schedule", both(atOnce, func(s *situation) { s.held = true }), missed,
			passNow(due, true, on(12, 0, 0)),
		},
		// Another try.
		{
			"another process was sweeping the storage", both(missed),
			func(s *situation) { s.retry = on(12, 0, 20) },
			step{reason: due, at: on(12, 0, 20), wait: 20 * time.Second, sweep: on(12, 0, 20)},
		},
		{
			"the other try is due", usually, func(s *situation) { s.retry = on(11, 59, 59) },
			passNow(due, true, on(12, 0, 0)),
		},
		{
			"another try needs no schedule", func(s *situation) { s.Sweep = schedule.Spec{} },
			func(s *situation) { s.retry = on(12, 0, 20) },
			step{reason: due, at: on(12, 0, 20), wait: 20 * time.Second, sweep: on(12, 0, 20)},
		},
		{
			"another try waits for the end of the quiet hours", func(s *situation) {
				s.Quiet = quiet(t,
					"11:00-13:00")
			},
			func(s *situation) { s.retry = on(12, 0, 20) },
			waitAMinute(due, on(13, 0, 0), on(13, 0, 0)),
		},
		// A wrong clock.
		{
			"the last sweep is in the future", both(missed), func(s *situation) { s.swept = tomorrow(12, 0, 0) },
			waitAMinute(look, on(17, 0, 0), usual),
		},
		{
			"the last scan is in the future", usually, func(s *situation) { s.scanned = tomorrow(12, 0, 0) },
			waitAMinute(look, on(18, 0, 0), usual),
		},
		{
			"another try is far in the future", usually, func(s *situation) { s.retry = tomorrow(12, 0, 0) },
			waitAMinute(due, on(12, 1, 0), on(12, 1, 0)),
		},
	} {
		t.Run(r.name, r.run)
	}
}
