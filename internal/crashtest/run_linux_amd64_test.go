package crashtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sweepd/internal/crashtest"
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
			return crashtest.Fate{Errno: syscall.EIO}
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
