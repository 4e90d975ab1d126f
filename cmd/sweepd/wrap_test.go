package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestLongLinesAreBrokenBetweenWordsOnATerminalOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{
			"error: the folder cannot be read, and so is left out\n",
			"error: the folder cannot be read, and so\n  is left out\n",
		},
		{
			"daemon     running, but it does not answer\n  and more",
			"daemon     running, but it does not\n           answer\n  and more",
		},
		{
			"     hint: check that you own the folder it is in\n",
			"     hint: check that you own the folder\n     it is in\n",
		},
		{"a " + strings.Repeat("b", 50) + " c", "a\n  " + strings.Repeat("b", 50) + "\n  c"},
		{
			"nothing was changed; to move: sweepd apply 'a b.png' ~/c, or not",
			"nothing was changed; to move:\n  sweepd apply 'a b.png' ~/c, or not",
		},
		{
			`nothing was changed; to restore: sweepd undo $'a b\nc\' d.png'; or not`,
			"nothing was changed; to restore:\n  " + `sweepd undo $'a b\nc\' d.png'; or not`,
		},
		{
			"first run: sweepd plan -o plan.json, then \x1b[1msweepd apply plan.json\x1b[0m",
			"first run: sweepd plan -o plan.json,\n  then \x1b[1msweepd apply plan.json\x1b[0m",
		},
		{"\x1b[31merror:\x1b[0m the folder cannot be read now", "\x1b[31merror:\x1b[0m the folder cannot be read now"},
		{strings.Repeat("画像 ", 9) + "a", strings.Repeat("画像 ", 7) + "画像\n  画像 a"},
		{"\n\n", "\n\n"},
		{"", ""},
	} {
		var pipe, screen bytes.Buffer
		stream{Writer: &pipe}.printf("%s", c.text)
		stream{Writer: &screen, width: 40}.printf("%s", c.text)
		if pipe.String() != c.text {
			t.Errorf("in a pipe %q is %q", c.text, pipe.String())
		}
		if screen.String() != c.want {
			t.Errorf("on 40 columns:\n%q, want\n%q", screen.String(), c.want)
		}
	}
}

// A list of verbs by hand would miss a new one.
func TestTheCommandOfEachVerbIsKeptWhole(t *testing.T) {
	t.Parallel()
	root := (&program{term: &terminal{}}).root()
	root.InitDefaultCompletionCmd("completion")
	for _, verb := range root.Commands() {
		if got := words("see: sweepd " + verb.Name() + " a; and so on"); got[1] != "sweepd "+verb.Name()+" a;" {
			t.Errorf("sweepd %s is broken: %q", verb.Name(), got)
		}
	}
}

func FuzzWrapKeepsTheWords(f *testing.F) {
	f.Add("to restore: sweepd undo 1; or not at all, as one may wish", 40)
	f.Add("  =>   trash : \x1b[1mx\x1b[0m  y", 41)
	f.Fuzz(func(t *testing.T, text string, columns int) {
		if columns < narrow || columns > 300 || strings.ContainsAny(text, "\n\r\t\v\f") {
			return
		}
		var out bytes.Buffer
		stream{Writer: &out, width: columns}.printf("%s", text)
		if !slices.Equal(strings.Fields(out.String()), strings.Fields(text)) {
			t.Errorf("%q became %q", text, out.String())
		}
	})
}
