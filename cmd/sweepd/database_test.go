//go:build unix

package main

import (
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
)

// cmdDatabase returns the command "database NAME", which sets a variable to the address of an empty schema of a real
// server. All scripts of a test share the server.
func cmdDatabase(t *testing.T) func(*testscript.TestScript, bool, []string) {
	server := sync.OnceValues(func() (*postgrestest.Server, error) {
		s, err := postgrestest.Start()
		if err == nil {
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		return s, err
	})
	return func(ts *testscript.TestScript, _ bool, args []string) {
		s, err := server()
		ts.Check(err)
		ts.Setenv(args[0], s.Schema(t))
	}
}
