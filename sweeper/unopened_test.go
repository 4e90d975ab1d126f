package sweeper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAStorageThatCannotBeOpenedIsAProblemAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	down := errors.New("no network")
	s, err := sweeper.New(sweeper.Options{
		Policy: b.policy, Journal: b.journal, Storages: []*providers.Storage{b.storage()},
		Classifier: fingerprint.New(), Now: b.now, Unopened: map[string]error{"drive": down},
	})
	if err != nil {
		t.Fatal(err)
	}
	said := func(doing string, sum *sweeper.Summary) {
		t.Helper()
		if sum.Errors != 1 || sum.Problems[0].Storage != "drive" || sum.Problems[0].Doing != "open" ||
			!errors.Is(sum.Problems[0].Err, down) || !sum.Partial {
			t.Errorf("%s: got %+v, want one problem that drive could not be opened", doing, sum)
		}
	}
	p, sum, err := s.Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(p.Trash) != 1 || len(p.Scope) != 1 {
		t.Fatalf("got %+v, %v; want the file of the other storage alone", p, err)
	}
	said("plan", sum)
	if sum, err = s.Execute(t.Context(), p, nil); err != nil || sum.Trashed != 1 || sum.Errors != 0 {
		t.Errorf("got %+v, %v; want the file moved, and nothing said again", sum, err)
	}
	sum, err = s.Bins(t.Context(), func(sweeper.TrashEntry) {})
	if err != nil {
		t.Fatal(err)
	}
	said("bins", sum)
	_, sum, err = s.PlanPurge(t.Context(), func(sweeper.TrashEntry) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	said("plan of a purge", sum)
	ops, err := b.journal.Undoable(t.Context(), journal.Undone{Run: 1})
	if err != nil {
		t.Fatal(err)
	}
	if sum, err = s.Undo(t.Context(), ops, nil); err != nil || sum.Restored != 1 {
		t.Errorf("got %+v, %v; want it restored", sum, err)
	}
	said("undo", sum)
}

// account is a storage where reading whole files is expensive, as in an account.
type account struct{ providers.Driver }

func (a account) Can() providers.Can { return a.Driver.Can() &^ providers.CanReadWhole }

func TestAnotherAccountProvesNothingOfAnInterruptedMove(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain, Late: true})
	b.put(ours(1), picture(1))
	b.apply() // it is in the trash, and the record does not know
	b.fail()
	other, err := providers.NewStorage("drive", account{providertest.NewMemory(providertest.NewAccount())},
		providers.Options{Roots: []string{"/"}, Recorder: b.journal})
	if err != nil {
		t.Fatal(err)
	}
	sum := &sweeper.Summary{}
	if err := b.sweeping(other).Reconcile(t.Context(), sum); err != nil || sum.Settled != 0 || b.openOperations() != 1 {
		t.Errorf("got %+v, %v, %d open; want the record open still", sum, err, b.openOperations())
	}
	if err := b.sweeper().Reconcile(t.Context(), sum); err != nil || sum.Settled != 1 {
		t.Errorf("by its own storage: got %+v, %v; want it completed", sum, err)
	}
	b.binIs(ours(1))
}

func TestAFileIsUndoneByWhatItsStorageCallsIt(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	p, _ := b.plan()
	b.execute(p)
	ref := p.Trash[1].Entry.Ref
	for _, f := range []journal.Filter{
		{Ref: ref}, {Storage: "home", Ref: ref}, {Storage: "home", Path: ours(2)}, {Path: ours(2), Ref: ref},
	} {
		ops, err := b.journal.Undoable(t.Context(), journal.Undone{Files: []journal.Filter{f}})
		if err != nil || len(ops) != 1 || ops[0].Op.Entry.Path != ours(2) {
			t.Errorf("%+v: got %+v, %v", f, ops, err)
		}
	}
	for _, f := range []journal.Filter{{Storage: "drive", Ref: ref}, {Path: ours(1), Ref: ref}} {
		if ops, err := b.journal.Undoable(t.Context(), journal.Undone{Files: []journal.Filter{f}}); err == nil ||
			!strings.Contains(err.Error(), "sweepd has not moved") {
			t.Errorf("%+v: got %+v, %v", f, ops, err)
		}
	}
}
