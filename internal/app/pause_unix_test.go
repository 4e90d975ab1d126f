//go:build unix

package app

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/sweeper"
)

// TestAPauseFileThatIsNoFileIsAPause: a FIFO of that name would be read, or
// written to, for as long as it has no other end.
func TestAPauseFileThatIsNoFileIsAPause(t *testing.T) {
	for what, create := range map[string]func(path string) error{
		"a FIFO":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to a FIFO": func(path string) error {
			return errors.Join(syscall.Mkfifo(path+".fifo", 0o600), os.Symlink(path+".fifo", path))
		},
	} {
		t.Run(what, func(t *testing.T) {
			p := Paths{State: t.TempDir()}
			if err := create(filepath.Join(p.State, "paused")); err != nil {
				t.Fatal(err)
			}
			now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
			answers := ask(func() error { return p.Paused(now) }, func() error { return p.Pause(Pause{Since: now}) },
				func() error { return p.Pause(Pause{Since: now, Until: now.Add(time.Hour)}) })
			for i, want := range []func(error) bool{
				func(err error) bool { return errors.Is(err, sweeper.ErrPaused) },
				func(err error) bool { return err == nil },
				func(err error) bool { return err != nil },
			} {
				select {
				case err := <-answers[i]:
					if !want(err) {
						t.Errorf("answer %d is %v", i, err)
					}
				case <-time.After(time.Minute):
					t.Fatalf("there is no answer %d", i)
				}
			}
			if err := errors.Join(p.Resume(), p.Paused(now)); err != nil {
				t.Errorf("after resume: %v", err)
			}
		})
	}
}

// ask calls each in a goroutine of its own.
func ask(calls ...func() error) (answers []chan error) {
	for _, call := range calls {
		answer := make(chan error, 1)
		answers = append(answers, answer)
		go func() { answer <- call() }()
	}
	return answers
}
