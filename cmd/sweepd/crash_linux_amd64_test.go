package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sweepd/internal/crashtest"
)

// killed runs the program until its nth file-changing system call.
func (w *world) killed(n int, args ...string) crashtest.Result {
	w.Helper()
	r, err := crashtest.Run(w.command(args...), func(c crashtest.Call) crashtest.Fate { return crashtest.Fate{Kill: c.N == n} })
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// points is which steps to stop at: every SWEEPD_CRASH_STRIDE-th, every third
// where it does not say; on a slow disk all of them take most of an hour.
func points(t *testing.T) int {
	t.Helper()
	stride := 3
	if s := os.Getenv("SWEEPD_CRASH_STRIDE"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("SWEEPD_CRASH_STRIDE=%s is not a number from 1", s)
		}
		stride = n
	}
	return stride
}

func TestApplyKilledAtAnyStepLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	stride, binary := points(t), build(t)
	for n := 1; ; n += stride {
		w := newWorld(t, binary)
		r := w.killed(n, "apply", "--yes")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("apply: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.eachOnce(when)
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			t.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		trashed := w.eachOnce(when + ", then applied")
		if trashed != 3 {
			t.Errorf("%s, then applied: %d in the trash, want 3", when, trashed)
		}
		w.recordIsTrue(when, trashed)
		w.doneOnce(when)
		if !r.Killed {
			t.Logf("apply is through after %d steps", r.Calls)
			return
		}
	}
}

func TestUndoKilledAtAnyStepLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	stride, binary := points(t), build(t)
	for n := 1; ; n += stride {
		w := newWorld(t, binary)
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			t.Fatalf("apply: %d\n%s%s", status, out, errs)
		}
		r := w.killed(n, "undo", "1")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("undo: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.eachOnce(when)
		// The rest of run 1 is brought back, or there is nothing left to bring
		// back and only the record to complete.
		if status, out, errs := w.run("undo", "1"); status != 0 && status != exitUsage {
			t.Fatalf("%s: the next undo: %d\n%s%s", when, status, out, errs)
		}
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			t.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		if trashed := w.eachOnce(when + ", then undone"); trashed != 0 {
			t.Errorf("%s, then undone: %d in the trash, want 0: what was brought back is kept", when, trashed)
		}
		w.recordIsTrue(when, 0)
		w.doneOnce(when)
		if !r.Killed {
			t.Logf("undo is through after %d steps", r.Calls)
			return
		}
	}
}

// bins makes worlds whose pictures are in the trash and due to be purged.
// Because a second has to pass for that, many are made together.
type bins struct {
	binary string
	made   []*world
}

func (b *bins) next(t *testing.T) *world {
	t.Helper()
	for len(b.made) == 0 || len(b.made) < 16 && !t.Failed() && b.made[0].due() != 3 {
		w := newWorld(t, b.binary)
		w.write(".config/sweepd/policy.yaml", []byte(worldPolicy+"trash: {ours: 1s}\n"))
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			t.Fatalf("apply: %d\n%s%s", status, out, errs)
		}
		b.made = append(b.made, w)
	}
	w := b.made[0]
	b.made = b.made[1:]
	for range 2000 {
		if w.due() == 3 {
			return w
		}
	}
	t.Fatal("nothing is ever due")
	return nil
}

// due is how many files in the trash may be purged now.
func (w *world) due() int {
	w.Helper()
	_, out, _ := w.run("trash", "purge", "--json")
	return strings.Count(out, `"due":true`)
}

func TestPurgeKilledAtAnyStepIsCompletedByTheNextOne(t *testing.T) {
	stride, binned := points(t), &bins{binary: build(t)}
	for n := 1; ; n += stride {
		w := binned.next(t)
		r := w.killed(n, "trash", "purge", "--apply")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("purge: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.noneTwice(when)
		if status, out, errs := w.run("trash", "purge", "--apply"); status != 0 {
			t.Fatalf("%s: the next purge: %d\n%s%s", when, status, out, errs)
		}
		if left := w.noneTwice(when + ", then purged"); left != 1 {
			t.Errorf("%s, then purged: %d files are left, want the one that was never trashed", when, left)
		}
		w.recordIsTrue(when, 0)
		w.purgedOnce(when)
		if !r.Killed {
			t.Logf("purge is through after %d steps", r.Calls)
			return
		}
	}
}

// noneTwice checks that no file is in two places, and returns how many are in
// one.
func (w *world) noneTwice(when string) (left int) {
	w.Helper()
	places := w.places()
	for name, content := range w.files {
		n := places[string(content)]
		if n > 1 || n == 0 && name == "Downloads/holiday.png" {
			w.Errorf("%s: %s is in %d places", when, name, n)
		}
		left += n
	}
	return left
}

// purgedOnce checks that the history has exactly one done purge of every file
// that was in the trash.
func (w *world) purgedOnce(when string) {
	w.Helper()
	done := w.history("purge")
	for name := range w.files {
		if n := done[filepath.Join(w.home, name)]; n != 1 && name != "Downloads/holiday.png" {
			w.Errorf("%s: the history purges %s %d times", when, name, n)
		}
	}
}
