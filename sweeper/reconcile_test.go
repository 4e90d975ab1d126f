package sweeper_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAMoveThatALivingProcessHasBegunIsLeftToIt(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain})
	b.put(ours(1), picture(1))
	b.apply()
	b.fail()
	release, err := b.journal.Lease(t.Context(), "home", "apply")
	if err != nil {
		t.Fatal(err)
	}
	s, sum := b.sweeping(b.named("pictures", false, "/data/root")), &sweeper.Summary{}
	if err := s.Reconcile(t.Context(), sum); err != nil || sum.Settled != 0 || sum.Errors != 0 ||
		b.openOperations() != 1 {
		t.Errorf("while it lives: got %v, %+v with %d open", err, sum, b.openOperations())
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := s.Reconcile(t.Context(), sum); err != nil || sum.Settled != 1 || b.openOperations() != 0 {
		t.Errorf("after it: got %v, %+v with %d open", err, sum, b.openOperations())
	}
}

func TestWhatAWrongClockRecordedTheEndOfIsNoOlderThanItsBeginning(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain, Late: true})
	b.put(ours(1), picture(1))
	b.apply()
	b.fail()
	began := b.clock
	b.clock = began.AddDate(-1, 0, 0)
	if sum := b.apply(); sum.Settled != 1 {
		t.Fatalf("got %+v", sum)
	}
	for _, policy := range []string{"{ours: 30d}", "{ours: 30d, matching: 30d}"} {
		b.setPolicy(strings.Replace(rules, "{ours: 30d}", policy, 1))
		for days, due := range map[int]int{29: 0, 31: 1} {
			b.clock = began.AddDate(0, 0, days)
			if p, _ := b.plan(); len(p.Purge) != due {
				t.Errorf("%s: after %d days the plan is %s", policy, days, p)
			}
		}
	}
}

// unending is a journal to which no end can be written.
type unending struct{ *journal.Journal }

func (unending) End(context.Context, string, providers.Outcome) error { return errors.New("disk full") }

func TestAnEndThatCouldNotBeRecordedIsAProblem(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain})
	b.put(ours(1), picture(1))
	b.apply()
	b.fail()
	st, err := providers.NewStorage("home", b.driver,
		providers.Options{Roots: []string{"/data/root"}, Recorder: unending{b.journal}, Protect: b.policy.Protect})
	if err != nil {
		t.Fatal(err)
	}
	sum := &sweeper.Summary{}
	if err := b.sweeping(st).Reconcile(t.Context(), sum); err != nil || sum.Settled != 0 || sum.Errors != 1 ||
		b.openOperations() != 1 {
		t.Errorf("got %v, %+v with %d open; want a problem and the record open", err, sum, b.openOperations())
	}
}

func TestAMoveOfUnknownOutcomeIsNotSaidToBeSettledThoughItsFileIsNotFound(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain})
	b.put(ours(1), picture(1))
	b.apply()
	b.fail(providertest.Fault{Method: "Settle", Err: fmt.Errorf("%w: %w", providers.ErrUncertain, fs.ErrNotExist)})
	sum := &sweeper.Summary{}
	if err := b.sweeper().Reconcile(t.Context(), sum); err != nil || sum.Settled != 0 || sum.Errors != 1 ||
		b.openOperations() != 1 {
		t.Errorf("got %v, %+v with %d open; want a problem and the record open", err, sum, b.openOperations())
	}
}
