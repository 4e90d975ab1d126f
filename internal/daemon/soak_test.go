package daemon

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
)

// TestTwoYearsInAService runs the service through days in which files come and go, users undo, clocks jump, machines
// sleep and services fail, and checks the program's promises. SWEEPD_SOAK_DAYS is the number of days.
func TestTwoYearsInAService(t *testing.T) { // alone, because it measures the heap
	days := 28
	if text := os.Getenv("SWEEPD_SOAK_DAYS"); text != "" {
		var err error
		if days, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		var early, late int64
		for day := range days {
			w.day(day, days)
			w.check()
			switch day {
			case days / 4:
				early = w.held()
			case days - 1:
				late = w.held()
			}
		}
		if err := w.end(); err != nil {
			t.Error(err)
		}
		w.account(days)
		t.Logf("%d days, %d files: the service holds %d kB after a quarter, %d kB at the end",
			days, w.serial, early>>10, late>>10)
		if late-early > 1<<20 {
			t.Errorf("what the service holds grew by %d bytes", late-early)
		}
	})
}

// held returns how many bytes of the heap the running service holds, without the files, the log and the reports that
// the test itself collects. The service is restarted.
func (w *world) held() int64 {
	w.Helper()
	with := heap()
	if err := w.end(); err != nil {
		w.Error(err)
	}
	without := heap()
	w.start()
	return with - without
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// check holds what must be true at every moment.
func (w *world) check() {
	w.Helper()
	for key := range w.mine {
		account, path := split(key)
		if _, there := w.accounts[account].Content(path); !there {
			w.Fatalf("a person's own file is gone: %s", key)
		}
	}
	for key := range w.undone {
		account, path := split(key)
		if _, there := w.accounts[account].Content(path); !there {
			w.Fatalf("what was restored went again: %s", key)
		}
	}
	for key, put := range w.put {
		account, path := split(key)
		if _, there := w.accounts[account].Content(path); there {
			continue
		}
		if age := w.trueTime().Sub(put.at); age < 7*24*time.Hour {
			w.Fatalf("%s went after %s, before its grace was over", key, age)
		}
		delete(w.put, key)
	}
}

// account holds what must be true of the whole: that what was due went, that
// every deletion is in the summary of one run, and that no day had more than its
// limits.
func (w *world) account(days int) {
	w.Helper()
	old := 0
	for key, put := range w.put {
		account, path := split(key)
		if _, there := w.accounts[account].Content(path); there && !w.undone[key] &&
			w.trueTime().Sub(put.due()) > 12*24*time.Hour {
			old++
			if old < 5 {
				w.Errorf("%s is there since %s, dated %s", key, put.at, put.dated)
			}
		}
	}
	told := map[int64]int{}
	for _, r := range w.runs() {
		told[r.ID]++
	}
	if w.Failed() {
		for _, r := range w.runs()[max(len(w.runs())-6, 0):] {
			w.Log(r.Text(language.Printer{}, false))
		}
	}
	paths, err := app.FindPaths(w.getenv)
	if err != nil {
		w.Fatal(err)
	}
	j, err := journal.Open(context.Background(), paths.Journal(), journal.Options{Now: w.now})
	if err != nil {
		w.Fatal(err)
	}
	defer j.Close()
	trashed, purged := 0, 0
	var began []time.Time
	for op, err := range j.Operations(context.Background(), journal.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		if op.State() != "done" || op.Op.Kind == providers.OpRestore {
			continue
		}
		if n := told[op.Op.Cause.Run]; n != 1 {
			w.Errorf("%s of %s: its run %d was told %d times", op.Op.Kind, op.Op.Entry.Path, op.Op.Cause.Run, n)
		}
		switch op.Op.Kind {
		case providers.OpTrash:
			trashed++
			began = append(began, op.Began)
		case providers.OpPurge:
			purged++
			if op.Op.Storage == "box" {
				w.Errorf("%s was purged, and its account says never", op.Op.Entry.Path)
			}
		}
	}
	slices.SortFunc(began, time.Time.Compare)
	for i := range began {
		if i >= soakLimit && began[i].Sub(began[i-soakLimit]) < 24*time.Hour {
			w.Errorf("%d files went to the trash within %s", soakLimit+1, began[i].Sub(began[i-soakLimit]))
		}
	}
	if days >= 60 && (trashed < days || purged == 0) {
		w.Errorf("only %d files went to the trash and %d were purged", trashed, purged)
	}
	p, err := policyfile.Parse("policy.yaml", []byte(soakPolicy), policyfile.ParseOptions{})
	if err != nil || p.Limits.Files != soakLimit {
		w.Errorf("the policy has another limit than this test thinks: %v", err)
	}
	w.Logf("%d runs, %d files to the trash, %d purged, %d restored", len(told), trashed, purged, len(w.undone))
}
