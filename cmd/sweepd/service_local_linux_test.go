package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

const servicePolicy = "mode: enforce\nschedule: {on_change: true}\n"

// The signals of a service manager: SIGHUP takes a new policy or keeps the old
// one, SIGTERM ends it soon, with status 0 and the socket gone.
func TestAServiceTakesANewPolicyAtSIGHUPAndEndsAtSIGTERM(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, "sweepd")
	for name := range w.Files { // they come later
		if err := os.Remove(filepath.Join(w.Home, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, func(args ...string) *exec.Cmd {
		cmd := w.Command(args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // or SIGHUP would end it at a terminal
		return cmd
	})
	if d := s.status(); d.Mode != "report" {
		t.Errorf("without a mode it is in %s", d.Mode)
	}
	hup := func(policy string) {
		t.Helper()
		w.Write(".config/sweepd/policy.yaml", []byte(policy))
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range w.Files {
		w.Write(name, content)
	}
	s.until("sees them", func(d *status.Daemon) bool { return d.Storages[0].Due == 3 })
	if trashed := w.EachOnce("in mode report"); trashed != 0 {
		t.Errorf("in mode report %d files went", trashed)
	}
	hup(e2e.Policy + servicePolicy + "limits: 7\n")
	s.until("refuses the policy", func(d *status.Daemon) bool { return len(d.Notices) == 1 && d.Mode == "report" })
	hup(e2e.Policy + servicePolicy)
	s.until("takes the policy", func(d *status.Daemon) bool {
		return len(d.Notices) == 0 && d.Mode == "enforce" && d.Storages[0].Trashed == 3
	})
	if trashed := w.EachOnce("in mode enforce"); trashed != 3 {
		t.Errorf("in mode enforce %d files went, want 3", trashed)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("it ends with %v\n%s", err, s.log.String())
		}
	case <-time.After(patience):
		t.Errorf("a minute after SIGTERM it is still there\n%s", s.log.String())
	}
	if d := s.status(); d != nil {
		t.Errorf("there is a service: %+v", d)
	}
	w.RecordIsTrue("at the end", 3)
}

// Mentions in documents are read afresh, although a service has read them before.
func TestAServiceHoldsAPictureThatADocumentNamedBeforeItCame(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, "sweepd")
	w.Write(".config/sweepd/policy.yaml", []byte(e2e.Policy+servicePolicy))
	s := serve(t, w.Command)
	s.until("moves what is there", func(d *status.Daemon) bool { return d.Storages[0].Trashed == 3 })
	named, other := "ChatGPT Image May 1, 2026, 01_17_00 AM.png", "ChatGPT Image May 2, 2026, 01_17_00 AM.png"
	w.Write("Downloads/notes.md", []byte("See ["+named+"]."))
	w.Write("Downloads/"+named, smallPicture(7))
	w.Write("Downloads/"+other, smallPicture(8))
	s.until("moves the other one", func(d *status.Daemon) bool { return d.Storages[0].Trashed > 3 })
	for name, want := range map[string]bool{named: true, other: false} {
		if _, err := os.Lstat(filepath.Join(w.Home, "Downloads", name)); (err == nil) != want {
			t.Errorf("%s: there it is %v, want %v", name, err == nil, want)
		}
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v\n%s", err, s.log.String())
	}
}
