package journal

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// sized returns a trash operation of that size in a storage.
func sized(storage, name string, size int64) providers.Op {
	op := trashOf(file(name, "1"))
	op.Storage, op.Entry.Size = storage, size
	return op
}

func TestSpentIsWhatWasTakenAndNotGivenBack(t *testing.T) {
	j := newJournal(t)
	did(t, j, sized("home", "before", 1000), "before")
	run := must(j.BeginRun(t.Context(), "apply", ""))(t)
	since := must(j.Run(t.Context(), run))(t).Began
	did(t, j, sized("home", "a", 1), "a")
	did(t, j, sized("home", "b", 2), "b")
	did(t, j, sized("home", "c", 4), "c")
	must(j.Begin(t.Context(), sized("home", "open", 8)))(t)
	failed := must(j.Begin(t.Context(), sized("home", "failed", 16)))(t)
	if err := j.End(t.Context(), failed, providers.Outcome{Err: providers.ErrBusy}); err != nil {
		t.Fatal(err)
	}
	did(t, j, sized("drive", "d", 32), "d")
	about := func(kind providers.OpKind, name string, size int64) providers.Op {
		op := sized("home", name, size)
		op.Kind, op.Receipt = kind, providers.Receipt(name)
		return op
	}
	did(t, j, about(providers.OpRestore, "b", 2), "b")
	did(t, j, about(providers.OpPurge, "c", 4), "c")
	did(t, j, about(providers.OpPurge, "of another program", 64), "of another program")
	must(j.Begin(t.Context(), about(providers.OpRestore, "a", 1)))(t) // not done yet
	now := noon.AddDate(2, 0, 0)
	equal(t, "trashed", must(j.Usage(t.Context(), since, now))(t).Trash,
		map[string]Amount{"home": {3, 1 + 4 + 8}, "drive": {1, 32}})
	equal(t, "trashed ever", must(j.Usage(t.Context(), time.Time{}, now))(t).Trash,
		map[string]Amount{"home": {4, 1 + 4 + 8 + 1000}, "drive": {1, 32}})
	equal(
		t,
		"purged",
		must(j.Usage(t.Context(), since, now))(t).Purge,
		map[string]Amount{"home": {2, 4 + 64}},
	)
	equal(t, "trashed later",
		must(j.Usage(t.Context(), noon.AddDate(1, 0, 0), now))(t).Trash, map[string]Amount{})
	last := gather(t, j.Operations(t.Context(), Filter{Storage: "drive"}))[0].Began
	equal(t, "trashed at that very time", must(j.Usage(t.Context(), last, now))(t).Trash,
		map[string]Amount{"drive": {1, 32}})
	if err := whole(t.Context(), j); err != nil {
		t.Error(err)
	}
}

func TestDaysWithoutARunThatAppliesAreNotCounted(t *testing.T) {
	now := noon
	j := openNow(t, newPath(t), func() time.Time { return now })
	defer j.Close()
	day := func(date int, kind string, files int) {
		t.Helper()
		now = time.Date(2026, 11, date, 23, 59, 59, 0, time.UTC)
		run := must(j.BeginRun(t.Context(), kind, ""))(t)
		now = now.Add(time.Hour) // the run continues into the next day
		for i := range files {
			op := trashOf(file(fmt.Sprintf("%d-%d", date, i), "1"))
			op.Cause.Run = run
			did(t, j, op, providers.Receipt(op.Entry.Ref))
			op.Kind, op.Receipt = providers.OpRestore, providers.Receipt(op.Entry.Ref)
			did(t, j, op, op.Receipt)
			must(j.Begin(t.Context(), trashOf(file("open", "1"))))(t)
		}
	}
	day(1, "apply", 9)
	day(2, "apply", 3)
	day(2, "apply", 4)
	day(3, "scan", 0)
	day(4, "apply", 0)
	day(5, "undo", 2)
	day(6, "apply", 5)
	day(7, "apply", 9)
	on := func(date int) time.Time { return time.Date(2026, 11, date, 0, 0, 0, 0, time.UTC) }
	equal(t, "days", must(j.TrashedByDay(t.Context(), on(2), on(7)))(t), []int{7, 0, 5})
	equal(t, "no days", len(must(j.TrashedByDay(t.Context(), on(20), on(30)))(t)), 0)
	equal(t, "from the beginning", must(j.TrashedByDay(t.Context(), time.Time{}, on(3)))(t), []int{9, 7})
}

func TestATemporaryJournalDoesEverythingAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Chdir(dir)
	j := must(OpenTemporary(t.Context(), Options{Now: clock()}))(t)
	other := must(OpenTemporary(t.Context(), Options{Now: clock()}))(t)
	defer other.Close()
	run := must(j.BeginRun(t.Context(), "scan", ""))(t)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for i := range 2*pageSize + flushAt {
		if err := s.Put(t.Context(), file(fmt.Sprint(i), "1"), proven()); err != nil {
			t.Fatal(err)
		}
	}
	release := must(j.Lease(t.Context(), "home", "scan"))(t)
	for _, err := range []error{
		s.Save(t.Context(), "next", true), j.SetOverride(t.Context(), file("1", "1"), Keep),
		j.EndRun(t.Context(), run, nil, nil), whole(t.Context(), j), release(),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	n := 0
	for r, err := range j.Records(t.Context(), "home", 1) { // and the journal is written to in the meantime
		if err != nil {
			t.Fatal(err)
		}
		n += int(must(j.Mark(t.Context(), "home", []providers.Entry{r.Entry}, noon))(t))
	}
	equal(t, "marked", n, 2*pageSize+flushAt)
	equal(t, "in another", len(must(other.Runs(t.Context(), 9))(t)), 0)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if _, err := j.Runs(t.Context(), 1); err == nil {
		t.Error("after Close: got nil, want an error")
	}
	equal(t, "files", len(must(os.ReadDir(dir))(t)), 0)
}

func TestATemporaryJournalNeedsAClock(t *testing.T) {
	if _, err := OpenTemporary(t.Context(), Options{}); err == nil {
		t.Error("got no error")
	}
}
