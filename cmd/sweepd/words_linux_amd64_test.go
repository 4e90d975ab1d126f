package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/crashtest"
	"github.com/sweepd/sweepd/internal/testing/e2e"
	"github.com/sweepd/sweepd/internal/testing/losefs"
	"github.com/sweepd/sweepd/sweeper"
)

// A refusal by the system is reported as what it is, with a hint on what can be done.
func TestARefusalOfTheSystemIsSaidAsWhatItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call        string // each one of these
		errno       syscall.Errno
		error, hint string
	}{
		{
			"flock",
			unix.ENOLCK,
			`the file system of the journal has no locks: .*/\.local/state/sweepd$`,
			`a local disk: STATE_DIRECTORY=FOLDER; .*NFS`,
		},
		{
			"openat2",
			unix.EPERM,
			`the system call openat2 is forbidden here, as a container's filter \(seccomp\) does`,
			`allow openat2 in its seccomp profile; otherwise it needs Linux 5\.6$`,
		},
		{
			"openat2",
			unix.ENOSYS,
			`there is no system call openat2 here: .*older than Linux 5\.6, or a container's filter`,
			`allow openat2 in its seccomp profile`,
		},
		{"statx", unix.EPERM, `the system call statx is forbidden here`, `allow statx in its seccomp profile`},
	} {
		w := e2e.NewWorld(t, "sweepd")
		r, err := crashtest.RunBelow(w.Command("apply", "--yes"), w.Home, func(call crashtest.Call) crashtest.Fate {
			if call.Name == c.call {
				return crashtest.Fate{Errno: c.errno}
			}
			return crashtest.Fate{}
		})
		said := regexp.MustCompile(`(?m)^error: .*` + c.error + `[^\n]*\nhint: .*` + c.hint)
		if err != nil || r.Exit != exitTrouble || !said.MatchString(r.Stderr) {
			t.Errorf("%s: %v: %v, exit %d\n%s", c.call, c.errno, err, r.Exit, r.Stderr)
		}
	}
}

// A FUSE file system whose program has ended is still mounted, but does not answer.
func TestAFolderWhoseFileSystemHasEndedIsNotSaidToBeMissing(t *testing.T) {
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	w := e2e.NewWorld(t, "sweepd")
	hungUp(t, filepath.Join(w.Home, "Downloads"))
	for _, verb := range []string{"check", "doctor"} {
		_, out, errs := w.Run(verb)
		if all := out + errs; strings.Contains(all, "no folder") ||
			!regexp.MustCompile(
				`/Downloads does not respond: its FUSE process has exited(; |\n +hint: )unmount it`,
			).MatchString(all) {
			t.Errorf("%s says:\n%s", verb, all)
		}
	}
	if _, _, errs := w.Run("init", "--yes", "--folder", "Downloads",
		"--policy", "p.yaml"); !strings.Contains(errs, "has exited") {
		t.Errorf("init says:\n%s", errs)
	}
}

// hungUp mounts a file system without a server at the folder.
func hungUp(t *testing.T, folder string) {
	t.Helper()
	dev, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		lacking(t, fmt.Sprintf("FUSE: %v", err))
	}
	err = unix.Mount("fuse", folder, "fuse", 0, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", dev))
	if err := unix.Close(dev); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
}

// A stopped service does not answer, and the verbs do not wait for it for ever.
func TestAStoppedServiceIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, "sweepd")
	s := serve(t, w.Command)
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// all its threads have stopped
	if _, err := syscall.Wait4(s.cmd.Process.Pid, nil, syscall.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"sweep", "reload"} {
		var out bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // of the user's 30
		p := &program{
			args: []string{verb}, stdin: &out, stdout: &out, stderr: &out, now: time.Now,
			getenv: func(name string) string {
				return map[string]string{"HOME": w.Home}[name]
			},
		}
		status := p.main(ctx)
		cancel()
		if status != exitTrouble || !regexp.MustCompile(
			`error: query the service at .*: it does not respond\nhint: check whether the service .*kill -CONT`,
		).MatchString(out.String()) {
			t.Errorf("%s: status %d\n%s", verb, status, out.String())
		}
	}
}

// On a file system with neither a rename that never replaces nor hard links, a scan reports this. To find out, it runs
// a trial on such a file system, and leaves nothing behind.
func TestLookingTriesTheTrashWhereOnlyThatTells(t *testing.T) {
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	server, err := losefs.Start(exec.Command("sweepd-losefs"))
	if err != nil {
		t.Fatal(err)
	}
	w := e2e.NewWorld(t, "sweepd")
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := server.Empty().Mount(filepath.Join(w.Home, "Downloads"),
		losefs.Options{Replaces: true, NoLinks: true}); err != nil {
		t.Fatal(err)
	}
	for name, content := range w.Files {
		w.Write(name, content)
	}
	for _, verb := range []string{"scan", "plan", "check"} {
		status, _, errs := w.Run(verb)
		if status != exitDone || strings.Count(errs, "cannot move files from") != 1 ||
			!strings.Contains(errs, "has no hard links") {
			t.Errorf("%s: %d\n%s", verb, status, errs)
		}
	}
	if status, out, _ := w.Run("doctor"); status != exitTrouble || !strings.Contains(out, "has no hard links") {
		t.Errorf("doctor: %d\n%s", status, out)
	}
	if left, err := filepath.Glob(filepath.Join(w.Home, "Downloads/.sweepd*")); err != nil || len(left) > 0 {
		t.Errorf("left are %q, %v", left, err)
	}
	if trashed := w.EachOnce("after looking"); trashed != 0 {
		t.Errorf("%d are in the trash", trashed)
	}
	// a plan is saved there too, whole, by a rename
	for range 2 { // a new file, then one that is replaced
		plan := filepath.Join(w.Home, "Downloads/plan.json")
		status, _, errs := w.Run("plan", "-o", plan)
		head, err := os.ReadFile(plan)
		if status != exitDone || err != nil || !sweeper.IsPlan(head) {
			t.Errorf("plan -o: %d, %v\n%s", status, err, errs)
		}
	}
	if left, err := filepath.Glob(filepath.Join(w.Home, "Downloads/.sweepd*")); err != nil || len(left) > 0 {
		t.Errorf("left are %q, %v", left, err)
	}
}
