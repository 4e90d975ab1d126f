package main

import (
	"bytes"
	"testing"
	"time"
)

func TestNamesArePrintedSoThatATerminalDoesNotActOnThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ChatGPT Image Apr 20, 2026, 01_17_00 AM.png": "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png",
		"ChatGPT 画像 2026年6月29日 10_17_37.png":          "ChatGPT 画像 2026年6月29日 10_17_37.png",
		"narrow\u202fspace.png":                       "narrow\u202fspace.png",
		"a\nb\tc.png":                                 `a\nb\tc.png`,
		"\x1b]0;owned\x07.png":                        `\x1b]0;owned\a.png`,
		"bad\xff\xfe.png":                             `bad\xff\xfe.png`,
		"gnp.\u202etxt":                               `gnp.\u202etxt`,
		"c1\u009b2J":                                  `c1\u009b2J`,
		"zero\u200bwidth":                             `zero\u200bwidth`,
		"\ufffd was there":                            "\ufffd was there",
		"":                                            "",
	} {
		if got := safe(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

func TestAgesSayOneUnit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Hour: "now", 30 * time.Second: "now", 59 * time.Minute: "59min", 23 * time.Hour: "23h",
		49 * time.Hour: "2d", 99 * 24 * time.Hour: "99d", 217 * 24 * time.Hour: "7mo", 800 * 24 * time.Hour: "2y",
	} {
		if got := age(now.Add(-d), now); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
	if got := age(time.Time{}, now); got != "?" {
		t.Errorf("no time: got %s, want ?", got)
	}
}

func TestColoursAndProgressAreForTerminalsOnly(t *testing.T) {
	t.Parallel()
	var out, err bytes.Buffer
	term := newTerminal(&out, &err, false, time.Now)
	term.printf("%s", term.bold("x"))
	term.progress("seen %d", 1)
	term.settle()
	if out.String() != "x" || err.Len() != 0 {
		t.Errorf("a pipe got %q and %q, want x and nothing", out.String(), err.String())
	}
}

func TestOnlyAPathBelowTheHomeIsShortened(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"/home/ann/a", "/home/ann", "~/a"},
		{"/home/anna/a", "/home/ann", "/home/anna/a"},
		{"/a", "/", "/a"},
		{"/a", "", "/a"},
	} {
		if got := tilde(c[0], c[1]); got != c[2] {
			t.Errorf("%s in %s: got %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestALongNameLosesItsMiddleOnATerminalOnly(t *testing.T) {
	t.Parallel()
	const name = "~/Pictures/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	for _, c := range []struct {
		name         string
		width, after int
		want         string
	}{
		{name, 0, 36, name}, // a pipe
		{name, 100, 36, name},
		{name, 36 + len(name), 36, name},
		{name, 60, 36, "~/Pictures/C…7_00 AM.png"},
		{name, 50, 36, name}, // no room for anything
		{"ChatGPT 画像 2026年6月29日 10_17_37.png", 56, 36, "ChatGPT 画…17_37.png"},
	} {
		term := &terminal{width: c.width}
		if got := term.fit(c.name, c.after); got != c.want {
			t.Errorf("%s after %d of %d columns: got %s, want %s", c.name, c.after, c.width, got, c.want)
		}
	}
}
