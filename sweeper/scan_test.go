package sweeper_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func (b *box) scan(all bool) ([]sweeper.Found, *sweeper.Summary) {
	b.Helper()
	var found []sweeper.Found
	sum, err := b.sweeper().Scan(b.Context(),
		sweeper.ScanOptions{All: all, Each: func(f sweeper.Found) { found = append(found, f) }})
	if err != nil {
		b.Fatal(err)
	}
	return found, sum
}

func TestAScanFindsWhatMatchesAndSaysWhatThePolicyWould(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put("/data/root/holiday.png", picture(2))
	b.put("/data/root/notes.png", []byte("no picture"))
	found, sum := b.scan(false)
	if len(found) != 1 || found[0].Entry.Path != ours(1) || found[0].Verdict.Confidence != fingerprint.Likely ||
		found[0].Decision.Action != policy.Trash {
		t.Errorf("found %+v", found)
	}
	if sum.Seen != 3 || sum.Images != 2 || sum.Matched != 1 || sum.Errors != 0 || sum.ByAction["trash"] != 1 ||
		sum.BytesRead == 0 {
		t.Errorf("got %+v", sum)
	}
	b.binIs()
	if all, _ := b.scan(true); len(all) != 2 {
		t.Errorf("with All: got %d files, want the 2 images", len(all))
	}
}

func TestASecondScanReadsNothingAndSaysTheSame(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for i := range 20 {
		b.put(ours(i), picture(byte(i)))
		b.put(fmt.Sprintf("/data/root/%d.png", i), picture(byte(i)))
		b.put(fmt.Sprintf("/data/root/%d", i), []byte("text"))
	}
	first, sum1 := b.scan(false)
	second, sum2 := b.scan(false)
	if b.driver.Calls("ReadRange"); sum2.BytesRead != 0 {
		t.Errorf("read %d bytes again", sum2.BytesRead)
	}
	if sum1.Images != sum2.Images || sum1.Matched != 20 || sum2.Matched != 20 || sum2.Seen != 60 {
		t.Errorf("first %+v, second %+v", sum1, sum2)
	}
	key := func(f sweeper.Found) string { return fmt.Sprint(f.Entry.Path, f.Verdict, f.Decision) }
	a, c := make([]string, 0), make([]string, 0)
	for i := range first {
		a, c = append(a, key(first[i])), append(c, key(second[i]))
	}
	slices.Sort(a)
	slices.Sort(c)
	if !slices.Equal(a, c) {
		t.Errorf("first %q, second %q", a, c)
	}
}

func TestAChangedFileIsExaminedAgain(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put("/data/root/a.png", picture(1))
	b.scan(false)
	b.put("/data/root/a.png", picture(2))
	if _, sum := b.scan(false); sum.BytesRead == 0 {
		t.Error("the verdict on other bytes was taken for this one's")
	}
}

func TestAPartialListingForgetsNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.scan(false)
	b.fail(providertest.Fault{Method: "Changes", Nth: 1, Err: errors.New("connection reset")})
	_, sum := b.scan(false)
	if !sum.Partial || sum.Errors != 1 || sum.Problems[0].Doing != "list" {
		t.Errorf("got %+v, want a partial scan with its problem", sum)
	}
	b.fail()
	if _, sum := b.scan(false); sum.BytesRead != 0 || sum.Matched != 2 {
		t.Errorf("got %+v, want both known still", sum)
	}
}

func TestAListingOfAPartForgetsNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t, graceful)
	b.put(ours(1), picture(1))
	b.apply() // its grace begins
	st, err := providers.NewStorage("home", b.driver, providers.Options{Part: true})
	if err != nil {
		t.Fatal(err)
	}
	other, err := sweeper.New(sweeper.Options{
		Policy: b.policy, Journal: b.journal, Storages: []*providers.Storage{st}, Classifier: fingerprint.New(),
		Now: b.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.account.Person(ours(1), b.clock) // not in the part that is listed
	b.put(ours(2), picture(2))
	if _, err := other.Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for rec, err := range b.journal.Records(t.Context(), "home", fingerprint.Version) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Entry.Path == ours(1) && !rec.Marked.IsZero() {
			n++
		}
	}
	if n != 1 {
		t.Error("the grace of a file outside the part was forgotten")
	}
}

func TestAPlaceThatCannotBeListedIsNamedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.fail(providertest.Fault{
		Method: "Changes",
		Nth:    2,
		Err:    &providers.UnlistedError{Path: "/data/root/locked", Err: errors.New("permission denied")},
	})
	_, sum := b.scan(false)
	if sum.Matched != 1 || sum.Errors != 1 || sum.Problems[0].Path != "/data/root/locked" || !sum.Partial {
		t.Errorf("got %+v", sum)
	}
}

func TestAFileThatCannotBeReadIsAProblemAndNoVerdict(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "ReadRange", Nth: 1, Err: errors.New("input/output error")})
	b.put(ours(1), picture(1))
	found, sum := b.scan(true)
	if len(found) != 0 || sum.Failed != 1 || sum.Errors != 1 || sum.Problems[0].Path != ours(1) {
		t.Errorf("found %v, %+v", found, sum)
	}
	if _, sum := b.scan(false); sum.Matched != 1 {
		t.Errorf("the next scan: got %+v, want it examined", sum)
	}
}

func TestAFileThatChangesUnderTheExaminationIsLeftForTheNextScan(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules, providertest.Fault{Method: "ReadRange", Nth: 1, Err: providers.ErrChanged})
	b.put(ours(1), picture(1))
	if found, sum := b.scan(true); len(found) != 0 || sum.Errors != 0 {
		t.Errorf("found %v, %+v; want nothing said", found, sum)
	}
}

func TestAKeptFileIsKeptWhateverThePolicySays(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	found, _ := b.scan(false)
	if err := b.journal.SetOverride(t.Context(), found[0].Entry, journal.Keep); err != nil {
		t.Fatal(err)
	}
	if found, _ = b.scan(false); found[0].Decision.Action != policy.Keep {
		t.Errorf("got %+v, want keep", found[0].Decision)
	}
	b.clock = b.clock.Add(time.Hour)
	b.put(ours(1), picture(9)) // the decision was on the earlier bytes
	if found, _ = b.scan(false); found[0].Decision.Action != policy.Trash {
		t.Errorf("got %+v, want trash", found[0].Decision)
	}
}
