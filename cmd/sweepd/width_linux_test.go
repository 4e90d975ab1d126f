package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// wideHome returns a home whose names, rule and notes are wider than a narrow terminal, and one picture in it.
func wideHome(t *testing.T) (home, picture string) {
	t.Helper()
	w := &e2e.World{T: t, Home: t.TempDir(), Files: map[string][]byte{}}
	w.Write(".config/sweepd/policy.yaml", []byte(`version: 1
storages:
  home: {type: local, roots: [~/Downloads, ~/Pictures of the family]}
rules:
  - {name: family, when: {path: "~/Pictures of the family/keep/**"}, do: keep}
  - {name: everything-that-i-generated-in-the-browser, when: {confidence: likely, derived: include}, do: trash}
settle: 0s
trash: {ours: 30d}
`))
	picture = "Pictures of the family/2026 in the summer/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	w.Write(picture, smallPicture(1))
	w.Write("Downloads/ChatGPT 画像 2026年6月29日 10_17_37.png", smallPicture(2))
	w.Write("Downloads/copy/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", smallPicture(1))
	return w.Home, picture
}

// A line of a command, a path or a hash alone is as long as it is: it is there to be copied.
var uncut = regexp.MustCompile(`^ *(\S+|sweepd (forget|apply) .*)$`)

// Each verb is run once and in this order, which gives each something to show.
func TestLinesFitTheTerminal(t *testing.T) {
	t.Parallel()
	home, picture := wideHome(t)
	for _, c := range []struct {
		columns int
		args    []string
	}{
		{60, []string{"check"}},
		{200, []string{"check"}},
		{60, []string{"scan", "--totals", "folder"}},
		{200, []string{"scan", "--totals", "folder"}},
		{60, []string{"scan", "--by-image"}},
		{60, []string{"scan", "Downlaods"}},
		{60, []string{"doctor"}},
		{60, []string{"explain", picture}},
		{60, []string{"init", "--yes", "--policy", "new.yaml"}},
		{60, []string{"plan", "-o", "plan.json"}},
		{60, []string{"apply"}},
		{60, []string{"apply", "plan.json"}},
		{60, []string{"history", "1"}},
		{200, []string{"history", "1"}},
		{60, []string{"history", picture}},
		{60, []string{"trash", "list"}},
		{60, []string{"status"}},
		{60, []string{"undo", "1"}},
		{60, []string{"history"}},
		{60, []string{"keep", "--list"}},
	} {
		shown := onScreen(t, home, uint16(c.columns), []string{"TERM=xterm-kitty"}, c.args...)
		widest := 0
		for line := range strings.Lines(shown) {
			line = line[strings.LastIndexByte(line, '\r')+1:] // what a progress line drew before is gone
			line = drawn.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
			if strings.ContainsRune(line, '\x1b') {
				t.Errorf("%q: unknown sequence in %q", c.args, line)
			}
			n := span([]rune(line))
			if widest = max(widest, n); n > c.columns && !uncut.MatchString(line) {
				t.Errorf("%q has a line of %d columns on %d:\n%s", c.args, n, c.columns, line)
			}
		}
		if widest < 40 {
			t.Errorf("%q shows too little:\n%s", c.args, shown)
		}
		if names := strings.Contains(shown, "…"); c.columns == 200 && names {
			t.Errorf("%q cuts a name on %d columns:\n%s", c.args, c.columns, shown)
		}
	}
}

// drawn are the sequences that the program may write, apart from the text of a link.
var drawn = regexp.MustCompile("\x1b\\[[0-9;]*[mK]|\x1b\\]8;;[^\x1b]*\x1b\\\\")

// The last letter of a label need not be followed by two spaces: its text goes on below itself all the same.
func TestAStorageInTheStatusFits60Columns(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &program{getenv: func(string) string { return "" }, now: time.Now}
	p.term = &terminal{out: stream{Writer: &out, width: 60}}
	p.printStorage(status.Storage{
		Name: "home", Type: "local", State: "idle", Seen: 102_000, Images: 81_858, Matched: 873, Due: 12,
		LastGood: time.Now(), Refused: map[string]int64{"changed": 3, "protected:git": 2, "protected:open": 1},
	})
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if span([]rune(line)) > 60 {
			t.Errorf("a line of %d columns: %s", span([]rune(line)), line)
		}
		if text := strings.TrimLeft(line, " "); strings.HasPrefix(line, "   ") && len(line)-len(text) != 13 {
			t.Errorf("a line goes on at another column: %s", line)
		}
	}
	if strings.Count(out.String(), "\n             ") < 2 {
		t.Errorf("no line was broken:\n%s", out.String())
	}
}
