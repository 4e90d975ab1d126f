package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// killed runs the program until its nth file-changing system call.
func (w *World) killed(n int, args ...string) crashtest.Result {
	w.Helper()
	r, err := crashtest.Run(w.Command(args...),
		func(c crashtest.Call) crashtest.Fate { return crashtest.Fate{Kill: c.N == n} })
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// killStride is how many steps apart the program is killed in one run of the tests. All steps of the three loops take
// some ten minutes.
const killStride = 48

func TestApplyKilledAtAnyStepLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	t.Parallel()
	binary := Build(t)
	for n := range rotation.New(t, killStride).Steps() {
		w := NewWorld(t, binary)
		r := w.killed(n, "apply", "--yes")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("apply: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.EachOnce(when)
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			t.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		trashed := w.EachOnce(when + ", then applied")
		if trashed != 3 {
			t.Errorf("%s, then applied: %d in the trash, want 3", when, trashed)
		}
		w.RecordIsTrue(when, trashed)
		w.DoneOnce(when)
		if !r.Killed {
			t.Logf("apply is through after %d steps", r.Calls)
			return
		}
	}
}

func TestUndoKilledAtAnyStepLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	t.Parallel()
	binary := Build(t)
	for n := range rotation.New(t, killStride).Steps() {
		w := NewWorld(t, binary)
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			t.Fatalf("apply: %d\n%s%s", status, out, errs)
		}
		r := w.killed(n, "undo", "1")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("undo: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.EachOnce(when)
		// The rest of run 1 is brought back, or there is nothing left to bring
		// back and only the record to complete.
		if status, out, errs := w.Run("undo", "1"); status != 0 && status != exitUsage {
			t.Fatalf("%s: the next undo: %d\n%s%s", when, status, out, errs)
		}
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			t.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		if trashed := w.EachOnce(when + ", then undone"); trashed != 0 {
			t.Errorf("%s, then undone: %d in the trash, want 0: what was restored is kept", when, trashed)
		}
		w.RecordIsTrue(when, 0)
		w.DoneOnce(when)
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
	made   []*World
}

func (b *bins) next(t *testing.T) *World {
	t.Helper()
	for len(b.made) == 0 || len(b.made) < 16 && !t.Failed() && b.made[0].due() != 3 {
		w := NewWorld(t, b.binary)
		w.Write(".config/sweepd/policy.yaml", []byte(Policy+"trash: {ours: 1s}\n"))
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
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
func (w *World) due() int {
	w.Helper()
	_, out, _ := w.Run("trash", "purge", "--json")
	return strings.Count(out, `"due":true`)
}

func TestPurgeKilledAtAnyStepIsCompletedByTheNextOne(t *testing.T) {
	t.Parallel()
	binned := &bins{binary: Build(t)}
	for n := range rotation.New(t, killStride).Steps() {
		w := binned.next(t)
		r := w.killed(n, "trash", "purge", "--apply")
		if !r.Killed && r.Exit != 0 {
			t.Fatalf("purge: %d\n%s%s", r.Exit, r.Stdout, r.Stderr)
		}
		when := fmt.Sprintf("killed at step %d", n)
		w.noneTwice(when)
		if status, out, errs := w.Run("trash", "purge", "--apply"); status != 0 {
			t.Fatalf("%s: the next purge: %d\n%s%s", when, status, out, errs)
		}
		if left := w.noneTwice(when + ", then purged"); left != 1 {
			t.Errorf("%s, then purged: %d files are left, want the one that was never trashed", when, left)
		}
		w.RecordIsTrue(when, 0)
		w.purgedOnce(when)
		if !r.Killed {
			t.Logf("purge is through after %d steps", r.Calls)
			return
		}
	}
}

// noneTwice checks that no file is in two places, and returns how many are in
// one.
func (w *World) noneTwice(when string) (left int) {
	w.Helper()
	places := w.Places()
	for name, content := range w.Files {
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
func (w *World) purgedOnce(when string) {
	w.Helper()
	done := w.History()["purge"]
	for name := range w.Files {
		if n := done[filepath.Join(w.Home, name)]; n != 1 && name != "Downloads/holiday.png" {
			w.Errorf("%s: the history purges %s %d times", when, name, n)
		}
	}
}
