package daemon

import (
	"fmt"
	"testing"
	"time"

	"sweepd/internal/schedule"
	"sweepd/policy"
)

// situation is all that a loop decides by.
type situation struct {
	agenda
	timing
	moment
}

// on returns a time of 30 November 2026.
func on(clock string) time.Time {
	t, err := time.Parse("15:04:05", clock)
	if err != nil {
		panic(err) // a row of a table is wrong
	}
	return t.AddDate(2026, 10, 29)
}

func tomorrow(clock string) time.Time  { return on(clock).AddDate(0, 0, 1) }
func yesterday(clock string) time.Time { return on(clock).AddDate(0, 0, -1) }

// noon is the situation of a storage at 12:00:00 that was swept as usual at 03:00 and scanned at 11:00: there is
// nothing to do.
func noon(t *testing.T) situation {
	sweep, err := schedule.Parse("daily 03:00")
	if err != nil {
		t.Fatal(err)
	}
	return situation{
		agenda{swept: on("03:00:00"), scanned: on("11:00:00")},
		timing{
			Schedule: policy.Schedule{Sweep: sweep, Rescan: 6 * time.Hour, Zone: time.UTC},
			enforce:  true, poll: time.Minute,
		},
		moment{now: on("12:00:00")},
	}
}

func quiet(t *testing.T, text string) schedule.Window {
	w, err := schedule.ParseWindow(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// show returns all of a step as text, with times of UTC.
func show(s step) string {
	reason := map[trigger]string{change: "change", look: "look", due: "due", wanted: "wanted"}[s.reason]
	return fmt.Sprintf("{%s at %s, wait %s, act %v, sweep %s}", reason, s.at.UTC(), s.wait, s.act, s.sweep.UTC())
}

// usual is the sweep of the next day.
var usual = time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)

// Each row is the situation at noon, changed by given and then by but, which the row is about: without it the loop does
// something else, so no row holds for another reason.
func TestWhatALoopDoesNext(t *testing.T) {
	missed := func(s *situation) { s.swept = yesterday("03:00:00") }
	onChange := func(s *situation) { s.OnChange = true }
	both := func(do ...func(*situation)) func(*situation) {
		return func(s *situation) {
			for _, f := range do {
				f(s)
			}
		}
	}
	waitAMinute := func(reason trigger, at, sweep time.Time) step {
		return step{reason: reason, at: at, wait: time.Minute, sweep: sweep}
	}
	lookAtFive := waitAMinute(look, on("17:00:00"), usual) // what is done at noon if nothing happens
	now := func(reason trigger, act bool, sweep time.Time) step {
		return step{reason: reason, at: on("12:00:00"), act: act, sweep: sweep}
	}
	for _, row := range []struct {
		name       string
		given, but func(*situation)
		want       step
	}{
		// A look at everything.
		{
			"nothing is due", both(), func(s *situation) { s.scanned = on("11:00:01") },
			waitAMinute(look, on("17:00:01"), usual),
		},
		{
			"the last scan is as old as the policy allows", both(),
			func(s *situation) { s.scanned = on("06:00:00") }, now(look, false, usual),
		},
		{
			"the last scan is nearly so old", both(), func(s *situation) { s.scanned = on("06:00:30") },
			step{reason: look, at: on("12:00:30"), wait: 30 * time.Second, sweep: usual},
		},
		{
			"the policy wants a scan each two hours", both(), func(s *situation) { s.Rescan = 2 * time.Hour },
			waitAMinute(look, on("13:00:00"), usual),
		},
		{
			"the wall clock is looked at each ten minutes", both(), func(s *situation) { s.poll = 10 * time.Minute },
			step{reason: look, at: on("17:00:00"), wait: 10 * time.Minute, sweep: usual},
		},
		{
			"the storage reports no changes", func(s *situation) { s.scanned = on("11:50:00") },
			func(s *situation) { s.polling = true }, waitAMinute(look, on("12:05:00"), usual),
		},
		{
			"it reports none, and the policy wants a scan each five minutes",
			func(s *situation) { s.scanned, s.polling = on("11:58:00"), true },
			func(s *situation) { s.Rescan = 5 * time.Minute }, waitAMinute(look, on("12:03:00"), usual),
		},
		{
			"a look, and files go at once", onChange, func(s *situation) { s.scanned = on("06:00:00") },
			now(look, true, usual),
		},
		{
			"a look after a refused plan", both(onChange, func(s *situation) { s.scanned = on("06:00:00") }),
			func(s *situation) { s.held = true }, now(look, false, usual),
		},
		// The schedule.
		{"a sweep was missed", both(), missed, now(due, true, on("12:00:00"))},
		{
			"a sweep is due soon", both(missed, func(s *situation) { s.scanned = on("02:00:00") }),
			func(s *situation) { s.now = on("02:59:30") },
			step{reason: due, at: on("03:00:00"), wait: 30 * time.Second, sweep: on("03:00:00")},
		},
		{
			"a sweep is due at its minute", both(missed, func(s *situation) { s.scanned = on("02:00:00") }),
			func(s *situation) { s.now = on("03:00:00") },
			step{reason: due, at: on("03:00:00"), act: true, sweep: on("03:00:00")},
		},
		{
			"a sweep was made at its minute", both(missed, func(s *situation) {
				s.now, s.scanned = on("03:00:00"), on("03:00:00")
			}),
			func(s *situation) { s.swept = on("03:00:00") },
			waitAMinute(look, on("09:00:00"), usual),
		},
		{
			"there is no schedule", both(missed), func(s *situation) { s.Sweep = schedule.Spec{} },
			waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"the schedule is by the clocks of Tokyo", both(),
			func(s *situation) { s.Zone = time.FixedZone("JST", 9*60*60) },
			waitAMinute(look, on("17:00:00"), on("18:00:00")),
		},
		{
			"a sweep is delayed on this machine", func(s *situation) {
				s.swept, s.now, s.scanned = yesterday("03:20:00"), on("03:05:00"), on("02:00:00")
			},
			func(s *situation) { s.delay = 20 * time.Minute },
			waitAMinute(due, on("03:20:00"), on("03:20:00")),
		},
		{
			"a delayed sweep is not made up for", func(s *situation) { s.delay = 20 * time.Minute },
			func(s *situation) { s.swept = on("03:20:00") },
			waitAMinute(look, on("17:00:00"), tomorrow("03:20:00")),
		},
		{
			"a sweep is due at the same time as a look", both(missed), func(s *situation) { s.scanned = on("06:00:00") },
			now(look, false, on("12:00:00")),
		},
		{
			"a refused plan waits for the schedule", both(onChange, func(s *situation) { s.held = true }), missed,
			now(due, true, on("12:00:00")),
		},
		// Another try.
		{
			"another process was sweeping the storage", both(missed),
			func(s *situation) { s.retry = on("12:00:20") },
			step{reason: due, at: on("12:00:20"), wait: 20 * time.Second, sweep: on("12:00:20")},
		},
		{
			"the other try is due", both(), func(s *situation) { s.retry = on("11:59:59") },
			now(due, true, on("12:00:00")),
		},
		{
			"another try needs no schedule", func(s *situation) { s.Sweep = schedule.Spec{} },
			func(s *situation) { s.retry = on("12:00:20") },
			step{reason: due, at: on("12:00:20"), wait: 20 * time.Second, sweep: on("12:00:20")},
		},
		{
			"another try waits for the end of the quiet hours", func(s *situation) { s.Quiet = quiet(t, "11:00-13:00") },
			func(s *situation) { s.retry = on("12:00:20") },
			waitAMinute(due, on("13:00:00"), on("13:00:00")),
		},
		// What stops deletion.
		{
			"deletion is paused", missed, func(s *situation) { s.paused = true },
			waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"the policy file has changed", missed, func(s *situation) { s.outdated = true },
			waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"another try waits for the end of a pause", func(s *situation) { s.retry = on("12:00:00") },
			func(s *situation) { s.paused = true }, waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"a sweep was missed in the quiet hours", missed, func(s *situation) { s.Quiet = quiet(t, "02:00-12:30") },
			waitAMinute(due, on("12:30:00"), on("12:30:00")),
		},
		{
			"the quiet hours are over", missed, func(s *situation) {
				s.Quiet, s.now, s.scanned = quiet(t, "02:00-12:30"), on("12:30:00"), on("12:29:00")
			},
			step{reason: due, at: on("12:30:00"), act: true, sweep: on("12:30:00")},
		},
		{
			"the next sweep falls into quiet hours", both(), func(s *situation) { s.Quiet = quiet(t, "02:00-07:30") },
			waitAMinute(look, on("17:00:00"), tomorrow("07:30:00")),
		},
		{
			"quiet hours are by the clocks of Tokyo", both(missed, func(s *situation) {
				s.Zone = time.FixedZone("JST", 9*60*60)
			}),
			func(s *situation) { s.Quiet = quiet(t, "20:00-22:00") },
			waitAMinute(due, on("13:00:00"), on("13:00:00")),
		},
		{
			"a service that only reports has no quiet hours",
			both(missed, func(s *situation) { s.Quiet = quiet(t, "02:00-12:30") }),
			func(s *situation) { s.enforce = false }, now(due, true, on("12:00:00")),
		},
		{
			"a scan goes on in a pause", func(s *situation) { s.paused = true },
			func(s *situation) { s.scanned = on("06:00:00") }, now(look, false, time.Time{}),
		},
		// A hold that ends.
		{
			"the hold of a file ends soon", onChange, func(s *situation) { s.soonest = on("12:00:10") },
			step{reason: change, at: on("12:00:10"), wait: 10 * time.Second, sweep: usual},
		},
		{
			"it has ended", onChange, func(s *situation) { s.soonest = on("11:30:00") },
			step{reason: change, at: on("11:30:00"), act: true, sweep: usual},
		},
		{
			"it ends after the next look", both(onChange, func(s *situation) { s.soonest = on("12:00:10") }),
			func(s *situation) { s.scanned = on("06:00:05") },
			step{reason: look, at: on("12:00:05"), wait: 5 * time.Second, sweep: usual},
		},
		{
			"it ends after the next sweep", both(onChange, func(s *situation) { s.soonest = on("12:00:10") }),
			func(s *situation) { s.retry = on("12:00:05") },
			step{reason: due, at: on("12:00:05"), wait: 5 * time.Second, sweep: on("12:00:05")},
		},
		{
			"it waits for the schedule", both(onChange, func(s *situation) { s.soonest = on("11:30:00") }),
			func(s *situation) { s.OnChange = false }, lookAtFive,
		},
		{
			"it only reports", both(onChange, func(s *situation) { s.soonest = on("11:30:00") }),
			func(s *situation) { s.enforce = false }, lookAtFive,
		},
		{
			"the plan was refused", both(onChange, func(s *situation) { s.soonest = on("11:30:00") }),
			func(s *situation) { s.held = true }, lookAtFive,
		},
		{
			"the hold ends in a pause", both(onChange, func(s *situation) { s.soonest = on("11:30:00") }),
			func(s *situation) { s.paused = true },
			step{reason: change, at: on("11:30:00")},
		},
		{
			"the hold ends in quiet hours", both(onChange, func(s *situation) { s.soonest = on("11:30:00") }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") },
			step{reason: change, at: on("11:30:00"), sweep: usual},
		},
		// Files that were due when deletion was not allowed.
		{"files were left", onChange, func(s *situation) { s.left = true }, now(change, true, usual)},
		{
			"files were left, and a sweep was missed", both(onChange, missed), func(s *situation) { s.left = true },
			now(change, true, on("12:00:00")),
		},
		{
			"the pause goes on", both(onChange, func(s *situation) { s.left = true }),
			func(s *situation) { s.paused = true }, waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"the policy file is still another", both(onChange, func(s *situation) { s.left = true }),
			func(s *situation) { s.outdated = true }, waitAMinute(look, on("17:00:00"), time.Time{}),
		},
		{
			"the quiet hours go on", both(onChange, func(s *situation) { s.left = true }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") }, lookAtFive,
		},
		// A change.
		{"a change", both(), func(s *situation) { s.changed = true }, now(change, false, usual)},
		{"a change, and files go at once", onChange, func(s *situation) { s.changed = true }, now(change, true, usual)},
		{
			"a change after a refused plan", both(onChange, func(s *situation) { s.changed = true }),
			func(s *situation) { s.held = true }, now(change, false, usual),
		},
		{
			"a change in a pause", both(onChange, func(s *situation) { s.changed = true }),
			func(s *situation) { s.paused = true }, now(change, false, time.Time{}),
		},
		{
			"a change under another policy file", both(onChange, func(s *situation) { s.changed = true }),
			func(s *situation) { s.outdated = true }, now(change, false, time.Time{}),
		},
		{
			"a change in quiet hours", both(onChange, func(s *situation) { s.changed = true }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") }, now(change, false, usual),
		},
		{
			"a change where nothing is deleted", both(onChange, func(s *situation) { s.changed = true }),
			func(s *situation) { s.enforce = false }, now(change, false, usual),
		},
		{
			"a change while a sweep is due", missed, func(s *situation) { s.changed = true },
			now(change, false, on("12:00:00")),
		},
		// A wish of the user.
		{"a wish", both(), func(s *situation) { s.wish = true }, now(wanted, true, usual)},
		{
			"a wish and a change", func(s *situation) { s.changed = true }, func(s *situation) { s.wish = true },
			now(wanted, true, usual),
		},
		{
			"a wish in a pause, which Execute refuses", func(s *situation) { s.paused = true },
			func(s *situation) { s.wish = true }, now(wanted, true, time.Time{}),
		},
		{
			"a wish while a sweep is due", missed, func(s *situation) { s.wish = true },
			now(wanted, true, on("12:00:00")),
		},
		{
			"a wish after a refused plan", both(onChange, func(s *situation) { s.held = true }),
			func(s *situation) { s.wish = true }, now(wanted, true, usual),
		},
		// The first pass after the storage was opened.
		{"the storage is open", both(), func(s *situation) { s.opened = true }, now(change, false, usual)},
		{
			"it is open, and files go at once", onChange, func(s *situation) { s.opened = true },
			now(change, true, usual),
		},
		{
			"it is open, and a sweep was missed", func(s *situation) { s.opened = true }, missed,
			now(due, true, on("12:00:00")),
		},
		{
			"it is open in a pause", both(missed, func(s *situation) { s.opened = true }),
			func(s *situation) { s.paused = true }, now(change, false, time.Time{}),
		},
		{
			"it is open, and the user asked meanwhile", both(missed, func(s *situation) { s.opened = true }),
			func(s *situation) { s.asked = true }, now(wanted, true, on("12:00:00")),
		},
		{
			"the user asked, and it is open", func(s *situation) { s.asked = true },
			func(s *situation) { s.opened = true }, now(wanted, true, usual),
		},
		// A wrong clock.
		{
			"the last sweep is in the future", both(missed), func(s *situation) { s.swept = tomorrow("12:00:00") },
			lookAtFive,
		},
		{
			"the last scan is in the future", both(), func(s *situation) { s.scanned = tomorrow("12:00:00") },
			waitAMinute(look, on("18:00:00"), usual),
		},
		{
			"another try is far in the future", both(), func(s *situation) { s.retry = tomorrow("12:00:00") },
			waitAMinute(due, on("12:01:00"), on("12:01:00")),
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := noon(t)
			row.given(&s)
			_, without := decide(s.agenda, s.timing, s.moment)
			row.but(&s)
			_, got := decide(s.agenda, s.timing, s.moment)
			if show(got) != show(row.want) {
				t.Errorf("got %s, want %s", show(got), show(row.want))
			}
			if show(without) == show(row.want) {
				t.Errorf("without it, it is the same: %s", show(without))
			}
		})
	}
}

// A time in the future is corrected for good: else it would be now for ever, and nothing would be due.
func TestALoopForgetsTimesOfAWrongClock(t *testing.T) {
	for _, row := range []struct {
		name string
		but  func(*situation)
		want agenda
	}{
		{"the clock is right", func(*situation) {}, agenda{swept: on("03:00:00"), scanned: on("11:00:00")}},
		{
			"the sweep", func(s *situation) { s.swept = tomorrow("12:00:00") },
			agenda{swept: on("12:00:00"), scanned: on("11:00:00")},
		},
		{
			"the scan", func(s *situation) { s.scanned = tomorrow("12:00:00") },
			agenda{swept: on("03:00:00"), scanned: on("12:00:00")},
		},
		{
			"the next try", func(s *situation) { s.retry = tomorrow("12:00:00") },
			agenda{swept: on("03:00:00"), scanned: on("11:00:00"), retry: on("12:01:00")},
		},
	} {
		s := noon(t)
		row.but(&s)
		if got, _ := decide(s.agenda, s.timing, s.moment); got != row.want {
			t.Errorf("%s: got\n%+v, want\n%+v", row.name, got, row.want)
		}
	}
}

func TestALoopWaitsLongerAfterEachFailure(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		0: 5 * time.Second, 1: 10 * time.Second, 8: 1280 * time.Second, 9: 30 * time.Minute, 1000: 30 * time.Minute,
	} {
		after, wait := agenda{failures: failures}.failed()
		if wait != want || after.failures != failures+1 {
			t.Errorf("after %d failures: got %s and %+v, want %s", failures, wait, after, want)
		}
	}
}

func TestALoopRemembersTheEarliestEndOfAHold(t *testing.T) {
	var a agenda
	for _, at := range []string{"13:00:00", "12:30:00", "14:00:00"} {
		a.holdUntil(on(at))
	}
	if want := (agenda{soonest: on("12:30:00")}); a != want {
		t.Errorf("got %+v, want %+v", a, want)
	}
}

// A file that could not be moved is not tried again with each change of another.
func TestWhatWasLeftAloneWaitsForTheNextTryOfAll(t *testing.T) {
	without := noon(t).timing
	without.Sweep = schedule.Spec{}
	for _, row := range []struct {
		reason    trigger
		scheduled bool
		waits     bool
	}{
		{change, true, true},
		{look, true, true},
		{due, true, false},
		{wanted, true, false},
		{change, false, true},
		{look, false, false},
		{wanted, false, false},
	} {
		t1 := without
		if row.scheduled {
			t1 = noon(t).timing
		}
		if got := t1.waits(row.reason); got != row.waits {
			t.Errorf("pass %d, with a schedule %v: got %v", row.reason, row.scheduled, got)
		}
	}
}

func TestTheTimingOfAStorageIsThatOfItsPolicy(t *testing.T) {
	p := &policy.Policy{Mode: policy.Report, Schedule: policy.Schedule{Jitter: time.Hour}}
	one, other := timingOf(p, "machine/drive", time.Minute), timingOf(p, "machine/box", time.Minute)
	if one.delay == other.delay || one.delay >= time.Hour || one.Zone != time.Local || one.enforce {
		t.Errorf("got %+v and %+v", one, other)
	}
	p.Mode, p.Schedule.Zone = policy.Enforce, time.UTC
	if got := timingOf(p, "machine/drive", time.Minute); !got.enforce || got.Zone != time.UTC || got.poll != time.Minute {
		t.Errorf("got %+v", got)
	}
}
