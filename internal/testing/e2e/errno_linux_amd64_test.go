package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// errnos are the errors of a disk that is full, broken, forbidden or read-only, and of a process that has reached a
// limit of the system.
var errnos = []syscall.Errno{unix.ENOSPC, unix.EIO, unix.EACCES, unix.EROFS, unix.EMFILE, unix.ENOMEM}

// errnoStride is how many calls apart one fails in one run of the tests. All calls of the three loops take half an
// hour.
const errnoStride = 512

// failed runs the program and makes its nth call about a file of the home fail. The program has to end by itself, with
// any message.
func (w *World) failed(n int, errno syscall.Errno, args ...string) (r crashtest.Result, call string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 5*time.Minute) // a run takes a quarter of a second
	defer cancel()
	plain := w.Command(args...)
	cmd := exec.CommandContext(ctx, plain.Path, args...)
	cmd.Env, cmd.Dir = plain.Env, plain.Dir
	r, err := crashtest.RunBelow(cmd, w.Home, func(c crashtest.Call) crashtest.Fate {
		if c.N != n {
			return crashtest.Fate{}
		}
		call = c.Name
		return crashtest.Fate{Errno: errno, Last: true}
	})
	if err != nil {
		w.Fatal(err)
	}
	// is seen if the test fails
	w.Logf("%v: call %d (%s): %v; then exit %d\n%s%s", args, n, call, errno, r.Exit, r.Stdout, r.Stderr)
	if r.Exit < 0 || r.Exit == 2 && regexp.MustCompile(`(?m)^goroutine \d+ `).MatchString(r.Stderr) {
		w.Fatal("it hung, crashed, or was ended by a signal")
	}
	return r, call
}

// atEveryCall has each call fail by each errno, in worlds of their own, until
// none is left to fail. worlds makes what makes the worlds for one errno.
func atEveryCall(
	t *testing.T, worlds func(t *testing.T, binary string) func(*testing.T) *World,
	try func(w *World, n int, errno syscall.Errno) (call string),
) {
	t.Parallel()
	binary := Build(t)
	for _, errno := range errnos {
		t.Run(unix.ErrnoName(errno), func(t *testing.T) {
			t.Parallel()
			steps := rotation.New(t, errnoStride) // another slice for each errno
			next := worlds(t, binary)
			for n := range steps.Steps() {
				call := ""
				t.Run(strconv.Itoa(n), func(t *testing.T) { call = try(next(t), n, errno) })
				if call == "" {
					t.Logf("the program is through before call %d", n)
					return
				}
			}
		})
	}
}

// fresh makes worlds in which nothing was done yet.
func fresh(_ *testing.T, binary string) func(*testing.T) *World {
	return func(t *testing.T) *World { return NewWorld(t, binary) }
}

// binned makes worlds whose pictures are in the trash and due.
func binned(all *testing.T, binary string) func(*testing.T) *World {
	b := &bins{binary: binary}
	return func(t *testing.T) *World {
		w := b.next(all) // which makes those too that come after t
		w.T = t
		return w
	}
}

// said returns the number in the program's own summary for the action did.
func said(r crashtest.Result, did string) int {
	m := regexp.MustCompile(`(?m)^run \d+: .*` + did + ` (\d+) files?\b`).FindStringSubmatch(r.Stdout)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // digits
	return n
}

func TestApplyWithAnyCallFailingLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	atEveryCall(t, fresh, func(w *World, n int, errno syscall.Errno) string {
		r, call := w.failed(n, errno, "apply", "--yes")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if trashed := w.EachOnce(when); said(r, "moved") > trashed || call == "" && trashed != 3 {
			w.Errorf("%s: %d are in the trash, more were said to be", when, trashed)
		}
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			w.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		trashed := w.EachOnce(when + ", then applied")
		if trashed != 3 {
			w.Errorf("%s, then applied: %d in the trash, want 3", when, trashed)
		}
		w.RecordIsTrue(when, trashed)
		w.DoneOnce(when)
		return call
	})
}

func TestUndoWithAnyCallFailingLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	atEveryCall(t, fresh, func(w *World, n int, errno syscall.Errno) string {
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			w.Fatalf("apply: %d\n%s%s", status, out, errs)
		}
		r, call := w.failed(n, errno, "undo", "1")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if trashed := w.EachOnce(when); said(r, "restored") > 3-trashed || call == "" && trashed != 0 {
			w.Errorf("%s: %d are in the trash, fewer were said to be", when, trashed)
		}
		if status, out, errs := w.Run("undo", "1"); status != 0 && status != exitUsage {
			w.Fatalf("%s: the next undo: %d\n%s%s", when, status, out, errs)
		}
		if status, out, errs := w.Run("apply", "--yes"); status != 0 {
			w.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		if trashed := w.EachOnce(when + ", then undone"); trashed != 0 {
			w.Errorf("%s, then undone: %d in the trash, want 0: what was restored is kept", when, trashed)
		}
		w.RecordIsTrue(when, 0)
		w.DoneOnce(when)
		return call
	})
}

func TestPurgeWithAnyCallFailingIsCompletedByTheNextOne(t *testing.T) {
	atEveryCall(t, binned, func(w *World, n int, errno syscall.Errno) string {
		r, call := w.failed(n, errno, "trash", "purge", "--apply")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if left := w.noneTwice(when); said(r, "deleted") > 4-left || call == "" && left != 1 {
			w.Errorf("%s: %d files are left, fewer were said to be", when, left)
		}
		if status, out, errs := w.Run("trash", "purge", "--apply"); status != 0 {
			w.Fatalf("%s: the next purge: %d\n%s%s", when, status, out, errs)
		}
		if left := w.noneTwice(when + ", then purged"); left != 1 {
			w.Errorf("%s, then purged: %d files are left, want the one that was never trashed", when, left)
		}
		w.RecordIsTrue(when, 0)
		w.purgedOnce(when)
		return call
	})
}
