package sweeper_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// day sets the clocks: the wall's, and with it the kernel's unless only the
// wall jumps.
func (b *box) day(wall, up time.Duration) {
	b.clock, b.up = b.clock.Add(wall), b.up+up
}

const aDay = 24 * time.Hour

func TestAClockThatIsWrongHoldsEverythingThatHasAnAge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*box)
		trusts bool
	}{
		"time passes":                 {func(b *box) { b.day(40*aDay, 40*aDay) }, true},
		"it is set right by an hour":  {func(b *box) { b.day(aDay+time.Hour, aDay) }, true},
		"the machine lay in a drawer": {func(b *box) { b.day(400*aDay, 0); b.boot = "second" }, true},
		"it goes back":                {func(b *box) { b.day(-time.Hour, time.Hour) }, false},
		"it goes back with a start":   {func(b *box) { b.day(-40*aDay, 0); b.boot = "second" }, false},
		"it jumps ten years":          {func(b *box) { b.day(3650*aDay, time.Hour) }, false},
		"it jumps, then a start": {
			func(b *box) { b.day(3650*aDay, time.Hour); b.apply(); b.boot = "second"; b.day(time.Hour, 0) }, false,
		},
		"it jumps and comes back": {
			func(b *box) { b.day(3650*aDay, 0); b.apply(); b.day(-3649*aDay, aDay) }, true,
		},
		"it jumps, a start puts it right": {
			func(b *box) { b.day(3650*aDay, 0); b.apply(); b.boot = "second"; b.day(-3649*aDay, 0) }, true,
		},
		"it stands still while time passes": {func(b *box) { b.day(0, 3*aDay) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, rules)
			b.boot = "first"
			b.put(ours(1), picture(1))
			b.apply() // the reading to compare with
			b.put(ours(2), picture(2))
			c.change(b)
			p, sum := b.plan()
			if trusts := len(p.Trash) == 1; trusts != c.trusts ||
				!trusts && (len(p.Purge) > 0 || sum.ByAction[string(policy.Hold)] != 1) {
				t.Errorf("%d to trash, %d to purge, %v; want it trusted: %v", len(p.Trash), len(p.Purge), sum.ByAction,
					c.trusts)
			}
		})
	}
}

func TestAnApprovedFileGoesWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(2), picture(2))
	b.clock = b.clock.Add(-time.Hour)
	b.approve(ours(2))
	if p, _ := b.plan(); len(p.Trash) != 1 || !p.Trash[0].Decision.Approved {
		t.Errorf("the plan is %+v", p)
	}
}

// An approved file goes while the clock is set back. Its move seems to be long ago once the clock is right again.
func TestAFileTrashedByAClockThatWasSetBackIsNotPurgedEarly(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(2), picture(2))
	b.clock = b.clock.Add(-40 * aDay)
	b.approve(ours(2))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Fatalf("got %+v, want the approved file in the trash", sum)
	}
	b.clock = b.clock.Add(40*aDay + time.Hour)
	if p, _ := b.plan(); len(p.Purge) > 0 {
		t.Errorf("after an hour %v would be purged, which may be after 30 days", b.purges(p))
	}
	due := 0
	if _, err := b.sweeper().Bins(t.Context(), func(e sweeper.TrashEntry) {
		if e.Due {
			due++
		}
	}); err != nil || due > 0 {
		t.Errorf("after an hour %d entries of the bin are due, %v", due, err)
	}
	b.clock = b.clock.Add(30 * aDay)
	if p, _ := b.plan(); len(p.Purge) != 2 {
		t.Errorf("after 30 days %v would be purged, want both files", b.purges(p))
	}
}

// Approved files go by a wrong clock too, and count for the limits as if it were right.
func TestAWrongClockGivesNoSecondLimit(t *testing.T) {
	t.Parallel()
	two := strings.Replace(rules, "files: 100", "files: 2", 1)
	refused := func(t *testing.T, b *box) {
		t.Helper()
		p, _ := b.plan()
		_, err := b.sweeper().Execute(t.Context(), p, nil)
		if _, over := errors.AsType[*sweeper.LimitError](err); !over || len(p.Trash) != 1 {
			t.Errorf("the plan has %d files, got %v; want one, over the limit", len(p.Trash), err)
		}
	}
	t.Run("AJumpAhead", func(t *testing.T) {
		b := newBox(t, two)
		b.boot = "first"
		b.put(ours(1), picture(1))
		b.put(ours(2), picture(2))
		b.apply()
		b.put(ours(3), picture(3))
		b.day(3650*aDay, time.Hour)
		b.approve(ours(3))
		refused(t, b)
	})
	t.Run("SetBackAndRight", func(t *testing.T) {
		b := newBox(t, two)
		b.apply()
		b.put(ours(1), picture(1))
		b.put(ours(2), picture(2))
		b.clock = b.clock.Add(-40 * aDay)
		b.approve(ours(1))
		b.approve(ours(2))
		b.apply()
		b.put(ours(3), picture(3))
		b.clock = b.clock.Add(40*aDay + time.Hour)
		refused(t, b)
	})
}

// By a clock that has jumped ahead no day of the last month had a run, and nothing would be far more than usual.
func TestAClockThatJumpedAheadHidesNoSurge(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.boot = "first"
	for n := range 4 { // four days with one file each
		b.put(ours(n), picture(byte(n)))
		b.apply()
		b.day(36*time.Hour, 36*time.Hour)
	}
	b.day(3650*aDay, time.Hour)
	for i := range 60 {
		path := fmt.Sprintf("/data/root/%d/%s", i, ours(1)[len("/data/root/"):])
		b.put(path, picture(byte(i)))
		b.approve(path)
	}
	p, _ := b.plan()
	var surge *sweeper.SurgeError
	b.refusedWhole(p, &surge)
	if surge == nil || surge.Files < 60 || surge.Usual != 1 {
		t.Errorf("got %+v for %d files, want a surge", surge, len(p.Trash))
	}
}

func TestAnUndoDoesNotMakeAWrongClockARightOne(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.boot = "first"
	b.put(ours(1), picture(1))
	run := b.apply().Run
	b.put(ours(2), picture(2))
	b.day(3650*aDay, time.Hour)
	b.undo(run)
	if p, _ := b.plan(); !p.Empty() {
		t.Errorf("after an undo at a time that is ten years off, the plan is %s", p)
	}
}

func TestAClockThatJumpsDuringARunIsNotTrustedByTheNext(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.boot = "first"
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(2), picture(2))
	p, _ := b.plan()
	if _, err := b.sweeper().Execute(t.Context(), p, func(int) { b.day(3650*aDay, time.Hour) }); err != nil {
		t.Fatal(err)
	}
	b.put(ours(3), picture(3))
	if p, _ := b.plan(); !p.Empty() {
		t.Errorf("the plan is %s", p)
	}
}

func TestNoGraceBeginsByAWrongClock(t *testing.T) {
	t.Parallel()
	b := newBox(t, graceful)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.apply()
	b.put(ours(3), picture(3))
	saved, _ := b.plan() // at a time that was right
	b.clock = b.clock.AddDate(-1, 0, 0)
	b.account.Write(ours(4), picture(4), b.clock.AddDate(0, 0, -100))
	if p, _ := b.plan(); len(p.Mark) != 0 {
		t.Errorf("by a clock that has gone back, the plan is %s", p)
	}
	if sum := b.execute(saved); sum.Marked != 0 {
		t.Errorf("by a saved plan: got %+v", sum)
	}
	b.clock = b.clock.AddDate(1, 0, 1)
	if p, _ := b.plan(); len(p.Trash) != 0 || len(p.Mark) != 2 {
		t.Errorf("when the clock is right again, the plan is %s", p)
	}
}

func TestWhatAWrongClockSawFirstMustBeSeenTwiceStill(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules+"confirm_after: 24h\n")
	b.apply()
	b.clock = b.clock.AddDate(-1, 0, 0)
	b.put(ours(1), picture(1))
	b.plan()
	b.clock = b.clock.AddDate(1, 0, 0)
	if p, _ := b.plan(); !p.Empty() {
		t.Errorf("the plan is %s", p)
	}
}
