//go:build unix

package sweeper_test

import (
	"testing"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
)

// newJournal returns where a box keeps its journal: in a file, or in PostgreSQL while the suite runs on it.
func newJournal(t testing.TB) string {
	t.Helper()
	if s := postgrestest.Here(); s != nil {
		return s.Journal(t)
	}
	return journalFile(t)
}

// onDatabase reports whether the suite runs on PostgreSQL.
func onDatabase() bool { return postgrestest.Here() != nil }

func TestTheSuiteOnPostgreSQL(t *testing.T) {
	if postgrestest.Here() != nil {
		return
	}
	s, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	// The tests that record operations, finish them, count them or bring them back, without those of many steps.
	run := "Undo|Reconcil|Interrupted|Purge|Limit|Emptied|Finish|Lease|AnotherSweep|Crash"
	if testing.Short() { // a slice for the race detector
		run = "Undo|Lease|AnotherSweep"
	}
	s.Suite(t, "-test.run="+run,
		"-test.skip=TheSuite|EachRight|WhatAnotherProgramTookOut|WhatIsKeptByContent|WhatThePolicyWouldNotTrash")
}
