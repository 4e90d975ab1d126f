package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// realImages is the labelled collection of pictures beside the project, which
// is not part of it.
func realImages(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "images")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no labelled images: %v", err)
		}
		t.Skipf("no labelled images: %v", err)
	}
	return dir
}

// realImage is one of them.
type realImage struct {
	path       string
	content    []byte
	due, taboo bool // by its label
}

// labelled reads them all.
func labelled(t *testing.T) (all []realImage) {
	t.Helper()
	images := realImages(t)
	manifest, err := os.Open(filepath.Join(images, "MANIFEST.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer manifest.Close()
	rows, err := csv.NewReader(manifest).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	due, taboo := 0, 0
	for _, row := range rows[1:] {
		label, path, credential := row[0], row[1], strings.HasPrefix(row[7], "yes")
		content, err := os.ReadFile(filepath.Join(images, path))
		if err != nil {
			t.Fatal(err)
		}
		r := realImage{path: path, content: content}
		switch {
		case strings.HasPrefix(path, "positive/") && credential:
			r.due, due = true, due+1
		case strings.HasPrefix(path, "negative/"), strings.HasPrefix(label, "syn-"), strings.HasPrefix(label, "sora"):
			r.taboo, taboo = true, taboo+1
		}
		all = append(all, r)
	}
	if due < 30 || taboo < 100 {
		t.Fatalf("the collection has %d positives with a credential and %d negatives", due, taboo)
	}
	return all
}

// unsettled is the built-in policy for that folder, but for its settle time.
func unsettled(t *testing.T, folder string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "policy", "policyfile", "default.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	was, now := []string{"/the/folders/named", "settle: 10m"}, []string{folder, "settle: 0s"}
	for i := range was {
		if bytes.Count(text, []byte(was[i])) != 1 {
			t.Fatalf("the built-in policy does not say %q once:\n%s", was[i], text)
		}
		text = bytes.Replace(text, []byte(was[i]), []byte(now[i]), 1)
	}
	return text
}

// TestTheShippedProgramOnRealImages is the whole promise in one: of all real
// pictures the built-in policy moves those that are proven and no other, none
// before it has been there for the settle time, and undo brings back every byte.
func TestTheShippedProgramOnRealImages(t *testing.T) {
	t.Parallel()
	rows := labelled(t)
	w := &e2e.World{T: t, Home: t.TempDir(), Binary: e2e.Build(t), Files: map[string][]byte{}}
	due, taboo := []string{}, []string{}
	for _, r := range rows {
		name := filepath.Join("Pictures", r.path)
		w.Files[name] = r.content
		w.Write(name, r.content)
		if r.due {
			due = append(due, name)
		}
		if r.taboo {
			taboo = append(taboo, name)
		}
	}
	there := func(name string) bool {
		_, err := os.Lstat(filepath.Join(w.Home, name))
		return err == nil
	}
	folder := filepath.Join(w.Home, "Pictures")
	if status, out, errs := w.Run("scan", folder); status != 0 ||
		!strings.Contains(out, "held: created less than 10 minutes ago") &&
			!strings.Contains(out, "held: changed less than 10 minutes ago") {
		t.Fatalf("scan of what came just now: %d\n%s%s", status, out, errs)
	}
	if status, out, errs := w.Run("apply", "--yes", folder); status != 0 || !strings.Contains(out, "nothing was due") ||
		strings.Contains(out, "10 minutes ago") {
		t.Fatalf("apply of what came just now: %d\n%s%s", status, out, errs)
	}
	w.Write("policy.yaml", unsettled(t, folder))
	if status, out, errs := w.Run("apply", "--yes", "--policy", filepath.Join(w.Home, "policy.yaml")); status != 0 {
		t.Fatalf("apply: %d\n%s%s", status, out, errs)
	}
	for _, name := range due {
		if there(name) {
			t.Errorf("%s was not moved", name)
		}
	}
	for _, name := range taboo {
		if !there(name) {
			t.Errorf("%s was moved", name)
		}
	}
	if status, out, errs := w.Run("undo", "--last"); status != 0 {
		t.Fatalf("undo: %d\n%s%s", status, out, errs)
	}
	for name, want := range w.Files {
		got, err := os.ReadFile(filepath.Join(w.Home, name))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s came back with %d bytes, %v; want %d", name, len(got), err, len(want))
		}
	}
	fmt.Printf("of %d real pictures: %d due, %d never\n", len(rows), len(due), len(taboo))
}
