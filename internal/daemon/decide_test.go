package daemon

import (
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
)

// situation is all that a loop decides by.
type situation struct {
	agenda
	timing
	moment
}

// on returns a time of 30 November 2026.
func on(hour, minute, second int) time.Time {
	return time.Date(2026, 11, 30, hour, minute, second, 0, time.UTC)
}

func tomorrow(hour, minute, second int) time.Time { return on(hour, minute, second).AddDate(0, 0, 1) }

func yesterday(hour, minute, second int) time.Time { return on(hour, minute, second).AddDate(0, 0, -1) }

// noon is the situation of a storage at 12:00:00 that was swept as usual at 03:00 and scanned at 11:00: there is
// nothing to do.
func noon(t *testing.T) situation {
	sweep, err := schedule.Parse("daily 03:00")
	if err != nil {
		t.Fatal(err)
	}
	return situation{
		agenda{swept: on(3, 0, 0), scanned: on(11, 0, 0)},
		timing{
			Schedule: policy.Schedule{Sweep: sweep, Rescan: 6 * time.Hour, Zone: time.UTC},
			enforce:  true, poll: time.Minute,
		},
		moment{now: on(12, 0, 0)},
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
var usual = tomorrow(3, 0, 0)

// row is the situation at noon, changed by given and then by but, which the row is about.
type row struct {
	name       string
	given, but func(*situation)
	want       step
}

// run also decides without what the row is about, which must lead to something else: so no row holds for another
// reason.
func (r row) run(t *testing.T) {
	s := noon(t)
	r.given(&s)
	_, without := decide(s.agenda, s.timing, s.moment)
	r.but(&s)
	_, got := decide(s.agenda, s.timing, s.moment)
	if show(got) != show(r.want) {
		t.Errorf("got %s, want %s", show(got), show(r.want))
	}
	if show(without) == show(r.want) {
		t.Errorf("without it, it is the same: %s", show(without))
	}
}

// usually changes nothing.
func usually(*situation) {}

// missed is a sweep that was due at three.
func missed(s *situation) { s.swept = yesterday(3, 0, 0) }

// atOnce is a policy by which files go as soon as they are due.
func atOnce(s *situation) { s.OnChange = true }

// both changes the situation by each function.
func both(do ...func(*situation)) func(*situation) {
	return func(s *situation) {
		for _, f := range do {
			f(s)
		}
	}
}

// passNow is a pass that is due at noon.
func passNow(reason trigger, act bool, sweep time.Time) step {
	return step{reason: reason, at: on(12, 0, 0), act: act, sweep: sweep}
}

// waitAMinute is a pass that is due later than a minute from now.
func waitAMinute(reason trigger, at, sweep time.Time) step {
	return step{reason: reason, at: at, wait: time.Minute, sweep: sweep}
}

// A time in the future is corrected for good: else it would be now for ever, and nothing would be due.
func TestALoopForgetsTimesOfAWrongClock(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		but  func(*situation)
		want agenda
	}{
		{"the clock is right", func(*situation) {}, agenda{swept: on(3, 0, 0), scanned: on(11, 0, 0)}},
		{
			"the sweep", func(s *situation) { s.swept = tomorrow(12, 0, 0) },
			agenda{swept: on(12, 0, 0), scanned: on(11, 0, 0)},
		},
		{
			"the scan", func(s *situation) { s.scanned = tomorrow(12, 0, 0) },
			agenda{swept: on(3, 0, 0), scanned: on(12, 0, 0)},
		},
		{
			"the next try", func(s *situation) { s.retry = tomorrow(12, 0, 0) },
			agenda{swept: on(3, 0, 0), scanned: on(11, 0, 0), retry: on(12, 1, 0)},
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
	t.Parallel()
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
	t.Parallel()
	var a agenda
	for _, at := range []time.Time{on(13, 0, 0), on(12, 30, 0), on(14, 0, 0)} {
		a.holdUntil(at)
	}
	if want := (agenda{soonest: on(12, 30, 0)}); a != want {
		t.Errorf("got %+v, want %+v", a, want)
	}
}

// A request is carried out at once, whatever it waited for, and no pass but a sweep takes its next try away.
func TestALoopForgetsNoRequestBeforeASweep(t *testing.T) {
	t.Parallel()
	a := agenda{retry: on(12, 0, 20)}
	if a.ask(); a != (agenda{asked: true}) {
		t.Errorf("after the request: got %+v", a)
	}
	for _, reason := range []trigger{change, look, due, wanted} {
		a := agenda{asked: true, left: true, retry: on(12, 0, 20)}
		want := agenda{asked: true, retry: on(12, 0, 20)}
		if reason >= due {
			want.retry = time.Time{}
		}
		if a.begin(reason); a != want {
			t.Errorf("at the begin of pass %d: got %+v, want %+v", reason, a, want)
		}
	}
}

// A file that could not be moved is not tried again with each change of another.
func TestWhatWasLeftAloneWaitsForTheNextTryOfAll(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	p := &policy.Policy{Mode: policy.Report, Schedule: policy.Schedule{Jitter: time.Hour}}
	one, other := timingOf(p, "machine/drive", time.Minute), timingOf(p, "machine/box", time.Minute)
	if one.delay == other.delay || one.delay >= time.Hour || one.Zone != time.Local || one.enforce {
		t.Errorf("got %+v and %+v", one, other)
	}
	p.Mode, p.Schedule.Zone = policy.Enforce, time.UTC
	if got := timingOf(p, "machine/drive", time.Minute); !got.enforce || got.Zone != time.UTC ||
		got.poll != time.Minute {
		t.Errorf("got %+v", got)
	}
}
