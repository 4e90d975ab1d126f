package sweeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// slow is a storage whose moves wait until they may go on.
type slow struct {
	providers.Driver
	reached, goOn chan struct{}
}

func (s *slow) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	s.reached <- struct{}{}
	<-s.goOn
	return s.Driver.Trash(ctx, key, ref, rev)
}

const twoStorages = `
version: 1
storages: {home: {type: local, roots: [/data/root]}, other: {type: local, roots: [/data/other]}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
limits: {files: 4, bytes: 1GB, share: 100%}
`

// TestAHangingStorageKeepsNoOtherFromItsOwnShareOfTheLimits checks that the amount
// that one sweep was allowed counts as used for the next, and no more than that.
func TestAHangingStorageKeepsNoOtherFromItsOwnShareOfTheLimits(t *testing.T) {
	t.Parallel()
	b := newBox(t, twoStorages)
	for n := range 3 {
		b.put(ours(n), picture(byte(n)))
	}
	second := providertest.NewAccount()
	second.Lack(providers.CanFollow)
	put := func(name string, colour byte) {
		second.Write("/data/other/"+name, picture(colour), b.clock.AddDate(0, 0, -100))
	}
	put("ChatGPT Image Apr 20, 2026, 02_00_00 AM.png", 40)
	put("ChatGPT Image Apr 20, 2026, 02_00_01 AM.png", 41)

	over := func(name, root string, d providers.Driver, j *journal.Journal) *sweeper.Sweeper {
		st, err := providers.NewStorage(name, d, providers.Options{Roots: []string{root}, Recorder: j})
		if err != nil {
			t.Fatal(err)
		}
		s, err := sweeper.New(sweeper.Options{
			Policy: b.policy, Journal: j, Storages: []*providers.Storage{st}, Classifier: b.classifier, Now: b.now,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	hanging := &slow{b.driver, make(chan struct{}), make(chan struct{})}
	first := over("home", "/data/root", hanging, b.journal)
	p, _, err := first.Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(p.Trash) != 3 {
		t.Fatalf("planned %d files, %v; want 3", len(p.Trash), err)
	}
	done := make(chan error)
	go func() {
		_, err := first.Execute(t.Context(), p, nil)
		done <- err
	}()
	for range 3 {
		<-hanging.reached
	}

	other := func(j *journal.Journal) (*sweeper.Summary, error) {
		s := over("other", "/data/other", providertest.NewMemory(second), j)
		p, _, err := s.Plan(t.Context(), sweeper.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Execute(t.Context(), p, nil)
	}
	refused := func(what string, j *journal.Journal, as any) {
		t.Helper()
		if _, err := other(j); !errors.As(err, as) {
			t.Errorf("two more of four, of which three are under way, %s: got %v, want a %T", what, err, as)
		}
	}
	// Another process waits in a database, and is refused beside a file.
	process := b.beside()
	refused("in this process", b.journal, new(*sweeper.LimitError))
	if onDatabase() {
		refused("in another", process, new(*sweeper.LimitError))
	} else {
		refused("in another", process, new(*journal.LeasedError))
	}
	b.setLimit(8)
	if sum, err := other(b.journal); err != nil || sum.Trashed != 2 {
		t.Errorf("while the first hangs: %+v, %v; want 2 files in the trash", sum, err)
	}
	close(hanging.goOn)
	if err := <-done; err != nil {
		t.Errorf("the first: %v", err)
	}
	b.binIs(ours(0), ours(1), ours(2))
	put("ChatGPT Image Apr 20, 2026, 02_00_02 AM.png", 42)
	if sum, err := other(process); err != nil || sum.Trashed != 1 {
		t.Errorf("after the first: %+v, %v; want 1 file in the trash, because nothing is held back any more", sum, err)
	}
}

// setLimit is how many files a day may take.
func (b *box) setLimit(files int) {
	p := *b.policy
	p.Limits.Files = files
	b.policy = &p
}

func TestARunThatOnlyLookedIsRecordedAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.looking = true
	b.put(ours(1), picture(1))
	_, scan := b.plan()
	sum, err := b.sweeper().Report(t.Context(), scan, sweeper.ErrPaused)
	if err != nil {
		t.Fatal(err)
	}
	run, err := b.journal.Run(t.Context(), sum.Run)
	if err != nil || run.Kind != "report" || run.Interrupted() || run.Err != sweeper.ErrPaused.Error() {
		t.Errorf("got %+v, %v; want an ended report with its reason", run, err)
	}
	if sum.Matched != 1 || sum.ByAction[string(policy.Trash)] != 1 || sum.Trashed != 0 {
		t.Errorf("got %+v; want one file that is due, and none moved", sum)
	}
	b.binIs()
}

func TestRecoverIsARunOfItsOwnOrNone(t *testing.T) {
	t.Parallel()
	lost := fmt.Errorf("no answer: %w", providers.ErrUncertain)
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Nth: 1, Err: lost, Late: true})
	if sum, err := b.sweeper().Recover(t.Context()); sum != nil || err != nil {
		t.Fatalf("got %+v, %v; want no run where there is nothing to do", sum, err)
	}
	b.put(ours(1), picture(1))
	b.apply()
	if n := b.openOperations(); n != 1 {
		t.Fatalf("%d operations are open, want the one whose answer was lost", n)
	}
	b.fail()
	sum, err := b.sweeper().Recover(t.Context())
	if err != nil || sum.Settled != 1 || b.openOperations() != 0 {
		t.Errorf("got %+v, %v, %d open; want one record completed", sum, err, b.openOperations())
	}
	b.binIs(ours(1))
}

// In a fleet other storages have operations under way at any time. They give the turn of this one no run of its own.
func TestWhatIsInterruptedElsewhereIsNoRunHere(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	release, err := b.journal.Lease(t.Context(), "elsewhere", "apply")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	op := providers.Op{Kind: providers.OpTrash, Storage: "elsewhere", Entry: providers.Entry{Ref: "1", Path: "/1.png"}}
	if _, err := b.journal.Begin(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	// A record of one machine may have the storage under another name.
	sum, err := b.sweeper().Recover(t.Context())
	if err != nil || (sum == nil) != b.journal.Shared() || b.openOperations() != 1 {
		t.Errorf("got %+v, %v, and %d open operations", sum, err, b.openOperations())
	}
}

// A purge looks into the trash itself, so that it asks first only for what was interrupted.
func TestRecoverOpenDoesNotLookIntoTheTrash(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.takeOut(false)
	if sum, err := b.sweeper().RecoverOpen(t.Context()); sum != nil || err != nil {
		t.Errorf("got %+v, %v; want no run, because nothing was interrupted", sum, err)
	}
	if sum, err := b.sweeper().Recover(t.Context()); err != nil || sum == nil || sum.Gone != 1 {
		t.Errorf("got %+v, %v; want one file that has left the trash", sum, err)
	}
}
