package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/markdown"
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
	for _, page := range pages(t) {
		for _, code := range pageIn(t, page).Spans() {
			if goTest.MatchString(code) && !known[code] {
				t.Errorf("%s names %s, which does not exist", filepath.Base(page), code)
			}
		}
	}
}

// goTest matches the name of a test.
var goTest = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)[A-Z]\w+$`)

// The pages for users describe what sweepd does. The tests that show it are named in docs/internals.
func TestPagesForUsersNameNoTest(t *testing.T) {
	for _, page := range userPages(t) {
		for _, code := range pageIn(t, page).Spans() {
			if goTest.MatchString(code) {
				t.Errorf("%s names %s: docs/internals/evidence.md is the page for it", filepath.Base(page), code)
			}
		}
	}
}

// The files that a recipe names must exist. NAME and FILE stand for files that the reader makes.
func TestEveryFileThatThePagesNameExists(t *testing.T) {
	named := regexp.MustCompile(
		`^(?:cmd|deploy|docs|findings|fingerprint|internal|journal|policy|providers|sweeper)/[a-z0-9_./-]+$`,
	)
	for _, page := range pages(t) {
		for _, code := range pageIn(t, page).Spans() {
			if !named.MatchString(code) {
				continue
			}
			if _, err := os.Stat(filepath.Join("../../..", code)); err != nil {
				t.Errorf("%s names %s: %v", filepath.Base(page), code, err)
			}
		}
	}
}

// pages returns the paths of the project's pages.
func pages(t *testing.T) []string {
	t.Helper()
	return slices.Concat(found(t, "../../../*.md"), found(t, "../../../docs/*.md"),
		found(t, "../../../docs/internals/*.md"))
}

// userPages returns the paths of the pages for users.
func userPages(t *testing.T) []string {
	t.Helper()
	return append(found(t, "../../../docs/*.md"), "../../../README.md", "../../../SECURITY.md")
}

// found returns the paths that the pattern matches, which are some.
func found(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d pages, %v", pattern, len(paths), err)
	}
	return paths
}

// pageIn reads the page in a file.
func pageIn(t *testing.T, path string) *markdown.Page {
	t.Helper()
	page, err := markdown.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return page
}
