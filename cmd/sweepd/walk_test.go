package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// walks are the scripts that follow one person through the documentation: a newcomer, an administrator, a contributor.
const walks = "testdata/script/walk-*.txtar"

var (
	// walked matches a command of sweepd in a script, up to the name of a background process.
	walked = regexp.MustCompile(`(?m)^(?:! )?(?:exec|until '[^']*') sweepd (.*?)(?: &\w+&)?$`)
	// built matches a command of a contributor's own tools.
	built = regexp.MustCompile(`(?m)^exec (go (?:tool )?\w+) `)
)

// A stranger can type each command of a walk from the documentation: a help or a page shows the verb with these flags,
// and with arguments if it has any.
func TestEveryCommandOfAWalkIsDocumented(t *testing.T) {
	t.Parallel()
	known := documentedShapes(t)
	contributing, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for path, text := range walkTexts(t) {
		for _, m := range walked.FindAllStringSubmatch(text, -1) {
			commands++
			if got, err := shape(wordsOf(m[1])); err != nil || !known[got] {
				t.Errorf("%s: no page or help shows %q (%v)", path, "sweepd "+m[1], err)
			}
		}
		for _, m := range built.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(string(contributing), m[1]) {
				t.Errorf("%s: CONTRIBUTING.md does not show %q", path, m[1])
			}
		}
	}
	if commands < 45 {
		t.Errorf("found %d commands, want at least 45", commands)
	}
}

// documentedShapes returns the shapes of all documented commands.
func documentedShapes(t *testing.T) map[string]bool {
	t.Helper()
	shapes := map[string]bool{}
	for _, c := range allDocumented(t) {
		if s, err := shape(c.args); err == nil {
			shapes[s] = true
		}
	}
	return shapes
}

// walkTexts returns the walks, by their files.
func walkTexts(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(walks)
	if err != nil || len(paths) != 3 {
		t.Fatalf("%d walks, %v", len(paths), err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

// clone FOLDER: clones this repository there, and lets Go use the caches of this machine.
func cmdClone(ts *testscript.TestScript, _ bool, args []string) {
	out, err := exec.Command("git", "-c", "safe.directory=*", "clone", "--quiet", "../..", ts.MkAbs(args[0])).
		CombinedOutput()
	if err != nil {
		ts.Fatalf("git clone: %v: %s", err, out)
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		ts.Check(err)
		ts.Setenv(name, strings.TrimSpace(string(value)))
	}
}
