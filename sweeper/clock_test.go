package sweeper_test

import (
	"testing"
	"time"

	"sweepd/policy"
)

// day sets the clocks: the wall's, and with it the kernel's unless only the
// wall jumps.
func (b *box) day(wall, up time.Duration) {
	b.clock, b.up = b.clock.Add(wall), b.up+up
}

const aDay = 24 * time.Hour

func TestAClockThatIsWrongHoldsEverythingThatHasAnAge(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*box)
		trusts bool
	}{
		"time passes":                       {func(b *box) { b.day(40*aDay, 40*aDay) }, true},
		"it is set right by an hour":        {func(b *box) { b.day(aDay+time.Hour, aDay) }, true},
		"the machine lay in a drawer":       {func(b *box) { b.day(400*aDay, 0); b.boot = "second" }, true},
		"it goes back":                      {func(b *box) { b.day(-time.Hour, time.Hour) }, false},
		"it goes back with a start":         {func(b *box) { b.day(-40*aDay, 0); b.boot = "second" }, false},
		"it jumps ten years":                {func(b *box) { b.day(3650*aDay, time.Hour) }, false},
		"it jumps, then a start":            {func(b *box) { b.day(3650*aDay, time.Hour); b.apply(); b.boot = "second"; b.day(time.Hour, 0) }, false},
		"it jumps and comes back":           {func(b *box) { b.day(3650*aDay, 0); b.apply(); b.day(-3649*aDay, aDay) }, true},
		"it jumps, a start puts it right":   {func(b *box) { b.day(3650*aDay, 0); b.apply(); b.boot = "second"; b.day(-3649*aDay, 0) }, true},
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
			if trusts := len(p.Trash) == 1; trusts != c.trusts || !trusts && (len(p.Purge) > 0 || sum.ByAction[string(policy.Hold)] != 1) {
				t.Errorf("%d to trash, %d to purge, %v; want it trusted: %v", len(p.Trash), len(p.Purge), sum.ByAction, c.trusts)
			}
		})
	}
}

func TestAnApprovedFileGoesWhateverTheClockSays(t *testing.T) {
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
