package sweeper_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// newMember is a box whose storage is the account of a member of a fleet, for which the first rule is mandatory.
func newMember(t *testing.T) *box {
	b := newBox(t, rules)
	home := b.policy.Storages["home"]
	home.Fleet = "acme"
	b.policy.Storages["home"] = home
	b.policy.Rules[0].Mandatory = true
	return b
}

// keep keeps a file as sweepd keep does.
func (b *box) keep(path string) {
	b.Helper()
	if err := b.sweeper().Keep(b.Context(), b.storage(), b.entry(path)); err != nil {
		b.Fatal(err)
	}
}

func TestAMandatoryRuleTrashesWhatAUserKeepsAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newMember(t)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(1)) // the same content
	b.put(ours(3), picture(3))
	b.keep(ours(1))
	if d := b.decision(ours(1)); d.Action != policy.Trash || !d.Mandatory {
		t.Errorf("got %+v, want it trashed, because the rule is mandatory", d)
	}
	sum := b.apply()
	if sum.Trashed != 3 {
		t.Errorf("got %+v, want all trashed", sum)
	}
	said := map[string]string{}
	for op, err := range b.journal.Operations(t.Context(), journal.Filter{Run: sum.Run}) {
		if err != nil {
			t.Fatal(err)
		}
		said[op.Op.Entry.Path] = strings.Join(op.Op.Cause.Reasons, "; ")
	}
	for path, want := range map[string]string{
		ours(1): "you kept it on 2026-11-23, but the rule is mandatory",
		ours(2): "you kept or restored a file with the same content, but the rule is mandatory",
	} {
		if !strings.HasSuffix(said[path], want) {
			t.Errorf("the record of %s is %q, want it to end with %q", path, said[path], want)
		}
	}
	if strings.Contains(said[ours(3)], "mandatory") {
		t.Errorf("the record of a file that nobody kept is %q", said[ours(3)])
	}
	// Its bin has it until its service deletes it: a mandatory rule is no right to purge.
	b.clock = b.clock.AddDate(0, 0, 31)
	if sum := b.apply(); sum.Purged != 1 {
		t.Errorf("got %+v, want only the file purged that nobody kept", sum)
	}
	b.binIs(ours(1), ours(2))
}

// The rule is the same, and the account is of no organization.
func TestOutsideOfAFleetNoRuleIsMandatory(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.policy.Rules[0].Mandatory = true
	b.put(ours(1), picture(1))
	b.keep(ours(1))
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("got %+v, want it kept", sum)
	}
}

func TestAMandatoryRuleLeavesWhatUndoRestored(t *testing.T) {
	t.Parallel()
	b := newMember(t)
	b.put(ours(1), picture(1))
	run := b.apply()
	if run.Trashed != 1 {
		t.Fatalf("got %+v, want it trashed", run)
	}
	b.undo(run.Run)
	b.put(ours(2), picture(1)) // a copy of it
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("got %+v, want nothing trashed", sum)
	}
	d := b.decision(ours(1))
	if d.Action != policy.Keep || d.ReasonCode != policy.ReasonOverride || d.Mandatory ||
		!strings.Contains(language.Join(d.Reasons, ";").String(), "what undo restored stays") {
		t.Errorf("got %+v, want it kept, because an undo restored it", d)
	}
	if err := b.sweeper().Forget(t.Context(), b.storage(), b.entry(ours(1))); err != nil {
		t.Fatal(err)
	}
	if sum := b.apply(); sum.Trashed != 2 {
		t.Errorf("forgotten: got %+v, want both trashed", sum)
	}
}

// What holds a file other than the user's decision holds it from a mandatory rule too.
func TestAMandatoryRulePassesOverNoGuard(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]func(b *box){
		"a guard": func(b *box) {
			why := language.Verbatim("it is shared")
			b.account.Hold(ours(1), providers.Held{Guard: providers.GuardShared, Why: why})
		},
		"an earlier rule": func(b *box) {
			first := policy.Rule{Name: "album", Do: policy.Keep, When: policy.Condition{Path: []string{ours(1)}}}
			b.policy.Rules = slices.Insert(b.policy.Rules, 0, first)
		},
		"a review": func(b *box) { b.policy.Rules[0].Do = policy.Review },
		"its user, who restored it": func(b *box) {
			if sum := b.apply(); sum.Trashed != 1 {
				b.Errorf("got %+v, want it trashed", sum)
			}
			b.account.TakeOut(ours(1), ours(1))
		},
		"its user, who restored it before a purge": func(b *box) {
			b.apply()
			b.account.TakeOut(ours(1), ours(1))
			b.clock = b.clock.AddDate(0, 0, 31)
			b.apply() // notes that it is gone from the trash
		},
		"a pause": func(b *box) { b.pause(sweeper.ErrPaused) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newMember(t)
			b.put(ours(1), picture(1))
			b.keep(ours(1))
			hold(b)
			p, _ := b.plan()
			sum, err := b.sweeper().Execute(t.Context(), p, nil)
			if err != nil && !errors.Is(err, sweeper.ErrPaused) {
				t.Fatal(err)
			}
			if sum != nil && sum.Trashed != 0 {
				t.Errorf("got %+v, want nothing trashed", sum)
			}
			b.holds(ours(1), picture(1))
		})
	}
}
