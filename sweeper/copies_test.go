package sweeper_test

import (
	"bytes"
	"testing"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

const lastCopies = rules + "protect: {last_copy: keep}\n"

func TestOneOfSeveralCopiesStays(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(1))
	b.put(ours(3), picture(1))
	b.put(ours(4), picture(4))
	p, sum := b.plan()
	if len(p.Trash) != 2 || len(p.Spared) != 2 || sum.ByAction[string(policy.Trash)] != 2 {
		t.Fatalf("the plan is %s, spares %v, %v", p, p.Spared, sum.ByAction)
	}
	var saved bytes.Buffer
	if err := p.Save(&saved); err != nil {
		t.Fatal(err)
	}
	p, err := sweeper.LoadPlan(&saved)
	if err != nil {
		t.Fatal(err)
	}
	if sum := b.execute(p); sum.Trashed != 2 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(2), ours(3))
}

func TestACopyThatStaysForAnotherReasonLetsTheOthersGo(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(1))
	b.setOverride(ours(2), journal.Keep)
	if p, _ := b.plan(); len(p.Trash) != 1 || p.Trash[0].Entry.Path != ours(1) {
		t.Errorf("the plan is %+v", p)
	}
}

func TestTheLastCopyIsLookedForAgainBeforeTheMove(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*box){
		"gone":    func(b *box) { b.account.Remove(ours(1)) },
		"changed": func(b *box) { b.put(ours(1), picture(9)) },
	} {
		b := newBox(t, lastCopies)
		b.put(ours(1), picture(1))
		b.put(ours(2), picture(1))
		p, _ := b.plan()
		lose(b)
		if sum := b.execute(p); sum.Trashed != 0 || sum.Refused != 1 {
			t.Errorf("%s: got %+v", name, sum)
		}
		b.binIs()
	}
}

func TestExplainSaysThatAFileIsTheLastCopy(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	b.plan()
	s := b.sweeper()
	st := b.storage()
	x, err := s.Explain(t.Context(), st, b.entry(ours(1)))
	if err != nil || x.Decision.Action != policy.Hold {
		t.Errorf("got %+v, %v", x.Decision, err)
	}
	b.put(ours(2), picture(1))
	b.plan()
	if x, err = s.Explain(t.Context(), st, b.entry(ours(1))); err != nil || x.Decision.Action != policy.Trash {
		t.Errorf("with a copy: got %+v, %v", x.Decision, err)
	}
}

func TestAnApprovedFileGoesThoughItIsTheLastCopy(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	b.approve(ours(1))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
}

func TestAFileUnderTwoStoragesIsNotItsOwnCopy(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	s := b.sweeping(b.named("home", false, "/data/root"), b.named("link", false, "/data/root"))
	p, _, err := s.Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(p.Trash) != 0 {
		t.Errorf("the plan is %s, %v", p, err)
	}
	b.put(ours(2), picture(1))
	if p, _, err = s.Plan(t.Context(), sweeper.ScanOptions{}); err != nil || len(p.Trash) == 0 {
		t.Fatalf("with a copy the plan is %s, %v", p, err)
	}
	if _, err := s.Execute(t.Context(), p, nil); err != nil || len(b.account.Bin()) != 1 {
		t.Errorf("got %v with %q in the trash", err, b.account.Bin())
	}
}

func TestNoPlanTalksTheLastCopyAway(t *testing.T) {
	t.Parallel()
	b := newBox(t, lastCopies)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(1))
	b.put("/data/root/other.png", picture(3))
	p, _ := b.plan()
	first, second := p.Spared[0], p.Trash[0]
	for name, edit := range map[string]func(){
		"each is the other's copy": func() {
			first.Copy = &sweeper.Copy{Storage: "home", Entry: second.Entry}
			p.Trash = []sweeper.Item{first, second}
		},
		"the copy has other bytes": func() {
			first.Copy = &sweeper.Copy{Storage: "home", Entry: b.entry("/data/root/other.png")}
			p.Trash = []sweeper.Item{first}
		},
		"it is its own copy": func() {
			first.Copy = &sweeper.Copy{Storage: "home", Entry: first.Entry}
			p.Trash = []sweeper.Item{first}
		},
	} {
		edit()
		if sum := b.execute(p); sum.Trashed != 0 || int(sum.Refused) != len(p.Trash) {
			t.Errorf("%s: got %+v", name, sum)
		}
	}
	b.binIs()
}
