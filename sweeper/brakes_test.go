package sweeper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func (b *box) refusedWhole(p *sweeper.Plan, want any) {
	b.Helper()
	bin := b.account.Bin()
	_, err := b.sweeper().Execute(b.Context(), p, nil)
	ok := false
	switch want := want.(type) {
	case **sweeper.LimitError:
		ok = errors.As(err, want)
	case **sweeper.SurgeError:
		ok = errors.As(err, want)
	case error:
		ok = errors.Is(err, want)
	}
	if !ok {
		b.Errorf("got %v, want a %T", err, want)
	}
	if now := b.account.Bin(); len(now) != len(bin) {
		b.Errorf("the trash held %d files and holds %d", len(bin), len(now))
	}
}

func TestLimitsCountWhatTheWindowHasSeenAlready(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "files: 100", "files: 3", 1))
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.apply()
	b.put(ours(3), picture(3))
	b.put(ours(4), picture(4))
	p, _ := b.plan()
	b.refusedWhole(p, new(*sweeper.LimitError)) // 2 done and 2 due, by another process too
	b.clock = b.clock.Add(25 * time.Hour)
	p, _ = b.plan()
	if sum := b.execute(p); sum.Trashed != 2 {
		t.Errorf("a day later: got %+v, want 2 trashed", sum)
	}
}

func TestThePlanOfAScanIsRefusedAsThePlanIs(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "files: 100", "files: 2", 1))
	for i := range 3 {
		b.put(ours(i), picture(byte(i)))
		found, sum := b.scan(true)
		light := b.sweeper().PlanFound(found, sum)
		p, _ := b.plan()
		got, want := b.sweeper().Allow(t.Context(), light), b.sweeper().Allow(t.Context(), p)
		if fmt.Sprint(got) != fmt.Sprint(want) || (got != nil) != (i == 2) {
			t.Errorf("%d files: the plan of the scan got %v, the plan %v", i+1, got, want)
		}
	}
	found, sum := b.scan(false)
	sum.Stopped = []sweeper.Stopped{{Storage: "home", Root: "/data/root"}}
	if light := b.sweeper().PlanFound(found, sum); !light.Empty() {
		t.Errorf("a root that was not listed whole: got %v", light)
	}
}

func TestWhatWasUndoneDoesNotCount(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "files: 100", "files: 1", 1))
	b.put(ours(1), picture(1))
	b.undo(b.apply().Run)
	b.put(ours(2), picture(2))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v, want 1 trashed", sum)
	}
}

func TestFarMoreThanUsualWaitsForAPerson(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	n := 0
	for range 4 { // four days with one file each
		n++
		b.put(ours(n), picture(byte(n)))
		b.apply()
		b.clock = b.clock.Add(36 * time.Hour)
	}
	for i := range 60 {
		b.put(fmt.Sprintf("/data/root/%d/%s", i, ours(1)[len("/data/root/"):]), picture(byte(i)))
	}
	p, _ := b.plan()
	var surge *sweeper.SurgeError
	b.refusedWhole(p, &surge)
	if surge == nil || surge.Files != 60 || surge.Usual != 1 {
		t.Errorf("got %+v", surge)
	}
	p.Reviewed = true
	if sum := b.execute(p); sum.Trashed != 60 {
		t.Errorf("looked at by a person: got %+v", sum)
	}
}

func TestAPauseIsObeyedBeforeTheNextFile(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 90 {
		b.put(ours(i), picture(byte(i)))
	}
	p, _ := b.plan()
	b.pause(sweeper.ErrPaused)
	b.refusedWhole(p, sweeper.ErrPaused)
	b.pause(nil)
	sum, err := b.sweeper().Execute(t.Context(), p, func(done int) {
		if done == 5 {
			b.pause(sweeper.ErrPaused)
		}
	})
	if !errors.Is(err, sweeper.ErrPaused) || sum.Trashed < 5 || sum.Trashed > 5+64 ||
		int(sum.Trashed) != len(b.account.Bin()) {
		t.Errorf("got %v and %+v with %d in the trash", err, sum, len(b.account.Bin()))
	}
	if n := b.openOperations(); n != 0 {
		t.Errorf("%d operations are open", n)
	}
	if back := b.undo(sum.Run); back.Restored != sum.Trashed {
		t.Errorf("undo while paused: got %+v", back)
	}
}

// A pause may be over before the run is: the files that it kept are left, and the run says why.
func TestAPauseThatEndsDuringARunIsItsResult(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]int{"before a file": 1, "between the looks of a file": 2} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, rules)
			b.put(ours(1), picture(1))
			p, _ := b.plan()
			asked := 0
			b.paused = func() error { // 0: as a whole, 1: before the file, 2: right before it is moved
				defer func() { asked++ }()
				if asked == ends {
					return sweeper.ErrPaused
				}
				return nil
			}
			sum, err := b.sweeper().Execute(t.Context(), p, nil)
			if !errors.Is(err, sweeper.ErrPaused) || sum.Trashed != 0 || len(b.account.Bin()) != 0 {
				t.Errorf("got %v and %+v", err, sum)
			}
		})
	}
}

func TestARootThatWasNotListedWholeLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.plan() // the record knows both
	for name, err := range map[string]error{
		"a folder":    &providers.UnlistedError{Path: "/data/root/x", Err: errors.New("permission denied")},
		"an empty":    &providers.UnlistedError{Path: "/data/root", Err: providers.ErrEmpty},
		"the network": errors.New("connection reset"),
	} {
		b.fail(providertest.Fault{Method: "Changes", Nth: 2, Err: err})
		p, sum := b.plan()
		if !p.Empty() || len(sum.Stopped) != 1 || sum.Stopped[0].Root != "/data/root" {
			t.Errorf("%s: the plan is %s and %+v stopped", name, p, sum.Stopped)
		}
		if sum.ByAction[string(policy.Trash)] != 0 {
			t.Errorf("%s: %d are counted as trash", name, sum.ByAction[string(policy.Trash)])
		}
		b.remembers(2)
	}
	b.fail()
	if p, _ := b.plan(); len(p.Trash) != 2 {
		t.Errorf("listed whole, %d are due, want 2", len(p.Trash))
	}
}

func TestAnEmptyRootIsNoNewsWhereNothingWasKnown(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{
		Method: "Changes",
		Nth:    1,
		Err:    &providers.UnlistedError{Path: "/data/root", Err: providers.ErrEmpty},
	})
	if p, sum := b.plan(); !p.Empty() || sum.Errors != 0 || len(sum.Stopped) != 0 {
		t.Errorf("got %s and %+v", p, sum)
	}
}

func TestAMatchMustBeSeenTwiceWherePolicySaysSo(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules+"confirm_after: 24h\n")
	b.put(ours(1), picture(1))
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("at first sight: got %+v", sum)
	}
	b.clock = b.clock.Add(23 * time.Hour)
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("an hour early: got %+v", sum)
	}
	b.clock = b.clock.Add(2 * time.Hour)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("seen again: got %+v", sum)
	}
}

// endless is a storage whose listings stop without a checkpoint at the end.
type endless struct{ providers.Driver }

func (d endless) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for c, err := range d.Driver.Changes(ctx, since) {
			if err == nil && c.Checkpoint() || !yield(c, err) {
				return
			}
		}
	}
}

func TestAListingWithoutAnEndStopsTheStorage(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, sum, err := b.over(endless{b.driver}).Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || !p.Empty() || len(sum.Stopped) != 1 || sum.Errors != 1 {
		t.Errorf("the plan is %s, %v, %+v", p, err, sum)
	}
}

func TestASurgeThatAPersonHasSeenHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for n := range 4 {
		b.put(ours(n), picture(byte(n)))
		b.apply()
		b.clock = b.clock.Add(36 * time.Hour)
	}
	for i := range 60 {
		b.put(fmt.Sprintf("/data/root/%d/%s", i, ours(1)[len("/data/root/"):]), picture(byte(i)))
	}
	p, _ := b.plan()
	p.Reviewed = true
	b.execute(p)
	p, _ = b.plan()
	if _, err := b.sweeper().Execute(t.Context(), p, nil); err != nil {
		t.Errorf("a plan that trashes nothing: got %v", err)
	}
}

func TestASecondApplyIsToldWhoIsAtIt(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	p, _ := b.plan()
	for range 2 {
		release, err := b.journal.Lease(t.Context(), "(limits)", "apply")
		if err != nil {
			t.Fatal(err) // the one before has left it held
		}
		_, err = b.sweeper().Execute(t.Context(), p, nil)
		if !errors.As(err, new(*journal.LeasedError)) || !strings.Contains(err.Error(), "pid ") ||
			strings.Contains(err.Error(), "(limits)") {
			t.Errorf("got %v", err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		b.pause(sweeper.ErrPaused)
		_, _ = b.sweeper().Execute(t.Context(), p, nil)
		b.pause(nil)
	}
}
