package sweeper_test

import (
	"testing"

	"sweepd/providers"
	"sweepd/providers/providertest"
	"sweepd/sweeper"
)

func TestAMoveThatALivingProcessHasBegunIsLeftToIt(t *testing.T) {
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain})
	b.put(ours(1), picture(1))
	b.apply()
	b.fail()
	release, err := b.journal.Lease(t.Context(), "home", "apply")
	if err != nil {
		t.Fatal(err)
	}
	s, sum := b.sweeping(b.named("pictures", false, "/data/root")), &sweeper.Summary{}
	if err := s.Reconcile(t.Context(), sum); err != nil || sum.Settled != 0 || sum.Errors != 0 || b.openOperations() != 1 {
		t.Errorf("while it lives: got %v, %+v with %d open", err, sum, b.openOperations())
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := s.Reconcile(t.Context(), sum); err != nil || sum.Settled != 1 || b.openOperations() != 0 {
		t.Errorf("after it: got %v, %+v with %d open", err, sum, b.openOperations())
	}
}
