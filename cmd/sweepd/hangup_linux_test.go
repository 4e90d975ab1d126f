package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// onTerminal starts the service on a terminal from which it neither reads nor writes, as with </dev/null >log 2>&1 &.
// Closing the returned file closes the terminal.
func onTerminal(t *testing.T, w *e2e.World, through ...string) (s *service, person *os.File) {
	t.Helper()
	person, terminal := pty(t)
	// A test run under nohup ignores SIGHUP, and so would the service: it inherits only what is not caught.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	return serve(t, func(args ...string) *exec.Cmd {
		cmd := w.Command(args...)
		if args[0] == "run" {
			if len(through) > 0 {
				cmd.Path, cmd.Args = through[0], slices.Concat(through, []string{cmd.Path}, cmd.Args[1:])
			}
			cmd.ExtraFiles = []*os.File{terminal}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
		}
		return cmd
	}), person
}

// The hangup of a terminal is no wish for a new policy, and nothing may be
// deleted after it.
func TestAClosedTerminalEndsTheServiceThatRunsOnIt(t *testing.T) {
	t.Parallel()
	s, person := onTerminal(t, e2e.NewWorld(t, "sweepd"))
	if err := person.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("it ends with %v\n%s", err, s.log.String())
		}
	case <-time.After(patience):
		if err := s.cmd.Process.Signal(syscall.SIGQUIT); err == nil { // it then logs what each goroutine does
			<-s.ended
		}
		t.Errorf("it goes on without its terminal\n%s", s.log.String())
	}
}

// A service under nohup should stay; a hangup is a reload then, as without a terminal.
func TestAServiceUnderNohupOutlivesItsTerminal(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, "sweepd")
	s, person := onTerminal(t, w, "/bin/sh", "-c", `trap "" HUP; exec "$@"`, "sh")
	w.Write(".config/sweepd/policy.yaml", []byte(e2e.Policy+"limits: 7\n"))
	if err := person.Close(); err != nil {
		t.Fatal(err)
	}
	s.until("refuses the policy", func(d *status.Daemon) bool { return len(d.Notices) == 1 })
}

// A signal that comes between the start of the program and that of the service ends the service, too. The test is not
// parallel: what it does to SIGHUP holds for the whole process.
func TestASignalThatComesBeforeTheServiceEndsIt(t *testing.T) {
	for _, onTerminal := range []bool{false, true} {
		early, end := context.WithCancel(t.Context())
		end()
		ctx, _, stop := untilSignal(early, onTerminal)
		if ctx.Err() == nil {
			t.Errorf("on a terminal %v: it begins all the same", onTerminal)
		}
		stop()
	}
}
