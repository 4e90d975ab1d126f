package main

import (
	"fmt"
	"os"
	"strconv"
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

// points is which steps to stop at: all, or every SWEEPD_CRASH_STRIDE-th.
func points(t *testing.T) int {
	t.Helper()
	stride := 1
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
		r := w.killed(n, "apply")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("apply: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.eachOnce(when)
		if status, out, errs := w.run("apply"); status != 0 {
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
		if status, out, errs := w.run("apply"); status != 0 {
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
		if status, out, errs := w.run("apply"); status != 0 {
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
