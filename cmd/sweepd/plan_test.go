package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/sweeper"
)

// A saved plan counts as reviewed, one that another program has just written into a pipe does not.
func TestAPlanFromStandardInputIsNotReviewed(t *testing.T) {
	t.Parallel()
	var saved bytes.Buffer
	if err := (&sweeper.Plan{Scope: []sweeper.Scope{{Storage: "home"}}}).Save(&saved); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, saved.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{stdin: &saved}
	for name, reviewed := range map[string]bool{file: true, "-": false} {
		if due, err := p.loadPlan(name); err != nil || due.Reviewed != reviewed {
			t.Errorf("%s: %+v, %v, want reviewed %v", name, due, err, reviewed)
		}
	}
}
