package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	exitParagraph = regexp.MustCompile(`(?s)Exit status: (.*?)(?:\n\n|$)`)
	exitNumber    = regexp.MustCompile(`\b[0-3]\b`)
	exitLine      = regexp.MustCompile(`(?m)^(?:\[\w+\] )?exits ([0-3]) .*?sweepd (.*)$`)
	doneLine      = regexp.MustCompile(`(?m)^(?:\[\w+\] )?exec sweepd()(.*)$`)
)

// shownStatuses returns the exit statuses of commands that the scripts show, as "verb status".
func shownStatuses(t *testing.T) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no scripts", err)
	}
	shown := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range append(exitLine.FindAllStringSubmatch(string(text), -1),
			doneLine.FindAllStringSubmatch(string(text), -1)...) {
			root := (&program{term: &terminal{}}).root()
			adaptDefaults(root, []string{"completion"})
			status := line[1]
			if status == "" {
				status = "0"
			}
			if cmd, _, err := root.Find(wordsOf(line[2])); err == nil {
				shown[cmd.CommandPath()+" "+status] = true
			}
		}
	}
	return shown
}

// The help of each command names its exit statuses, and a script shows that each of them is true.
func TestTheHelpOfEachCommandNamesItsExitStatuses(t *testing.T) {
	t.Parallel()
	root := (&program{term: &terminal{}}).root()
	adaptDefaults(root, []string{"completion"})
	shown := shownStatuses(t)
	for _, cmd := range allVerbs(root) {
		paragraph := exitParagraph.FindStringSubmatch(cmd.Long)
		if paragraph == nil {
			t.Errorf("the help of %s names no exit status", cmd.CommandPath())
			continue
		}
		numbers := exitNumber.FindAllString(paragraph[1], -1)
		if len(numbers) == 0 {
			t.Errorf("the help of %s names no number: %s", cmd.CommandPath(), paragraph[1])
		}
		for _, number := range numbers {
			if cmd.HasParent() && !shown[cmd.CommandPath()+" "+number] {
				t.Errorf("no script shows that %s ends with exit status %s", cmd.CommandPath(), number)
			}
		}
	}
}
