package sweeper_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sweepd/providers"
	"sweepd/providers/providertest"
	"sweepd/sweeper"
)

// discard is a person moving a file to the trash so many days ago.
func (b *box) discard(path string, content []byte, days int) {
	b.put(path, content)
	b.account.Person(path, b.clock.AddDate(0, 0, -days))
}

// purges is what a plan would delete for good: right and path.
func (b *box) purges(p *sweeper.Plan) (all []string) {
	for _, it := range p.Purge {
		all = append(all, fmt.Sprintf("%s %s", it.Whose, strings.TrimPrefix(it.Entry.Path, "/data/root/")))
	}
	slices.Sort(all)
	return all
}

func TestEachRightPurgesWhatThePolicySays(t *testing.T) {
	const mine = "ChatGPT Image Apr 20, 2026, 01_17_0"
	for trash, want := range map[string][]string{
		"{ours: off}":                                   nil,
		"{ours: 30d}":                                   {"ours " + mine + "1 AM.png"},
		"{matching: 30d}":                               {"matching " + mine + "2 AM.png"},
		"{ours: 30d, matching: 30d}":                    {"matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png"},
		"{ours: 50d, matching: 39d}":                    nil, // trashed 40 days ago; others' entries need a day's slack
		"{everything: 30d}":                             {"everything holiday.png", "matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png"},
		"{ours: 50d, matching: 50d, everything: 30d}":   {"everything holiday.png", "matching " + mine + "2 AM.png", "ours " + mine + "1 AM.png"},
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
		if others := strings.Contains(p.String(), "1 of them not from ChatGPT"); others != strings.Contains(trash, "everything: 30d") {
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
	for _, trash := range []string{"{ours: 30d}", "{ours: 30d, matching: 30d, everything: 30d}"} {
		b := newBox(t, strings.NewReplacer("roots: [/data/root]", "roots: [/data/root], purge: off", "trash: {ours: 30d}", "trash: "+trash).Replace(rules))
		b.put(ours(1), picture(1))
		b.apply()
		b.clock = b.clock.AddDate(0, 0, 40)
		b.discard(ours(2), picture(2), 40)
		p, _ := b.plan()
		if got := b.purges(p); len(got) > 0 {
			t.Errorf("%s: would purge %q", trash, got)
		}
		_, err := b.sweeper().Bins(t.Context(), func(e sweeper.Binned) {
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
	p.Purge[0].Whose = sweeper.Ours // a plan that was edited
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("an edited plan: got %+v", sum)
	}
	p.Purge[0].Whose, p.Purge[0].Receipt = sweeper.Matching, "id-2@rev-1"
	if sum := b.execute(p); sum.Purged != 0 || sum.Refused != 1 {
		t.Errorf("an edited receipt: got %+v", sum)
	}
	b.binIs(ours(1))
}

func TestOneEntryThatCannotBePurgedStopsNoOther(t *testing.T) {
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

func TestBinsSayOfEachEntryWhoseItIsAndWhy(t *testing.T) {
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {ours: 30d, matching: 30d}", 1))
	b.put(ours(1), picture(1))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 40)
	b.discard(ours(2), picture(2), 10)
	b.discard("/data/root/holiday.png", picture(3), 400)
	b.discard("/data/root/notes.txt", nil, 400)
	var got []string
	sum, err := b.sweeper().Bins(t.Context(), func(x sweeper.Binned) {
		got = append(got, fmt.Sprintf("%s|%s|%v|%s", x.Whose, x.Trashed.Name(), x.Due, x.Why))
	})
	slices.Sort(got)
	day := func(back int) string { return b.clock.AddDate(0, 0, -back).Local().Format(time.DateOnly) }
	want := []string{
		"matching|" + ours(2)[len("/data/root/"):] + "|false|it is there since " + day(10),
		"ours|" + ours(1)[len("/data/root/"):] + "|true|it is there since " + day(40),
		"|holiday.png|false|others put it there",
		"|notes.txt|false|others put it there",
	}
	if err != nil || sum.Errors != 0 || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, %+v; want %q", got, err, sum, want)
	}
}

func TestABinThatCannotBeListedIsAProblemAndNoReasonToPurge(t *testing.T) {
	b := newBox(t, strings.Replace(rules, "trash: {ours: 30d}", "trash: {matching: 30d}", 1),
		providertest.Fault{Method: "Trashed", Nth: 1, Err: errors.New("connection reset")})
	b.discard(ours(1), picture(1), 40)
	if p, sum := b.plan(); !p.Empty() || sum.Errors != 1 {
		t.Errorf("got %s and %+v", p, sum)
	}
}

func TestAPlanThatMayChangeNothingSaysWhatWouldBePurged(t *testing.T) {
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
		if sum := b.execute(before); sum.Purged != 0 || int(sum.Refused) != len(before.Purge) || len(before.Purge) == 0 {
			t.Errorf("%s: kept after it was planned: got %+v", trash, sum)
		}
	}
}

func TestWhatAPersonTookOutOfTheTrashIsNoPurgeThatFails(t *testing.T) {
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.apply()
	if err := b.driver.EmptyTrash(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.put(ours(2), picture(1))
	b.keepContent(ours(2))
	b.clock = b.clock.AddDate(0, 0, 40)
	if sum := b.apply(); sum.Purged != 1 || sum.Errors != 0 {
		t.Errorf("got %+v", sum)
	}
	if p, _ := b.plan(); len(p.Purge) != 0 {
		t.Errorf("it is due again: %s", p)
	}
}

func TestWhoNamesAFolderPurgesOnlyWhatWasInIt(t *testing.T) {
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	inside := "/data/root/sub/" + ours(2)[len("/data/root/"):]
	b.put(inside, picture(2))
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	p, _, err := b.sweeping(b.named("home", true, "/data/root/sub")).PlanPurge(t.Context(), func(sweeper.Binned) bool { return true })
	if err != nil || len(p.Purge) != 1 || p.Purge[0].Entry.Path != inside {
		t.Errorf("would purge %q, %v", b.purges(p), err)
	}
}
