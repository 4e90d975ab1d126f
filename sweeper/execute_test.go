package sweeper_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAPlanIsCarriedOutAndUndone(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.put("/data/root/holiday.png", picture(3))
	p, _ := b.plan()
	if len(p.Trash) != 2 || p.Trash[0].Entry.Path != ours(1) {
		t.Fatalf("the plan is %v", p)
	}
	sum := b.execute(p)
	if sum.Trashed != 2 || sum.Refused+sum.Failed != 0 || sum.Bytes != 2*int64(len(picture(1))) {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(1), ours(2))
	b.holds("/data/root/holiday.png", picture(3))
	back := b.undo(sum.Run)
	if back.Restored != 2 || back.Run == sum.Run {
		t.Errorf("got %+v", back)
	}
	b.binIs()
	b.holds(ours(1), picture(1))
	b.holds(ours(2), picture(2))
	if p, _ := b.plan(); !p.Empty() {
		t.Errorf("what was restored is due again: %v", p)
	}
}

func TestAPlanExecutedAgainFindsNothingToDo(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	b.execute(p)
	b.put(ours(1), picture(2)) // a new file under the old name
	if sum := b.execute(p); sum.Trashed != 0 || sum.Refused != 1 {
		t.Errorf("got %+v, want a refusal", sum)
	}
	b.holds(ours(1), picture(2))
}

func TestAPlanOfAnotherPolicyIsRefusedWhole(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	b.setPolicy(strings.Replace(rules, "likely", "strong", 1))
	if _, err := b.sweeper().Execute(t.Context(), p, nil); !errors.Is(err, sweeper.ErrOtherPolicy) {
		t.Errorf("got %v, want ErrOtherPolicy", err)
	}
	b.binIs()
}

func TestAPlanOverALimitIsRefusedBeforeTheFirstMove(t *testing.T) {
	t.Parallel()
	for limit, text := range map[string]string{
		"files": "{files: 2}",
		"bytes": "{bytes: 100B}",
		"share": "{share: 10%}",
	} {
		b := newBox(t, strings.Replace(rules, "{files: 100, bytes: 1GB, share: 100%}", text, 1))
		for i := range 3 {
			b.put(ours(i), picture(byte(i)))
		}
		for i := range 20 {
			b.put(fmt.Sprintf("/data/root/%d.txt", i), nil)
		}
		p, _ := b.plan()
		_, err := b.sweeper().Execute(t.Context(), p, nil)
		if over, ok := errors.AsType[*sweeper.LimitError](err); !ok || len(over.Reasons) != 1 {
			t.Errorf("%s: got %v, want one reason", limit, err)
		}
		b.binIs()
	}
}

func TestAShareIsNotCountedBelowTwentyFiles(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "share: 100%", "share: 10%", 1))
	b.put(ours(1), picture(1))
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
}

func TestAFileThatChangedSinceIsRefusedByItself(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 3 {
		b.put(ours(i), picture(byte(i)))
	}
	p, _ := b.plan()
	b.put(ours(1), picture(9))
	b.account.Remove(ours(2))
	sum := b.execute(p)
	if sum.Trashed != 1 || sum.Refused != 2 || sum.Failed != 0 || len(sum.Problems) != 2 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(0))
	b.holds(ours(1), picture(9))
}

func TestAPlanCannotNameWhatThePolicyKeeps(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put("/data/root/holiday.png", picture(2))
	b.put("/outside/x.png", picture(2))
	p, _ := b.plan()
	var all []sweeper.Found
	if _, err := b.sweeper().Scan(t.Context(),
		sweeper.ScanOptions{All: true, Each: func(f sweeper.Found) { all = append(all, f) }}); err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Entry.Path != ours(1) { // the plan is edited
			p.Trash = append(p.Trash, sweeper.Item{Storage: "home", Entry: f.Entry, Decision: p.Trash[0].Decision})
		}
	}
	p.Trash = append(p.Trash, sweeper.Item{Storage: "elsewhere", Entry: p.Trash[0].Entry})
	if _, err := b.sweeper().Execute(t.Context(), p, nil); err == nil {
		t.Error("a storage that was not scanned: got no error")
	}
	p.Trash = p.Trash[:len(p.Trash)-1]
	if sum := b.execute(p); sum.Trashed != 1 || sum.Refused != 2 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(1))
}

func TestAFileKeptWhileThePlanWasReadIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	e := p.Trash[0].Entry
	if err := b.journal.SetOverride(t.Context(), e, journal.Keep); err != nil {
		t.Fatal(err)
	}
	if sum := b.execute(p); sum.Refused != 1 {
		t.Errorf("got %+v", sum)
	}
	b.binIs()
}

const graceful = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash, grace: 7d}]
`

func TestAGraceBeginsWithAnApplyAndEndsWithOne(t *testing.T) {
	t.Parallel()
	b := newBox(t, graceful)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.plan() // looking is not consent
	b.clock = b.clock.AddDate(0, 0, 8)
	if sum := b.apply(); sum.Marked != 2 || sum.Trashed != 0 {
		t.Errorf("the first apply: got %+v, want 2 marked", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 6)
	b.put(ours(2), picture(9)) // changed meanwhile: its grace begins anew
	if sum := b.apply(); sum.Marked != 1 || sum.Trashed != 0 {
		t.Errorf("after 6 days: got %+v, want the changed one marked", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 1)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("after 7 days: got %+v", sum)
	}
	b.binIs(ours(1))
	b.clock = b.clock.AddDate(0, 0, 6)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("after 13 days: got %+v", sum)
	}
}

func TestAGraceBeginsAnewWhereNoRuleWantedTheFileInBetween(t *testing.T) {
	t.Parallel()
	for do, marked := range map[string]int64{
		"rules: [{name: mine, when: {confidence: likely}, do: review}]":                               1,
		"rules: [{name: mine, when: {confidence: likely, derived: include}, do: keep}]":               1,
		"rules: [{name: mine, when: {confidence: proven}, do: trash, grace: 7d}]":                     1,
		"rules: [{name: other, when: {confidence: likely, derived: include}, do: trash, grace: 30d}]": 0,
	} {
		t.Run(do, func(t *testing.T) {
			b := newBox(t, graceful)
			b.put(ours(1), picture(1))
			if sum := b.apply(); sum.Marked != 1 {
				t.Fatalf("the first apply: got %+v, want 1 marked", sum)
			}
			b.clock = b.clock.AddDate(0, 0, 3)
			b.setPolicy("version: 1\nstorages: {home: {type: local, roots: [/data/root]}}\n" + do + "\n")
			b.plan()
			b.setPolicy(graceful)
			b.clock = b.clock.AddDate(0, 0, 5)
			if sum := b.apply(); sum.Marked != marked || sum.Trashed != 1-marked {
				t.Errorf("got %d marked and %d in the trash, want %d and %d", sum.Marked, sum.Trashed, marked, 1-marked)
			}
		})
	}
}

func TestOnlyWhatWeTrashedAndIsOldEnoughIsPurged(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put("/data/root/theirs.png", picture(2))
	b.account.Person("/data/root/theirs.png", b.clock)
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 29)
	b.put(ours(2), picture(2))
	if sum := b.apply(); sum.Purged != 0 || sum.Trashed != 1 {
		t.Errorf("after 29 days: got %+v", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 1)
	p, _ := b.plan()
	if sum := b.execute(p); sum.Purged != 1 {
		t.Errorf("after 30 days: got %+v", sum)
	}
	b.binIs(ours(2), "/data/root/theirs.png")
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("the same plan again: got %+v", sum)
	}
}

func TestAPurgeThatThePlanInventsIsRefused(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	p, _ := b.plan()
	for op := range b.journal.Operations(t.Context(), journal.Filter{InTrash: true}) {
		p.Purge = append(p.Purge, sweeper.Item{Storage: "home", Entry: op.Op.Entry, Key: op.Key})
	}
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("got %+v", sum)
	}
	b.binIs(ours(1))
}

func TestAPurgeIsOnlyOfTheFileThatThePlanNames(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	p, _ := b.plan()
	due := p.Purge[0]
	for name, forge := range map[string]func(*sweeper.Item){
		"no key":        func(it *sweeper.Item) { it.Key = "" },
		"other path":    func(it *sweeper.Item) { it.Entry.Path = ours(2) },
		"smaller":       func(it *sweeper.Item) { it.Entry.Size-- },
		"other content": func(it *sweeper.Item) { it.Entry.Revision = "x" },
	} {
		forged := due
		forge(&forged)
		p.Purge = []sweeper.Item{forged}
		if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
			t.Errorf("%s: got %+v, want it refused", name, sum)
		}
	}
	b.binIs(ours(1))
}

func TestUndoBringsBackWhatAnInterruptedPurgeLeft(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	run := b.apply().Run
	b.clock = b.clock.AddDate(0, 0, 31)
	b.interruptPurge()
	if sum := b.undo(run); sum.Restored != 1 || sum.Errors != 0 {
		t.Errorf("got %+v, want it restored", sum)
	}
	b.holds(ours(1), picture(1))
	if n := b.openOperations(); n != 0 {
		t.Errorf("%d records are open", n)
	}
}

func TestAnInterruptedPurgeIsBegunAnewOnlyWhileItIsDue(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	b.interruptPurge()
	b.setPolicy(strings.Replace(rules, "ours: 30d", "ours: off", 1))
	if sum := b.apply(); sum.Purged != 0 || sum.Settled != 1 || sum.Errors != 0 {
		t.Errorf("under a policy that purges nothing: got %+v", sum)
	}
	b.binIs(ours(1))
	b.setPolicy(rules)
	if sum := b.apply(); sum.Purged != 1 || sum.Errors != 0 {
		t.Errorf("under the first policy: got %+v, want it purged", sum)
	}
	b.binIs()
}

// interruptPurge leaves the record as a crash does just before the purge.
func (b *box) interruptPurge() {
	b.Helper()
	release, err := b.journal.Lease(b.Context(), "home", "apply")
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{InTrash: true}) {
		if err != nil {
			b.Fatal(err)
		}
		if _, err := b.journal.Begin(b.Context(),
			providers.Op{
				Kind:    providers.OpPurge,
				Storage: "home",
				Entry:   op.Op.Entry,
				Receipt: op.Receipt,
			}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAPlanOfMoreFilesThanWereSeenIsRefused(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 30 {
		b.put(ours(i), picture(byte(i)))
	}
	p, _ := b.plan()
	p.Scope[0].Seen = 0 // as if nothing were known
	if _, err := b.sweeper().Execute(t.Context(), p, nil); err == nil {
		t.Error("a plan of more files than were seen was executed")
	}
}

func TestUndoAlsoBringsBackWhatTheCrashedRunHadNotRecorded(t *testing.T) {
	t.Parallel()
	for name, choose := range map[string]func(int64) journal.Undone{
		"run": func(run int64) journal.Undone { return journal.Undone{Run: run} },
		"path": func(int64) journal.Undone {
			return journal.Undone{Files: []journal.Filter{{Path: ours(1)}, {Path: ours(2)}}}
		},
	} {
		b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain, Late: true})
		b.put(ours(1), picture(1))
		b.put(ours(2), picture(2))
		b.apply() // both are in the trash, and the record does not know
		b.fail()
		run, err := b.journal.NewestRunInTrash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ops, err := b.journal.Undoable(t.Context(), choose(run))
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := b.sweeper().Undo(t.Context(), ops, nil); err != nil || sum.Restored != 2 || sum.Errors != 0 {
			t.Errorf("by %s: got %+v, %v; want both restored", name, sum, err)
		}
		b.binIs()
		b.holds(ours(1), picture(1))
	}
}

func TestUndoOfAnInterruptedMoveThatNeverWasChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain})
	b.put(ours(1), picture(1))
	run := b.apply().Run
	b.fail()
	if sum := b.undo(run); sum.Restored != 0 || sum.Settled != 1 || sum.Errors != 0 {
		t.Errorf("got %+v, want the record completed and nothing else", sum)
	}
	b.holds(ours(1), picture(1))
	if _, err := b.journal.NewestRunInTrash(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want nothing left to undo", err)
	}
}

func TestUndoOfAPathNamedTwiceIsOneRestore(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	u := journal.Undone{Files: []journal.Filter{{Path: ours(1)}, {Path: ours(1)}}}
	ops, err := b.journal.Undoable(t.Context(), u)
	if err != nil || len(ops) != 1 {
		t.Errorf("got %d operations, %v; want 1", len(ops), err)
	}
}

func TestUndoNeverOverwrites(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	run := b.apply().Run
	b.put(ours(1), picture(2))
	if sum := b.undo(run); sum.Restored != 0 || sum.Refused != 1 {
		t.Errorf("got %+v", sum)
	}
	b.holds(ours(1), picture(2))
	b.binIs(ours(1))
}

func TestUndoByPathTakesTheLatest(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 2 {
		b.put(ours(1), picture(byte(i)))
		b.apply()
	}
	ops, err := b.journal.Undoable(t.Context(), journal.Undone{Files: []journal.Filter{{Path: ours(1)}}})
	if err != nil || len(ops) != 1 {
		t.Fatalf("got %v, %v", ops, err)
	}
	if _, err := b.sweeper().Undo(t.Context(), ops, nil); err != nil {
		t.Fatal(err)
	}
	b.holds(ours(1), picture(1))
	if run, err := b.journal.NewestRunInTrash(t.Context()); err != nil || run != 1 {
		t.Errorf("the last run with something in the trash: got %d, %v; want 1", run, err)
	}
	for _, u := range []journal.Undone{
		{Run: 77},
		{Files: []journal.Filter{{Path: "/data/root/never.png"}}},
		{Files: []journal.Filter{{Ref: "never"}}},
		{Files: []journal.Filter{{Storage: "other", Path: ours(1)}}},
	} {
		if _, err := b.journal.Undoable(t.Context(), u); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%+v: got %v, want fs.ErrNotExist", u, err)
		}
	}
}

func TestASecondSweepOfTheSameStorageIsRefused(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	release, err := b.journal.Lease(t.Context(), "home", "apply")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sweeper().Execute(t.Context(), p, nil); !errors.As(err, new(*journal.LeasedError)) {
		t.Errorf("got %v, want a LeasedError", err)
	}
	b.binIs()
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if sum := b.execute(p); sum.Trashed != 1 {
		t.Errorf("got %+v", sum)
	}
}

// TestEveryFaultOfEveryCall fails each driver call of an apply in turn, before
// it acts and after, and looks whether the record is true in the end.
func TestEveryFaultOfEveryCallLeavesTheRecordTrue(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Stat", "Trash", "Changes", "ReadRange"} {
		for _, late := range []bool{false, true} {
			for nth := range rotation.New(t, 1).Steps() {
				b := newBox(t, rules)
				for i := range 4 {
					b.put(ours(i), picture(byte(i)))
				}
				b.fail(providertest.Fault{Method: method, Nth: nth, Err: providers.ErrUncertain, Late: late})
				p, _ := b.plan()
				b.execute(p)
				fired := b.driver.Calls(method) >= nth
				b.fail()
				b.apply() // the next run looks what became of it
				if n := b.openOperations(); n != 0 {
					t.Errorf("%s %d, late %v: %d operations are open still", method, nth, late, n)
				}
				b.recordIsTrue()
				if !fired {
					break
				}
			}
		}
	}
}

// recordIsTrue compares the entries of the trash in the journal with the trash.
func (b *box) recordIsTrue() {
	b.Helper()
	var want []string
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{InTrash: true}) {
		if err != nil {
			b.Fatal(err)
		}
		want = append(want, op.Op.Entry.Path)
	}
	slices.Sort(want)
	b.binIs(want...)
	for i := range 4 {
		_, there := b.account.Content(ours(i))
		if there == slices.Contains(want, ours(i)) {
			b.Errorf("%s: in its place %v, in the trash %v", ours(i), there, !there)
		}
	}
}

func TestAnEndedContextBeginsNoFurtherMoveAndRecordsTheRest(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 99 {
		b.put(ours(i), picture(byte(i)))
	}
	p, _ := b.plan()
	ctx, cancel := context.WithCancel(t.Context())
	sum, err := b.sweeper().Execute(ctx, p, func(done int) {
		if done == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || sum.Trashed < 5 || sum.Trashed > 5+64 { // those that are under way together
		t.Errorf("got %v after %d moves, want a stop soon after 5", err, sum.Trashed)
	}
	if n := b.openOperations(); n != 0 {
		t.Errorf("%d operations are open", n)
	}
	r, err := b.journal.Run(t.Context(), sum.Run)
	if err != nil || r.Interrupted() || r.Err == "" {
		t.Errorf("the run is recorded as %+v, %v; want its end and why", r, err)
	}
}

// weak is a storage whose revisions may miss a replaced file.
type weak struct{ *providertest.Faulty }

func (w weak) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	e, err := w.Faulty.Stat(ctx, ref)
	e.Weak = true
	return e, err
}

func (w weak) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for c, err := range w.Faulty.Changes(ctx, since) {
			c.Entry.Weak = true
			if !yield(c, err) {
				return
			}
		}
	}
}

func TestAWeakRevisionIsExaminedAgainBeforeTheMove(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	reads := b.driver.Calls("ReadRange")
	if sum, err := b.over(weak{b.driver}).Execute(t.Context(), p, nil); err != nil || sum.Trashed != 1 {
		t.Errorf("got %+v, %v", sum, err)
	}
	if b.driver.Calls("ReadRange") == reads {
		t.Error("the bytes were not looked at again")
	}
}

func TestTheSummaryIsInTheRecord(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	sum := b.apply()
	r, err := b.journal.Run(t.Context(), sum.Run)
	if err != nil || r.Kind != "apply" || r.Policy != b.policy.Hash() ||
		!strings.Contains(string(r.Summary), `"trashed":1`) || !strings.Contains(string(r.Summary), `"seen":1`) {
		t.Errorf("got %+v, %v", r, err)
	}
	if r.Began.After(b.clock) || r.Ended.IsZero() || time.Duration(0) != r.Ended.Sub(b.clock) {
		t.Errorf("began %v, ended %v, want %v", r.Began, r.Ended, b.clock)
	}
}

func TestWhatWasInterruptedUnderAnotherNameIsCompletedToo(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain, Late: true})
	b.put(ours(1), picture(1))
	b.apply()
	if n := b.openOperations(); n != 1 {
		t.Fatalf("%d operations are open, want 1", n)
	}
	b.fail()
	b.setPolicy(strings.ReplaceAll(rules, "home:", "pictures:"))
	st, err := providers.NewStorage("pictures", b.driver,
		providers.Options{Roots: []string{"/data/root"}, Recorder: b.journal})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sweeper.New(sweeper.Options{
		Policy: b.policy, Journal: b.journal, Storages: []*providers.Storage{st}, Classifier: fingerprint.New(),
		Now: b.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	settled := 1
	if onDatabase() { // another machine may have a folder of the same name, and the operation
		settled = 0
	}
	sum := &sweeper.Summary{}
	err = s.Reconcile(t.Context(), sum)
	if err != nil || int(sum.Settled) != settled || b.openOperations() != 1-settled {
		t.Errorf("got %v, %+v with %d open, want %d completed", err, sum, b.openOperations(), settled)
	}
	b.binIs(ours(1))
}

func TestAFileToKeepLosesItsGrace(t *testing.T) {
	t.Parallel()
	b := newBox(t, graceful)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	b.execute(p)
	for _, override := range []journal.Override{journal.Keep, journal.NoOverride} {
		if err := b.journal.SetOverride(t.Context(), p.Mark[0].Entry, override); err != nil {
			t.Fatal(err)
		}
	}
	b.clock = b.clock.AddDate(0, 0, 30)
	if sum := b.apply(); sum.Trashed != 0 || sum.Marked != 1 {
		t.Errorf("got %+v, want its grace begun anew", sum)
	}
}

func TestAnEarlierCheckOfAMoveAnswersBeforeALaterOne(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	if len(p.Trash) != 1 {
		t.Fatalf("the plan is %s", p)
	}
	storage := b.storage()
	for _, c := range []struct {
		spoil func() // what the check finds; what later ones would find is there already
		why   string // as counted
		text  string
	}{
		{
			func() {
				b.account.Hold(ours(1), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git " +
					"tracks it")})
			},
			"protected:git", "Git tracks it",
		},
		{func() { b.clock = b.clock.Add(-time.Hour) }, "not_due", "it is no longer due: hold, because"},
		{func() { b.setOverride(ours(1), journal.Keep) }, "not_due", "you kept it on"},
		{func() { b.put(ours(1), picture(2)) }, "changed", "the file has changed"},
		{func() { b.account.Remove(ours(1)) }, "gone", "file does not exist"},
		{func() { storage = b.named("other", false, "/data/other") }, "", `there is no storage "home" here`},
	} {
		c.spoil()
		sum, err := b.sweeping(storage).Execute(t.Context(), p, nil)
		if err != nil || len(sum.Left) != 1 || sum.Left[0].Why != c.why || len(sum.Problems) != 1 ||
			!strings.Contains(sum.Problems[0].Text, c.text) {
			t.Errorf("want %q, %q, got %+v, %v", c.why, c.text, sum, err)
		}
	}
	b.binIs()
}
