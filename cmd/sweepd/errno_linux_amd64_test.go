package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sweepd/internal/crashtest"
)

// errnos are what a disk says that is full, broken, forbidden or read-only, and
// a system of which a process has got all that it may have.
var errnos = []syscall.Errno{unix.ENOSPC, unix.EIO, unix.EACCES, unix.EROFS, unix.EMFILE, unix.ENOMEM}

// ordinaryStride is which calls fail where SWEEPD_CRASH_STRIDE does not say it:
// all of them take half an hour.
const ordinaryStride = 43

// failed runs the program and has its nth call about a file of the home fail.
// The program has to end by itself, whatever it says.
func (w *world) failed(n int, errno syscall.Errno, args ...string) (r crashtest.Result, call string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute) // a run takes a quarter of a second
	defer cancel()
	plain := w.command(args...)
	cmd := exec.CommandContext(ctx, plain.Path, args...)
	cmd.Env, cmd.Dir = plain.Env, plain.Dir
	r, err := crashtest.RunBelow(cmd, w.home, func(c crashtest.Call) crashtest.Fate {
		if c.N != n {
			return crashtest.Fate{}
		}
		call = c.Name
		return crashtest.Fate{Errno: errno}
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Logf("%v: call %d (%s): %v; then exit %d\n%s%s", args, n, call, errno, r.Exit, r.Stdout, r.Stderr) // is seen if the test fails
	if r.Exit < 0 || r.Exit == 2 && regexp.MustCompile(`(?m)^goroutine \d+ `).MatchString(r.Stderr) {
		w.Fatal("it hung, crashed, or was ended by a signal")
	}
	return r, call
}

// atEveryCall has each call fail by each errno, in worlds of their own, until
// none is left to fail. worlds makes what makes the worlds for one errno.
func atEveryCall(t *testing.T, worlds func(t *testing.T, binary string) func(*testing.T) *world, try func(w *world, n int, errno syscall.Errno) (call string)) {
	binary, stride := build(t), ordinaryStride
	if os.Getenv("SWEEPD_CRASH_STRIDE") != "" {
		stride = points(t)
	}
	for i, errno := range errnos {
		t.Run(unix.ErrnoName(errno), func(t *testing.T) {
			t.Parallel()
			next := worlds(t, binary)
			call, n := "first", 1+i*stride/len(errnos) // not all of them at the same calls
			for ; call != ""; n += stride {
				t.Run(strconv.Itoa(n), func(t *testing.T) { call = try(next(t), n, errno) })
			}
			t.Logf("the program is through before call %d", n-stride)
		})
	}
}

// fresh makes worlds in which nothing was done yet.
func fresh(_ *testing.T, binary string) func(*testing.T) *world {
	return func(t *testing.T) *world { return newWorld(t, binary) }
}

// binned makes worlds whose pictures are in the trash and due.
func binned(all *testing.T, binary string) func(*testing.T) *world {
	b := &bins{binary: binary}
	return func(t *testing.T) *world {
		w := b.next(all) // which makes those too that come after t
		w.T = t
		return w
	}
}

// said is the number that the program's own summary gives for what it did.
func said(r crashtest.Result, did string) int {
	m := regexp.MustCompile(`(?m)^run \d+: .*` + did + ` (\d+) files?\b`).FindStringSubmatch(r.Stdout)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // digits
	return n
}

func TestApplyWithAnyCallFailingLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	atEveryCall(t, fresh, func(w *world, n int, errno syscall.Errno) string {
		r, call := w.failed(n, errno, "apply", "--yes")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if trashed := w.eachOnce(when); said(r, "moved") > trashed || call == "" && trashed != 3 {
			w.Errorf("%s: %d are in the trash, more were said to be", when, trashed)
		}
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			w.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		trashed := w.eachOnce(when + ", then applied")
		if trashed != 3 {
			w.Errorf("%s, then applied: %d in the trash, want 3", when, trashed)
		}
		w.recordIsTrue(when, trashed)
		w.doneOnce(when)
		return call
	})
}

func TestUndoWithAnyCallFailingLosesNothingAndTheNextOneCompletesIt(t *testing.T) {
	atEveryCall(t, fresh, func(w *world, n int, errno syscall.Errno) string {
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			w.Fatalf("apply: %d\n%s%s", status, out, errs)
		}
		r, call := w.failed(n, errno, "undo", "1")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if trashed := w.eachOnce(when); said(r, "brought back") > 3-trashed || call == "" && trashed != 0 {
			w.Errorf("%s: %d are in the trash, fewer were said to be", when, trashed)
		}
		if status, out, errs := w.run("undo", "1"); status != 0 && status != exitUsage {
			w.Fatalf("%s: the next undo: %d\n%s%s", when, status, out, errs)
		}
		if status, out, errs := w.run("apply", "--yes"); status != 0 {
			w.Fatalf("%s: the next apply: %d\n%s%s", when, status, out, errs)
		}
		if trashed := w.eachOnce(when + ", then undone"); trashed != 0 {
			w.Errorf("%s, then undone: %d in the trash, want 0: what was brought back is kept", when, trashed)
		}
		w.recordIsTrue(when, 0)
		w.doneOnce(when)
		return call
	})
}

func TestPurgeWithAnyCallFailingIsCompletedByTheNextOne(t *testing.T) {
	atEveryCall(t, binned, func(w *world, n int, errno syscall.Errno) string {
		r, call := w.failed(n, errno, "trash", "purge", "--apply")
		when := fmt.Sprintf("%v from call %d (%s)", errno, n, call)
		if left := w.noneTwice(when); said(r, "deleted") > 4-left || call == "" && left != 1 {
			w.Errorf("%s: %d files are left, fewer were said to be", when, left)
		}
		if status, out, errs := w.run("trash", "purge", "--apply"); status != 0 {
			w.Fatalf("%s: the next purge: %d\n%s%s", when, status, out, errs)
		}
		if left := w.noneTwice(when + ", then purged"); left != 1 {
			w.Errorf("%s, then purged: %d files are left, want the one that was never trashed", when, left)
		}
		w.recordIsTrue(when, 0)
		w.purgedOnce(when)
		return call
	})
}
