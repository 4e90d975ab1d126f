package sweeper_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

func remoteBin(t *testing.T) (*box, *c2patest.Signer) {
	b, s := remoteBox(t, strings.Replace(remoteRules, "trash: {ours: 30d}", "trash: {ours: 30d, matching: 20d}", 1))
	b.account.Undated()
	return b, s
}

// bin returns the entries of the bins, with the reason why each is due or not.
func (b *box) bin() map[string]sweeper.TrashEntry {
	b.Helper()
	all := map[string]sweeper.TrashEntry{}
	if _, err := b.sweeper().Bins(b.Context(), func(e sweeper.TrashEntry) { all[e.Trashed.Path] = e }); err != nil {
		b.Fatal(err)
	}
	return all
}

func TestWhereABinKeepsNoDatesAgeCountsFromWhenSweepdFirstSawAnEntry(t *testing.T) {
	t.Parallel()
	b, s := remoteBin(t)
	genuine, _ := signed(s, 1)
	b.discard("/data/root/a.png", genuine, 400)
	for _, look := range []struct {
		day int
		due bool
	}{{0, false}, {19, false}, {21, true}} {
		b.clock = time.Date(2026, 11, 23+look.day, 12, 0, 0, 0, time.UTC)
		e := b.bin()["/data/root/a.png"]
		if e.Due != look.due || look.day > 0 && e.Why.String() != "sweepd first saw it there on 2026-11-23" {
			t.Errorf("after %d days: got %+v, want due: %v", look.day, e, look.due)
		}
	}
	if sum := b.apply(); sum.Purged != 1 {
		t.Errorf("got %+v, want it purged", sum)
	}
	b.binIs()
}

func TestOnlyAWholeListingOfTheBinForgetsAnEntrysDate(t *testing.T) {
	t.Parallel()
	b, s := remoteBin(t)
	genuine, _ := signed(s, 1)
	b.discard("/data/root/a.png", genuine, 0)
	b.discard("/data/root/b.png", genuine, 0)
	var emptied []sweeper.TrashEntry
	b.bin()
	b.clock = b.clock.AddDate(0, 0, 15)
	for _, e := range b.bin() {
		if e.Trashed.Path == "/data/root/b.png" {
			emptied = append(emptied, e)
		}
	}
	if _, err := providertest.NewMemory(b.account).Restore(t.Context(), emptied[0].Trashed.Receipt); err != nil {
		t.Fatal(err)
	}
	b.bin() // sees that b is gone
	b.account.Person("/data/root/b.png", b.clock)
	b.bin()
	b.clock = b.clock.AddDate(0, 0, 10)
	b.fail(providertest.Fault{Method: "Trashed", Nth: 1, Err: errors.New("connection reset")})
	b.bin() // lists nothing that is not there
	b.fail()
	bin := b.bin()
	if a := bin["/data/root/a.png"]; !a.Due || a.PurgeReason != sweeper.PurgeReasonMatching ||
		a.Why.String() != "sweepd first saw it there on 2026-11-23" {
		t.Errorf("a: got %+v, want it due", a)
	}
	if other := bin["/data/root/b.png"]; other.Due {
		t.Errorf("b: got %+v, want it not due", other)
	}
}

func TestADoubtedClockDatesNoEntryOfABin(t *testing.T) {
	t.Parallel()
	b, s := remoteBin(t)
	genuine, _ := signed(s, 1)
	b.boot, b.up = "1", time.Hour
	b.put("/data/root/x.png", genuine)
	b.apply() // a run to trust the clock by
	b.discard("/data/root/a.png", genuine, 0)
	b.clock = b.clock.AddDate(-1, 0, 0)
	if e := b.bin()["/data/root/a.png"]; e.Due || !e.Trashed.Since.IsZero() {
		t.Errorf("got %+v, want no date", e)
	}
	b.clock = b.clock.AddDate(1, 0, 0)
	if e := b.bin()["/data/root/a.png"]; e.Due || e.Trashed.Since != b.clock {
		t.Errorf("got %+v, want it dated today", e)
	}
}

func TestARemoteBinsHeadersAreReadOnceAndAllOfItToBePurged(t *testing.T) {
	t.Parallel()
	b, s := remoteBin(t)
	genuine, edited := signed(s, 1)
	b.discard("/data/root/a.png", genuine, 0)
	b.discard("/data/root/b.png", edited, 0)
	b.discard("/data/root/photo.png", c2patest.PlainPNG(300, 300, 2), 0)
	b.bin()
	read := b.account.BytesRead()
	if read > 100_000 {
		t.Errorf("listing the bin read %d bytes", read)
	}
	b.clock = b.clock.AddDate(0, 0, 25)
	p, _ := b.plan()
	if got := b.purges(p); !slices.Equal(got, []string{"matching a.png", "matching b.png"}) {
		t.Fatalf("would purge %q", got)
	}
	if got := b.account.BytesRead() - read; got != 0 {
		t.Errorf("planning read %d bytes of what is known", got)
	}
	sum := b.execute(p)
	if sum.Purged != 1 || sum.Refused != 1 {
		t.Errorf("got %+v; want the genuine one purged and the edited one refused", sum)
	}
	if got, want := b.account.BytesRead()-read, int64(len(genuine)+len(edited)); got != want {
		t.Errorf("purging read %d bytes, want the %d of what was planned", got, want)
	}
	b.binIs("/data/root/b.png", "/data/root/photo.png")
	if p, _ := b.plan(); len(p.Purge) != 0 {
		t.Errorf("offered again: %q", b.purges(p))
	}
}
