package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/status"
)

// service is sweepd run --json in a process of its own.
type service struct {
	*testing.T
	command func(args ...string) *exec.Cmd // returns another process of the same user
	cmd     *exec.Cmd
	log     locked // its standard error
	runs    chan told
	ended   chan error
}

// told is a run as the service reports it.
type told struct {
	Kind    string
	Summary struct{ Trashed, Refused int64 }
	line    string
}

// locked is a buffer for two goroutines.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(b) }

func (l *locked) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// patience is how long a test waits for something before it fails.
const patience = time.Minute

// serve starts the service, and waits until it answers and is idle.
func serve(t *testing.T, command func(args ...string) *exec.Cmd) *service {
	t.Helper()
	s := &service{
		T: t, command: command, cmd: command("run", "--json"), runs: make(chan told, 100), ended: make(chan error, 1),
	}
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			r := told{line: lines.Text()}
			if err := json.Unmarshal(lines.Bytes(), &r); err == nil {
				s.runs <- r
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	t.Cleanup(func() { _ = s.cmd.Process.Kill() }) // for when it was not ended
	s.until("is idle", func(d *status.Daemon) bool {
		// It answers as soon as it listens, which may be before it has opened its storages.
		return d != nil && len(d.Storages) > 0 && d.Storages[0].State == status.Idle
	})
	return s
}

// says runs the program, checks its exit status, and returns its whole output.
func (s *service) says(want int, args ...string) string {
	s.Helper()
	out, err := s.command(args...).CombinedOutput()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		s.Fatal(err)
	}
	if got != want {
		s.Errorf("%v: status %d, want %d\n%s\nthe service:\n%s", args, got, want, out, s.log.String())
	}
	return string(out)
}

// status returns the service's status, by sweepd status; nil: there is none.
func (s *service) status() *status.Daemon {
	s.Helper()
	var st struct{ Daemon *status.Daemon }
	out, err := s.command("status", "--json").Output()
	if err == nil {
		err = json.Unmarshal(out, &st)
	}
	if err != nil {
		s.Fatalf("status: %v\n%s", err, out)
	}
	return st.Daemon
}

// until asks for the status until it is as it has to become. A busy service may not answer in time: then there is none.
func (s *service) until(what string, is func(*status.Daemon) bool) {
	s.Helper()
	var d *status.Daemon
	for began := time.Now(); time.Since(began) < patience; {
		if d = s.status(); d != nil && is(d) {
			return
		}
		select {
		case err := <-s.ended:
			s.Fatalf("it has ended before it %s: %v\n%s", what, err, s.log.String())
		default:
		}
	}
	s.Fatalf("it never %s: %+v\n%s", what, d, s.log.String())
}

// run waits for the service's next run.
func (s *service) run() told {
	s.Helper()
	select {
	case r := <-s.runs:
		return r
	case err := <-s.ended:
		s.Fatalf("it has ended: %v\n%s", err, s.log.String())
	case <-time.After(patience):
		s.Fatalf("no run is told: %+v\n%s", s.status(), s.log.String())
	}
	return told{}
}

// movesNothing checks that the service has reported no more runs, or one that moved nothing: it may have seen a file
// that another process restores before that has recorded it, and refuses it then at the move.
func (s *service) movesNothing() {
	s.Helper()
	select {
	case r := <-s.runs:
		if r.Summary.Trashed != 0 || r.Summary.Refused != 1 {
			s.Errorf("one run too many: %s", r.line)
		}
	default:
	}
}
