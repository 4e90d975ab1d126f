package sweeper_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers/providertest"
)

// newcomer is a box whose storage is only reported on for its first 14 days.
func newcomer(t *testing.T) *box {
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {everything: 1d}", 1))
	b.soon()
	return b
}

// soon sets the policy's storage to be only reported on at first.
func (b *box) soon() {
	home := b.policy.Storages["home"]
	home.Dry = 14 * 24 * time.Hour
	b.policy.Storages["home"] = home
}

func TestANewAccountIsOnlyReportedOnFromItsFirstCompleteScan(t *testing.T) {
	b := newcomer(t)
	b.put(ours(1), picture(1))
	b.discard("/data/root/old.png", picture(2), 400)
	// A scan that fails is not the first one.
	b.fail(providertest.Fault{Method: "Changes", Err: errors.New("the network is down")})
	b.apply()
	b.fail()
	start := b.clock.AddDate(0, 0, 30)
	for _, day := range []int{0, 13} {
		b.clock = start.AddDate(0, 0, day)
		if sum := b.apply(); sum.Trashed != 0 || sum.Purged != 0 || sum.Marked != 0 {
			t.Errorf("on day %d: %+v", day, sum)
		}
	}
	d := b.decision(ours(1))
	if d.Action != policy.Hold || d.ReasonCode != policy.ReasonNewcomer || !d.NotBefore.Equal(start.AddDate(0, 0, 14)) {
		t.Errorf("the decision is %+v, want a hold until 14 days after %s", d, start)
	}
	b.clock = start.AddDate(0, 0, 14)
	if sum := b.apply(); sum.Trashed != 1 || sum.Purged != 1 {
		t.Errorf("after that: %+v, want a file trashed and the other purged", sum)
	}
}

// A clock that was far ahead at the first sweep gives no account a wait of years.
func TestAFirstSweepByAClockThatWasAheadDoesNotCount(t *testing.T) {
	b := newcomer(t)
	b.put(ours(1), picture(1))
	if err := b.journal.SetLastRun(t.Context(), "joined home", b.clock.AddDate(3, 0, 0)); err != nil {
		t.Fatal(err)
	}
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 15)
	if d := b.decision(ours(1)); d.ReasonCode == policy.ReasonNewcomer {
		t.Errorf("the decision is %+v", d)
	}
}
