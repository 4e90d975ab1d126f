package sweeper_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

func TestWhatUndoBroughtBackStaysWhereverItIsMoved(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.undo(b.apply().Run)
	b.account.Remove(ours(1))
	b.put("/data/root/elsewhere/"+ours(2)[len("/data/root/"):], picture(1)) // moved and renamed
	b.put(ours(3), picture(3))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v, want only the other file trashed", sum)
	}
	b.binIs(ours(3))
}

func TestWhatAnInterruptedUndoBroughtBackStaysWhereverItIsMoved(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]providertest.Fault{
		"before it was back": {Method: "Restore", Err: providers.ErrUncertain},
		"after it was back":  {Method: "Restore", Err: providers.ErrUncertain, Late: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, rules)
			b.put(ours(1), picture(1))
			run := b.apply().Run
			b.fail(fault)
			b.undo(run)
			b.fail()
			b.apply() // completes the record
			b.account.Remove(ours(1))
			b.put(ours(2), picture(1))
			b.apply()
			b.binIs()
			b.holds(ours(2), picture(1))
		})
	}
}

func TestWhatAnotherProgramTookOutOfTheTrashIsHeld(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back func(b *box)
		at   string
	}{
		"to its place":               {func(b *box) { b.account.TakeOut(ours(1), ours(1)) }, ours(1)},
		"to another place":           {func(b *box) { b.account.TakeOut(ours(1), ours(2)) }, ours(2)},
		"copied back, trash emptied": {func(b *box) { b.account.Vanish(ours(1)); b.put(ours(2), picture(1)) }, ours(2)},
		"synced back":                {func(b *box) { b.put(ours(1), picture(1)) }, ours(1)},
		"synced back, dated anew": {func(b *box) {
			b.account.Write(ours(1), picture(1), b.clock.AddDate(0, 0, -50))
		}, ours(1)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, rules)
			b.put(ours(1), picture(1))
			b.apply()
			c.back(b)
			d := b.decision(c.at)
			if d.Action != policy.Hold || d.ReasonCode != policy.ReasonReturned ||
				!strings.Contains(language.Join(d.Reasons, ";").String(),
					"was restored after sweepd had moved it to the trash on 2026-11-23") {
				t.Errorf("got %+v, want it held as returned", d)
			}
			if sum := b.apply(); sum.Trashed != 0 {
				t.Errorf("got %+v, want nothing trashed", sum)
			}
			b.holds(c.at, picture(1))
			b.approve(c.at)
			if sum := b.apply(); sum.Trashed != 1 {
				t.Errorf("approved: got %+v, want it trashed", sum)
			}
		})
	}
}

func TestOtherFilesThanThoseInTheTrashAreNotTakenForReturned(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(1), picture(7)) // the same name and size, other bytes
	b.put(ours(2), picture(1)) // the same bytes, another name: a second download
	if sum := b.apply(); sum.Trashed != 2 {
		t.Errorf("got %+v, want both trashed", sum)
	}
}

func TestWhatSweepdPurgedOrRestoredIsNotTakenForReturned(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	if sum := b.apply(); sum.Purged != 1 {
		t.Fatalf("got %+v, want it purged", sum)
	}
	b.put(ours(1), picture(1))
	run := b.apply()
	if run.Trashed != 1 {
		t.Errorf("downloaded again after the purge: got %+v, want it trashed", run)
	}
	b.undo(run.Run)
	for _, err := range []error{
		b.journal.SetOverride(t.Context(), b.entry(ours(1)), journal.NoOverride),
		b.forgetContent(ours(1)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("undone and forgotten: got %+v, want it trashed", sum)
	}
}

func (b *box) forgetContent(path string) error {
	c, err := b.sweeper().Content(b.Context(), b.storage(), b.entry(path))
	if err != nil {
		return err
	}
	return b.journal.SetContentOverride(b.Context(), c, journal.NoOverride)
}

func TestAFileThatCannotBeComparedWithTheTrashIsHeld(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.fail(providertest.Fault{Method: "ReadTrashed", Err: errors.New("I/O error")})
	b.put(ours(1), picture(1))
	if d := b.decision(ours(1)); d.Action != policy.Hold || d.ReasonCode != policy.ReasonUnknown {
		t.Errorf("got %+v, want it held", d)
	}
	b.fail(providertest.Fault{Method: "ReadTrashed", Err: fs.ErrNotExist})
	if d := b.decision(ours(1)); d.Action != policy.Hold || d.ReasonCode != policy.ReasonReturned {
		t.Errorf("not in the trash any more: got %+v, want it held", d)
	}
}

func TestAGraceDoesNotBeginForAFileThatCameBack(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "do: trash}", "do: trash, grace: 7d}", 1))
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 8)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Fatalf("got %+v, want it trashed", sum)
	}
	b.account.TakeOut(ours(1), ours(1))
	if sum := b.apply(); sum.Marked != 0 {
		t.Errorf("got %+v, want no grace to begin", sum)
	}
}

func TestARemoteFileThatIsBackIsHeld(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	b.put(ours(1), genuine)
	b.apply()
	b.account.TakeOut(ours(1), ours(1))
	if d := b.decision(ours(1)); d.Action != policy.Hold || d.ReasonCode != policy.ReasonReturned {
		t.Errorf("got %+v, want it held as returned", d)
	}
}
