package sweeper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// entry is the file as a listing gives it.
func (b *box) entry(path string) providers.Entry {
	b.Helper()
	for c, err := range b.driver.Changes(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if c.Entry.Path == path {
			return c.Entry
		}
	}
	b.Fatalf("there is no %s", path)
	return providers.Entry{}
}

func (b *box) setOverride(path string, w journal.Override) {
	b.Helper()
	if err := b.journal.SetOverride(b.Context(), b.entry(path), w); err != nil {
		b.Fatal(err)
	}
}

// keepContent keeps every file with the bytes of the file, as the user would.
func (b *box) keepContent(path string) {
	b.Helper()
	c, err := b.sweeper().Content(b.Context(), b.storage(), b.entry(path))
	if err == nil {
		err = b.journal.SetContentOverride(b.Context(), c, journal.Keep)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func (b *box) approve(path string) { b.Helper(); b.setOverride(path, journal.Approve) }

// decision returns the decision on the file in a scan.
func (b *box) decision(path string) (d policy.Decision) {
	b.Helper()
	_, err := b.sweeper().Scan(b.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
		if f.Entry.Path == path {
			d = f.Decision
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func TestAGuardHoldsAFileThatIsDueAndSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	b.account.Hold(ours(1), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	d := b.decision(ours(1))
	if d.Action != policy.Hold || len(d.Guards) != 1 ||
		!strings.Contains(language.Join(d.Reasons, ";").String(), "Git tracks it") {
		t.Errorf("got %+v", d)
	}
	if sum := b.execute(p); sum.Trashed != 0 || sum.Refused != 1 { // planned before the guard knew
		t.Errorf("got %+v", sum)
	}
	b.binIs()
	b.approve(ours(1))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("approved: got %+v", sum)
	}
}

func TestAGuardThatCannotTellHolds(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Guards", Err: errors.New("the index cannot be read")})
	b.put(ours(1), picture(1))
	if d := b.decision(ours(1)); d.Action != policy.Hold ||
		!strings.Contains(language.Join(d.Reasons, ";").String(), "the index cannot be read") {
		t.Errorf("got %+v", d)
	}
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("got %+v", sum)
	}
}

func TestWhatIsKeptByContentIsKeptUnderEveryName(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.keepContent(ours(1))
	b.account.Remove(ours(1))
	b.put(ours(3), picture(1)) // the same bytes come again
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(2))
	b.approve(ours(3))
	if sum := b.apply(); sum.Trashed != 0 { // keep outranks
		t.Errorf("got %+v", sum)
	}
}

func TestAFileThatCannotBeComparedWithWhatIsKeptIsHeld(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	// its verdict is known from now on, its hashes are not
	if _, err := b.over(weak{b.driver}).Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := b.journal.SetContentOverride(t.Context(), journal.Content{Size: int64(len(picture(1)))},
		journal.Keep); err != nil {
		t.Fatal(err)
	}
	b.fail(providertest.Fault{Method: "ReadRange", Err: errors.New("I/O error")})
	if d := b.decision(ours(1)); d.Action != policy.Hold {
		t.Errorf("got %+v", d)
	}
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("got %+v", sum)
	}
}

func TestApprovalIsOfOneRevisionAndNeverOfWhatARuleKeeps(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "{name: mine, when: {confidence: likely, derived: include}, do: trash}",
		"{name: mine, when: {confidence: likely}, do: review}", 1))
	b.put(ours(1), picture(1))
	b.put("/data/root/holiday.png", picture(2))
	b.approve(ours(1))
	b.approve("/data/root/holiday.png")
	b.put(ours(1), picture(3))
	if p, _ := b.plan(); !p.Empty() {
		t.Errorf("the plan is %+v", p)
	}
	b.approve(ours(1))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(1))
}
