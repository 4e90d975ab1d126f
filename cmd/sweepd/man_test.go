package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra/doc"
)

var update = flag.Bool("update", false, "rewrite the man pages in deploy/man, and what the examples do")

// The man pages are made from the commands' own help, so that they cannot
// differ; -update rewrites them.
func TestTheManPagesAreUpToDate(t *testing.T) {
	t.Parallel()
	const dir = "../../deploy/man"
	made := t.TempDir()
	root := (&program{term: &terminal{}}).root()
	root.DisableAutoGenTag = true
	date := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if err := doc.GenManTree(root, &doc.GenManHeader{
		Title: "SWEEPD", Section: "1", Source: "sweepd", Manual: "User commands", Date: &date,
	}, made); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(made, "*.1"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("made %d pages, %v", len(pages), err)
	}
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, page := range pages {
		want, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		kept := filepath.Join(dir, filepath.Base(page))
		if *update {
			if err := os.WriteFile(kept, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(kept); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the help says, %v; "+
				"go test ./cmd/sweepd ./internal/testing/manual -run UpToDate -update", kept, err)
		}
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "*.1")); len(kept) != len(pages) {
		t.Errorf("deploy/man has %d pages, the program %d verbs", len(kept), len(pages))
	}
}
