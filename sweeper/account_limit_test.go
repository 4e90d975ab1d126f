package sweeper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/sweeper"
)

// The limit of each account counts what was done in a window, as the others do, and of that account alone.
func TestEachAccountOfAFleetHasALimit(t *testing.T) {
	t.Parallel()
	b := newMember(t)
	limited := *b.policy
	limited.Limits.AccountFiles = 3
	b.policy = &limited
	for n := range 4 {
		b.put(ours(n), picture(byte(n)))
	}
	refused := func(when, want string) {
		t.Helper()
		p, _ := b.plan()
		_, err := b.sweeper().Execute(t.Context(), p, nil)
		over, ok := errors.AsType[*sweeper.LimitError](err)
		if !ok || len(over.Reasons) != 1 || !strings.Contains(over.Error(), want) {
			t.Errorf("%s: got %v, want %q", when, err, want)
		}
	}
	refused("four at once", "trash 4 files of home, over the limit of 3 of one account")
	b.binIs()
	b.account.Remove(ours(3))
	if sum := b.apply(); sum.Trashed != 3 {
		t.Errorf("three: got %+v", sum)
	}
	b.put(ours(4), picture(4))
	refused("another one on the same day", "trash 4 files of home, over the limit of 3 of one account (3 of them done")
	b.clock = b.clock.AddDate(0, 0, 2)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("two days later: got %+v", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 40)
	refused("all of them from the trash", "purge 4 files of home, over the limit of 3 of one account")

	// The same storage, of no fleet.
	home := b.policy.Storages["home"]
	home.Fleet = ""
	b.policy.Storages["home"] = home
	if sum := b.apply(); sum.Purged != 4 {
		t.Errorf("outside of a fleet: got %+v", sum)
	}
}
