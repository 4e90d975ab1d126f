package daemon

import (
	"testing"
	"time"
)

func TestALoopDoesWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, r := range []row{
		// A change.
		{"a change", usually, func(s *situation) { s.changed = true }, passNow(change, false, usual)},
		{"a change, and files go at once", atOnce, func(s *situation) { s.changed = true }, passNow(change, true,
			usual)},
		{
			"a change after a refused plan", both(atOnce, func(s *situation) { s.changed = true }),
			func(s *situation) { s.held = true }, passNow(change, false, usual),
		},
		{
			"a change in a pause", both(atOnce, func(s *situation) { s.changed = true }),
			func(s *situation) { s.paused = true }, passNow(change, false, time.Time{}),
		},
		{
			"a change under another policy file", both(atOnce, func(s *situation) { s.changed = true }),
			func(s *situation) { s.outdated = true }, passNow(change, false, time.Time{}),
		},
		{
			"a change in quiet hours", both(atOnce, func(s *situation) { s.changed = true }),
			func(s *situation) { s.Quiet = quiet(t, "11:00-12:30") }, passNow(change, false, usual),
		},
		{
			"a change where nothing is deleted", both(atOnce, func(s *situation) { s.changed = true }),
			func(s *situation) { s.enforce = false }, passNow(change, false, usual),
		},
		{
			"a change while a sweep is due", missed, func(s *situation) { s.changed = true },
			passNow(change, false, on(12, 0, 0)),
		},
		// A wish of the user.
		{"a wish", usually, func(s *situation) { s.asked = true }, passNow(wanted, true, usual)},
		{
			"a wish and a change", func(s *situation) { s.changed = true }, func(s *situation) { s.asked = true },
			passNow(wanted, true, usual),
		},
		{
			"a wish in a pause, which Execute refuses", func(s *situation) { s.paused = true },
			func(s *situation) { s.asked = true }, passNow(wanted, true, time.Time{}),
		},
		{
			"a wish while a sweep is due", missed, func(s *situation) { s.asked = true },
			passNow(wanted, true, on(12, 0, 0)),
		},
		{
			"a wish after a refused plan", both(atOnce, func(s *situation) { s.held = true }),
			func(s *situation) { s.asked = true }, passNow(wanted, true, usual),
		},
		{
			"a wish while another process sweeps the storage", func(s *situation) { s.asked = true },
			func(s *situation) { s.retry = on(12, 0, 20) },
			step{reason: due, at: on(12, 0, 20), wait: 20 * time.Second, sweep: on(12, 0, 20)},
		},
		{
			"a change meanwhile", both(func(s *situation) { s.asked, s.retry = true, on(12, 0, 20) }),
			func(s *situation) { s.changed = true }, passNow(change, false, on(12, 0, 20)),
		},
		// The first pass after the storage was opened.
		{"the storage is open", usually, func(s *situation) { s.opened = true }, passNow(change, false, usual)},
		{
			"it is open, and files go at once", atOnce, func(s *situation) { s.opened = true },
			passNow(change, true, usual),
		},
		{
			"it is open, and a sweep was missed", func(s *situation) { s.opened = true }, missed,
			passNow(due, true, on(12, 0, 0)),
		},
		{
			"it is open in a pause", both(missed, func(s *situation) { s.opened = true }),
			func(s *situation) { s.paused = true }, passNow(change, false, time.Time{}),
		},
		{
			"it is open, and the user asked meanwhile", both(missed, func(s *situation) { s.opened = true }),
			func(s *situation) { s.asked = true }, passNow(wanted, true, on(12, 0, 0)),
		},
	} {
		t.Run(r.name, r.run)
	}
}
