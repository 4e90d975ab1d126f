//go:build unix

package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAPauseInADatabaseIsThatOfEveryMachine(t *testing.T) {
	s, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	dsn := s.Schema(t)
	here, there := Paths{State: t.TempDir(), Database: dsn}, Paths{State: t.TempDir(), Database: dsn}
	j, err := journal.Open(t.Context(), dsn, journal.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	now := time.Now()
	is := func(what string, paused bool, at time.Time) {
		t.Helper()
		if err := Paused(t.Context(), there, j, at); errors.Is(err, sweeper.ErrPaused) != paused {
			t.Errorf("%s: got %v, want paused: %v", what, err, paused)
		}
	}
	is("at first", false, now)
	if err := here.PauseAll(t.Context(), Pause{Since: now, Until: now.Add(time.Hour)}, time.Now); err != nil {
		t.Fatal(err)
	}
	is("before the end", true, now)
	is("after the end", false, now.Add(2*time.Hour))
	if err := here.PauseAll(t.Context(), Pause{Since: now}, time.Now); err != nil {
		t.Fatal(err)
	}
	is("without an end", true, now.Add(2*time.Hour))
	if was, err := here.ResumeAll(t.Context(), time.Now); err != nil || !errors.Is(was, sweeper.ErrPaused) {
		t.Errorf("ResumeAll: got %v, %v, want that it was paused", was, err)
	}
	is("after the end of the pause", false, now)
	finds := func(state State) {
		t.Helper()
		if all := examineRecord(t.Context(), there, now); all[0].State != Well || all[1].State != state {
			t.Errorf("doctor finds %+v, want a pause that is %q", all, state)
		}
	}
	finds(Well)
	if err := here.PauseAll(t.Context(), Pause{Since: now}, time.Now); err != nil {
		t.Fatal(err)
	}
	finds(Warn)
	if _, err := here.ResumeAll(t.Context(), time.Now); err != nil {
		t.Fatal(err)
	}
	if err := there.Pause(Pause{Since: now}); err != nil {
		t.Fatal(err)
	}
	is("by the file of that machine", true, now)
	if err := Paused(t.Context(), here, j, now); err != nil {
		t.Errorf("on the other machine: got %v", err)
	}
	if err := there.Resume(); err != nil {
		t.Fatal(err)
	}
	is("after the file", false, now)

	ended, end := context.WithCancel(t.Context())
	end()
	if err := Paused(ended, there, j, now); !errors.Is(err, sweeper.ErrPaused) || !errors.Is(err, context.Canceled) {
		t.Errorf("without an answer: got %v, want a pause and why", err)
	}
}
