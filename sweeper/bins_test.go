package sweeper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// discard moves a file to the trash as a user would, so many days ago.
func (b *box) discard(path string, content []byte, days int) {
	b.put(path, content)
	b.account.Person(path, b.clock.AddDate(0, 0, -days))
}

// purges returns the entries that a plan would purge: reason and path.
func (b *box) purges(p *sweeper.Plan) (all []string) {
	for _, it := range p.Purge {
		all = append(all, fmt.Sprintf("%s %s", it.PurgeReason, strings.TrimPrefix(it.Entry.Path, "/data/root/")))
	}
	slices.Sort(all)
	return all
}

func TestEachRightPurgesWhatThePolicySays(t *testing.T) {
	t.Parallel()
	const mine = "ChatGPT Image Apr 20, 2026, 01_17_0"
	for trash, want := range map[string][]string{
		"{ours: off}":                nil,
		"{ours: 30d}":                {"ours " + mine + "1 AM.png"},
		"{matching: 30d}":            {"matching " + mine + "2 AM.png"},
		"{ours: 30d, matching: 30d}": {"matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png"},
		"{ours: 50d, matching: 39d}": nil, // trashed 40 days ago; others' entries need a day's slack
		"{everything: 30d}": {
			"everything holiday.png", "matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png",
		},
		"{ours: 50d, matching: 50d, everything: 30d}": {
			"everything holiday.png", "matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png",
		},
		"{ours: 30d, matching: off, everything: 9999d}": {"ours " + mine + "1 AM.png"},
	} {
		b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: "+trash, 1))
		b.put(ours(1), picture(1))
		b.apply()
		b.clock = b.clock.AddDate(0, 0, 40)
		b.discard(ours(2), picture(2), 40)
		b.discard(ours(3), picture(3), 10)
		b.discard("/data/root/holiday.png", picture(4), 40)
		b.discard("/data/root/undated.png", picture(5), 0)
		p, _ := b.plan()
		if got := b.purges(p); !slices.Equal(got, want) {
			t.Errorf("%s: would purge %q, want %q", trash, got, want)
			continue
		}
		if others := strings.Contains(p.String(), "1 of them not identified as ChatGPT"); others !=
			strings.Contains(trash, "everything: 30d") {
			t.Errorf("%s: the question is %q", trash, p)
		}
		sum := b.execute(p)
		if int(sum.Purged) != len(want) || len(b.account.Bin()) != 5-len(want) {
			t.Errorf("%s: got %+v with %q left", trash, sum, b.account.Bin())
		}
		if gave := sum.Freed; (gave > 0) != (len(want) > 0) || gave != sum.Bytes {
			t.Errorf("%s: %d bytes are said to be free, %d were purged", trash, gave, sum.Bytes)
		}
	}
}

func TestNothingIsPurgedWhereThePolicySaysOff(t *testing.T) {
	t.Parallel()
	for _, trash := range []string{"{ours: 30d}", "{ours: 30d, matching: 30d, everything: 30d}"} {
		b := newBox(t, strings.NewReplacer("roots: [/data/root]", "roots: [/data/root], purge: off",
			"trash: {ours: 30d}", "trash: "+trash).Replace(rules))
		b.put(ours(1), picture(1))
		b.apply()
		b.clock = b.clock.AddDate(0, 0, 40)
		b.discard(ours(2), picture(2), 40)
		p, _ := b.plan()
		if got := b.purges(p); len(got) > 0 {
			t.Errorf("%s: would purge %q", trash, got)
		}
		_, err := b.sweeper().Bins(t.Context(), func(e sweeper.TrashEntry) {
			if e.Due {
				t.Errorf("%s: %s is said to be due: %s", trash, e.Trashed.Path, e.Why)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAPlanThatIsOnlyShownIsTheOneThatWouldBeCarriedOut(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 40)
	b.put(ours(2), picture(2))
	b.looking = true
	if p, _ := b.plan(); len(p.Trash) != 1 || len(p.Purge) != 1 {
		t.Errorf("the plan shown is %s", p)
	}
}

func TestAPurgePlanIsLookedIntoAgain(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {matching: 30d}", 1))
	b.discard(ours(1), picture(1), 40)
	p, _ := b.plan()
	if len(p.Purge) != 1 {
		t.Fatalf("the plan is %s", p)
	}
	b.account.Write("/data/root/x.png", nil, b.clock)
	b.fail(providertest.Fault{Method: "ReadTrashed", Err: providers.ErrChanged})
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("an entry that cannot be examined: got %+v", sum)
	}
	b.fail()
	p.Purge[0].PurgeReason = sweeper.PurgeReasonOurs // a plan that was edited
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("an edited plan: got %+v", sum)
	}
	p.Purge[0].PurgeReason, p.Purge[0].Receipt = sweeper.PurgeReasonMatching, "id-2@rev-1"
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("an edited receipt: got %+v", sum)
	}
	b.binIs(ours(1))
}

func TestOneEntryThatCannotBePurgedStopsNoOther(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "Purge", Nth: 1, Err: errors.New("operation not permitted")})
	for i := range 5 {
		b.put(ours(i), picture(byte(i)))
	}
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 40)
	if sum := b.apply(); sum.Purged != 4 || sum.Failed != 1 || len(b.account.Bin()) != 1 {
		t.Errorf("got %+v with %q left", sum, b.account.Bin())
	}
}

// pausing is a driver whose user pauses while a file in the trash is read.
type pausing struct {
	providers.Driver
	pause func()
}

// ReadTrashed implements providers.Driver.
func (p pausing) ReadTrashed(ctx context.Context, r providers.Receipt, off, n int64) (io.ReadCloser, error) {
	if n > 0 {
		p.pause()
	}
	return p.Driver.ReadTrashed(ctx, r, off, n)
}

func TestAPauseWhileAFileInTheTrashIsReadIsSeenBeforeItIsPurged(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(2), picture(2)) // of the same size, so that the first is compared with it
	b.keepContent(ours(2))
	b.clock = b.clock.AddDate(0, 0, 40)
	p, _ := b.plan()
	b.driver.Driver = pausing{b.driver.Driver, func() { b.pause(sweeper.ErrPaused) }}
	sum, err := b.sweeper().Execute(t.Context(), p, nil)
	if !errors.Is(err, sweeper.ErrPaused) || sum.Purged != 0 || sum.Failed != 0 {
		t.Errorf("got %+v, %v; want nothing purged", sum, err)
	}
	b.binIs(ours(1))
	b.pause(nil)
}

func TestBinsSayOfEachEntryWhoseItIsAndWhy(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {ours: 30d, matching: 30d}", 1))
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 40)
	b.discard(ours(2), picture(2), 10)
	b.discard("/data/root/holiday.png", picture(3), 400)
	b.discard("/data/root/notes.txt", nil, 400)
	var got []string
	sum, err := b.sweeper().Bins(t.Context(), func(x sweeper.TrashEntry) {
		got = append(got, fmt.Sprintf("%s|%s|%v|%s", x.PurgeReason, x.Trashed.Name(), x.Due, x.Why))
	})
	slices.Sort(got)
	day := func(back int) string { return b.clock.AddDate(0, 0, -back).Local().Format(time.DateOnly) }
	want := []string{
		"matching|" + ours(2)[len("/data/root/"):] + "|false|trashed on " + day(10),
		"ours|" + ours(1)[len("/data/root/"):] + "|true|trashed on " + day(40),
		"|holiday.png|false|someone else trashed it",
		"|notes.txt|false|someone else trashed it",
	}
	if err != nil || sum.Errors != 0 || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, %+v; want %q", got, err, sum, want)
	}
}

func TestABinThatCannotBeListedIsAProblemAndNoReasonToPurge(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {matching: 30d}", 1),
		providertest.Fault{Method: "Trashed", Nth: 1, Err: errors.New("connection reset")})
	b.discard(ours(1), picture(1), 40)
	if p, sum := b.plan(); !p.Empty() || sum.Errors != 1 {
		t.Errorf("got %s and %+v", p, sum)
	}
}

func TestAPlanThatMayChangeNothingSaysWhatWouldBePurged(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	st, err := providers.NewStorage("home", b.driver, providers.Options{Roots: []string{"/data/root"}})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := b.sweeping(st).Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(p.Purge) != 1 {
		t.Errorf("looking: the plan is %s, %v", p, err)
	}
}

func TestWhatIsKeptByContentIsPurgedByNoRight(t *testing.T) {
	t.Parallel()
	for _, trash := range []string{"{ours: 30d}", "{ours: 30d, matching: 30d}", "{everything: 30d}"} {
		b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: "+trash, 1))
		b.put(ours(1), picture(1))
		b.apply()
		b.clock = b.clock.AddDate(0, 0, 40)
		b.discard(ours(2), picture(2), 40)
		b.discard("/data/root/holiday.png", picture(3), 40)
		b.discard("/data/root/notes.txt", []byte("notes"), 40)
		before, _ := b.plan()
		for i, content := range [][]byte{picture(1), picture(2), picture(3), []byte("notes")} {
			b.put(fmt.Sprintf("/data/root/copy%d", i), content)
			b.keepContent(fmt.Sprintf("/data/root/copy%d", i))
		}
		if p, sum := b.plan(); len(p.Purge) != 0 || sum.Errors != 0 {
			t.Errorf("%s: would purge %q, %+v", trash, b.purges(p), sum.Problems)
		}
		if sum := b.execute(before); sum.Purged != 0 || int(sum.Refused) != len(before.Purge) ||
			len(before.Purge) == 0 {
			t.Errorf("%s: kept after it was planned: got %+v", trash, sum)
		}
	}
}

func TestWhatAPersonTookOutOfTheTrashIsNoPurgeThatFails(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	if err := b.driver.EmptyTrash(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.put(ours(2), picture(1))
	b.keepContent(ours(2))
	b.clock = b.clock.AddDate(0, 0, 40)
	if sum := b.apply(); sum.Purged != 0 || sum.Gone != 1 || sum.Back != 0 || sum.Errors != 0 {
		t.Errorf("got %+v", sum)
	}
	if p, _ := b.plan(); len(p.Purge) != 0 {
		t.Errorf("it is due again: %s", p)
	}
}

// takeOut removes the files from the trash as another program does: it deletes them
// permanently, or restores them.
func (b *box) takeOut(back bool) {
	b.Helper()
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{InTrash: true}) {
		if err == nil && back {
			_, err = b.driver.Driver.Restore(b.Context(), op.Receipt)
		} else if err == nil {
			err = b.driver.Driver.Purge(b.Context(), op.Receipt)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatAnotherProgramTookOutOfTheTrashIsNotPurgedBySweepd(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		for name, box := range map[string]func() *box{
			"near": func() *box {
				b := newBox(t, rules)
				b.put(ours(1), picture(1))
				return b
			},
			"remote": func() *box {
				b, s := remoteBox(t, remoteRules)
				genuine, _ := signed(s, 1)
				b.put("/data/root/a.png", genuine)
				return b
			},
		} {
			b := box()
			b.apply()
			b.clock = b.clock.AddDate(0, 0, 40)
			due, _ := b.plan()
			b.takeOut(back)
			sum := b.execute(due)
			if want := map[bool]int64{true: 1}[back]; sum.Purged != 0 || sum.Gone != 1 || sum.Back != want ||
				sum.Errors != 0 || sum.Bytes != 0 {
				t.Errorf("%s, back %v: got %+v, want it found gone", name, back, sum)
			}
			spent, err := b.journal.Usage(t.Context(), time.Time{}, b.clock)
			if err != nil || len(spent.Purge) != 0 {
				t.Errorf("%s: spent on purging: %v, %v; want nothing", name, spent, err)
			}
			for op := range b.journal.Operations(t.Context(), journal.Filter{}) {
				if op.Op.Kind == providers.OpTrash && op.Resolved != providers.OpGone {
					t.Errorf("%s: the trashed file is recorded as %q", name, op.Resolved)
				}
			}
			if back {
				if sum := b.apply(); sum.Trashed != 0 {
					t.Errorf("%s: what was restored is moved again: %+v", name, sum)
				}
			}
			if _, err := b.journal.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTheRecordOfTheTrashIsComparedWithTheTrashInEachRun(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	run := b.apply().Run
	b.takeOut(false)
	b.account.Write(ours(2), picture(2), b.clock.AddDate(0, 0, -99)) // of another date than what has left the trash
	if sum := b.apply(); sum.Gone != 1 || sum.Trashed != 1 || sum.Errors != 0 {
		t.Errorf("got %+v, want one gone and one trashed", sum)
	}
	if sum := b.apply(); sum.Gone != 0 {
		t.Errorf("told again: %+v", sum)
	}
	if sum := b.undo(run); sum.Restored != 0 || sum.Refusals["gone"] != 1 {
		t.Errorf("undo of what is gone: got %+v, want it refused", sum)
	}
}

func TestWhetherAFileLeftTheTrashIsNotKnownWhereItCannotBeLookedFor(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	b.takeOut(false)
	b.fail(providertest.Fault{Method: "Gone", Err: errors.New("offline")})
	if sum := b.apply(); sum.Gone != 0 {
		t.Errorf("got %+v, want nothing concluded", sum)
	}
	if n := len(b.inTrash()); n != 1 {
		t.Errorf("the record has %d in the trash, want 1", n)
	}
}

func (b *box) inTrash() (keys []string) {
	b.Helper()
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{InTrash: true}) {
		if err != nil {
			b.Fatal(err)
		}
		keys = append(keys, op.Key)
	}
	return keys
}

func TestWhoNamesAFolderPurgesOnlyWhatWasInIt(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	inside := "/data/root/sub/" + ours(2)[len("/data/root/"):]
	b.put(inside, picture(2))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	p, _, err := b.sweeping(b.named("home", true, "/data/root/sub")).PlanPurge(t.Context(),
		func(sweeper.TrashEntry) bool { return true })
	if err != nil || len(p.Purge) != 1 || p.Purge[0].Entry.Path != inside {
		t.Errorf("would purge %q, %v", b.purges(p), err)
	}
}

func TestAPurgeOfUnknownOutcomeIsAFailureThoughTheFileIsNotFound(t *testing.T) {
	t.Parallel()
	for _, trash := range []string{"{ours: 30d}", "{matching: 30d}"} {
		b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: "+trash, 1))
		b.put(ours(1), picture(1))
		if trash == "{ours: 30d}" {
			b.apply()
		} else {
			b.account.Person(ours(1), b.clock)
		}
		b.clock = b.clock.AddDate(0, 0, 40)
		p, _ := b.plan()
		b.fail(providertest.Fault{
			Method: "Purge", Err: fmt.Errorf("%w: %w", providers.ErrUncertain, fs.ErrNotExist), Late: true,
		})
		if sum := b.execute(p); sum.Failed != 1 || sum.Gone != 0 || sum.Errors != 1 || b.openOperations() != 1 {
			t.Errorf("%s: got %+v with %d open; want a failure, and the purge open", trash, sum, b.openOperations())
		}
		b.fail()
		if sum := b.apply(); sum.Settled != 1 || sum.Gone != 0 || b.openOperations() != 0 {
			t.Errorf("%s: the next run: got %+v with %d open; want it completed", trash, sum, b.openOperations())
		}
	}
}
