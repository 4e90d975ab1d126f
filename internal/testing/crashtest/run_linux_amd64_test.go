package crashtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
)

// script makes a, then renames it to b, then makes c.
const script = `echo one > a && mv a b && echo two > c && echo said`

func run(t *testing.T, dir string, fate func(crashtest.Call) crashtest.Fate) crashtest.Result {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Dir = dir
	r, err := crashtest.Run(cmd, fate)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestALeftAloneProcessRunsToItsEnd(t *testing.T) {
	dir, seen := t.TempDir(), []string{}
	r := run(t, dir, func(c crashtest.Call) crashtest.Fate { seen = append(seen, c.Name); return crashtest.Fate{} })
	if r.Exit != 0 || r.Killed || r.Stdout != "said\n" || r.Calls != len(seen) {
		t.Errorf("got %+v after %v", r, seen)
	}
	if !strings.Contains(strings.Join(seen, " "), "rename") {
		t.Errorf("the rename of a child process was not seen: %v", seen)
	}
}

func TestKilledAtTheNthCallNothingAfterItHappens(t *testing.T) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		r := run(t, dir, func(c crashtest.Call) crashtest.Fate { return crashtest.Fate{Kill: c.N == n} })
		if !r.Killed {
			if n < 4 {
				t.Errorf("through after %d calls, want at least 4", n)
			}
			return
		}
		if r.Calls != n || strings.Contains(r.Stdout, "said") {
			t.Errorf("killed at call %d: got %+v", n, r)
		}
		if _, err := os.Stat(filepath.Join(dir, "a")); n == 1 && err == nil {
			t.Error("the first call was carried out")
		}
	}
}

func TestAFailedCallReturnsItsErrorAndIsNotCarriedOut(t *testing.T) {
	dir := t.TempDir()
	r := run(t, dir, func(c crashtest.Call) crashtest.Fate {
		if strings.HasPrefix(c.Name, "rename") {
			return crashtest.Fate{Errno: syscall.EIO, Last: true}
		}
		return crashtest.Fate{}
	})
	if r.Exit == 0 || !strings.Contains(r.Stderr, "Input/output error") {
		t.Errorf("got %+v, want mv's complaint", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err != nil {
		t.Errorf("the rename was carried out: %v", err)
	}
}

func TestAfterTheLastCallTheProcessRunsOn(t *testing.T) {
	dir, seen := t.TempDir(), 0
	r := run(t, dir, func(c crashtest.Call) crashtest.Fate {
		seen++
		if strings.HasPrefix(c.Name, "rename") {
			return crashtest.Fate{Last: true}
		}
		return crashtest.Fate{}
	})
	if r.Exit != 0 || r.Stdout != "said\n" || r.Calls != seen || r.Calls != 2 {
		t.Errorf("got %+v after %d calls, want 2: openat and the rename", r, seen)
	}
	if _, err := os.Stat(filepath.Join(dir, "c")); err != nil {
		t.Errorf("it did not run on: %v", err)
	}
}

func TestBelowADirectoryEveryCallCountsAndElsewhereNone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		command []string
		want    []string
	}{
		// relative to the working directory
		{[]string{"/bin/cat", "a"}, []string{"openat", "read"}},
		// by a roundabout path
		{[]string{"/bin/cat", filepath.Join(dir, "..", filepath.Base(dir), "a")}, []string{"openat", "read"}},
		{[]string{"/bin/ls", "-l", dir}, []string{"openat", "getdents64", "statx"}},
		{[]string{"/bin/cat", "/etc/passwd"}, nil},
	} {
		seen := map[string]bool{}
		cmd := exec.Command(test.command[0], test.command[1:]...)
		cmd.Dir = dir
		r, err := crashtest.RunBelow(cmd, dir,
			func(c crashtest.Call) crashtest.Fate { seen[c.Name] = true; return crashtest.Fate{} })
		if err != nil || r.Exit != 0 {
			t.Fatalf("%v: %+v, %v", test.command, r, err)
		}
		for _, name := range test.want {
			if !seen[name] {
				t.Errorf("%v: no %s was counted: %v", test.command, name, seen)
			}
		}
		if test.want == nil && r.Calls > 0 {
			t.Errorf("%v: counted %v", test.command, seen)
		}
	}
}

func TestAReadThatFailsIsSeenByTheProcess(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := crashtest.RunBelow(exec.Command("/bin/cat", filepath.Join(dir, "a")), dir,
		func(c crashtest.Call) crashtest.Fate {
			if c.Name == "read" {
				return crashtest.Fate{Errno: syscall.EIO}
			}
			return crashtest.Fate{}
		})
	if err != nil || r.Exit == 0 || r.Stdout != "" || !strings.Contains(r.Stderr, "Input/output error") {
		t.Errorf("got %+v, %v, want cat's complaint", r, err)
	}
}

func TestTakingALockCountsAndGivingItUpDoesNot(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("/bin/sh", "-c", "exec 9>lock; flock 9; flock -u 9")
	cmd.Dir = dir
	var seen []string
	r, err := crashtest.RunBelow(cmd, dir,
		func(c crashtest.Call) crashtest.Fate { seen = append(seen, c.Name); return crashtest.Fate{} })
	if err != nil || r.Exit != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := strings.Count(strings.Join(seen, " "), "flock"); got != 1 {
		t.Errorf("%d locks were counted, want 1: %v", got, seen)
	}
}

func TestOnlyTheTracedProcessIsWaitedFor(t *testing.T) {
	runtime.LockOSThread() // so that both processes have this thread for their parent
	defer runtime.UnlockOSThread()
	other := exec.Command("/bin/true")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if r := run(t, t.TempDir(), func(crashtest.Call) crashtest.Fate { return crashtest.Fate{} }); r.Exit != 0 {
		t.Errorf("got %+v", r)
	}
	if err := other.Wait(); err != nil {
		t.Errorf("a process that was started otherwise: %v", err)
	}
}
