package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page names the test that shows each promise. A renamed test must not leave a promise without one.
func TestEveryTestThatThePagesNameExists(t *testing.T) {
	out, err := exec.Command("git", "-C", "../../..", "ls-files", "--cached", "--others", "--exclude-standard",
		"*_test.go", "providers/providertest/*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	for file := range strings.Lines(string(out)) {
		src, err := os.ReadFile(filepath.Join("../../..", strings.TrimSpace(file)))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(src), -1) {
			known[m[1]] = true
		}
	}
	pages := pages(t)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w+)`").
			FindAllStringSubmatch(string(text), -1) {
			if !known[name[1]] {
				t.Errorf("%s names %s, which does not exist", filepath.Base(page), name[1])
			}
		}
	}
}

// The files that a recipe names must exist. NAME and FILE stand for files that the reader makes.
func TestEveryFileThatThePagesNameExists(t *testing.T) {
	named := regexp.MustCompile(
		"`((?:cmd|deploy|docs|fingerprint|internal|journal|policy|providers|sweeper)/[a-z0-9_./-]+)`",
	)
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range named.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join("../../..", name[1])); err != nil {
				t.Errorf("%s names %s: %v", filepath.Base(page), name[1], err)
			}
		}
	}
}

// pages returns the project's pages.
func pages(t *testing.T) (all []string) {
	t.Helper()
	for _, pattern := range []string{"../../../*.md", "../../../docs/*.md", "../../../docs/internals/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(found), err)
		}
		all = append(all, found...)
	}
	return all
}
