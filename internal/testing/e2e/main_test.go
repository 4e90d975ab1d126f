package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestMain builds the program once for all tests.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv(BinaryVariable) != "" {
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "sweepd-e2e")
		if err == nil {
			defer os.RemoveAll(dir)
			err = build(filepath.Join(dir, "sweepd"))
		}
		if err == nil {
			err = os.Setenv(BinaryVariable, filepath.Join(dir, "sweepd"))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// exitUsage is the exit status where there is nothing to do or to be found.
const exitUsage = 2
