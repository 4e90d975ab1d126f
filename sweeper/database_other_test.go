//go:build !unix

package sweeper_test

import "testing"

func newJournal(t testing.TB) string { return journalFile(t) }

func onDatabase() bool { return false }
