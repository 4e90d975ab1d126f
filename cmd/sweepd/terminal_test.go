package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
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
		if got := age(now.Add(-d), now).String(); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
	if got := age(time.Time{}, now).String(); got != "?" {
		t.Errorf("no time: got %s, want ?", got)
	}
}

func TestColoursAndProgressAreForTerminalsOnly(t *testing.T) {
	t.Parallel()
	var out, err bytes.Buffer
	term := newTerminal(&out, &err, os.Getenv, time.Now)
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

func TestAPathBelowTheHomeIsShortenedInAText(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{`Git tracks it (in "/home/ann/src")`, "/home/ann", `Git tracks it (in "~/src")`},
		{"/home/ann/a, and /home/ann/b", "/home/ann", "~/a, and ~/b"},
		{"named in /mnt/home/ann/a and /home/anna/a", "/home/ann", "named in /mnt/home/ann/a and /home/anna/a"},
		{"named in /a", "/", "named in /a"},
		{"named in /a", "", "named in /a"},
	} {
		if got := tildes(c[0], c[1]); got != c[2] {
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
		{name, 80, 36, "~/Pictures/ChatGPT Ima…2026, 01_17_00 AM.png"},
		{name, 60, 36, "\n    " + name},
		{name, 50, 36, "\n    ~/Pictures/ChatGPT Imag… 2026, 01_17_00 AM.png"},
		{name, 39, 2, name}, // no room for anything
		{"ChatGPT 画像 2026年6月29日 10_17_37.png", 40, 36, "\n    ChatGPT 画像 2026年…9日 10_17_37.png"},
	} {
		term := &terminal{out: stream{width: c.width}}
		if got := term.fit(c.name, c.after); got != c.want {
			t.Errorf("%s after %d of %d columns: got %s, want %s", c.name, c.after, c.width, got, c.want)
		}
	}
}

func TestANoteFitsTheTerminalAndIsOneLineInAPipe(t *testing.T) {
	t.Parallel()
	const text = "the file name has the form of a ChatGPT download; hold: its grace has not started"
	for width, want := range map[int]string{
		0:   strings.Repeat(" ", 36) + text + "\n", // a pipe
		120: strings.Repeat(" ", 36) + text + "\n",
		80: strings.Repeat(" ", 36) + "the file name has the form of a ChatGPT\n" +
			strings.Repeat(" ", 36) + "download; hold: its grace has not started\n",
		60: "    the file name has the form of a ChatGPT download; hold:\n    its grace has not started\n",
		20: "    " + text + "\n", // no room for anything
	} {
		var out bytes.Buffer
		term := &terminal{out: stream{Writer: &out, width: width}}
		if term.note(text, 36); out.String() != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, out.String(), want)
		}
	}
}

// A list of 60 columns has no line that the terminal would break, and the same list in a pipe has whole names.
func TestAListIsReadableOn60Columns(t *testing.T) {
	t.Parallel()
	const name = "/data/Pictures/2026/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	found := sweeper.Found{
		Storage: "home", Entry: providers.Entry{Path: name, Size: 2_300_000},
		Verdict: fingerprint.Verdict{Confidence: fingerprint.Likely},
		Decision: policy.Decision{
			Action: policy.Hold, Reasons: []language.Message{language.Verbatim("it was changed less than 10 " +
				"minutes ago, and may still be " +
				"written to")},
		},
	}
	for _, width := range []int{0, 60, 80, 100} {
		var out bytes.Buffer
		p := &program{now: time.Now, getenv: func(string) string { return "" }, remote: &policy.Policy{}}
		p.term = &terminal{out: stream{Writer: &out, width: width}}
		p.heading("file and reason")
		p.file(found)
		p.why(found)
		for line := range strings.Lines(out.String()) {
			if n := span([]rune(strings.TrimSuffix(line, "\n"))); width > 0 && n > width {
				t.Errorf("%d columns: a line of %d: %s", width, n, line)
			}
		}
		if whole := strings.Contains(out.String(), name); whole != (width == 0 || width == 100) {
			t.Errorf("%d columns: the whole name is %v:\n%s", width, whole, out.String())
		}
	}
}

// A shell must read the name that it is given, whatever is in it.
func TestAShellReadsAQuotedName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"plain.png", "", "with space", "it's", `back\slash`, "$(touch x) `y` \"z\" !", "*?[a]{b,c}", "~/x", "#a", "-n",
		"line\nbreak", "esc\x1b[31m", "marks \u202e and \u200b", "no UTF-8 \xff\xfe'", "é\\\x01'7", "tab\t8",
	} {
		line := quoted(name)
		if safe(line) != line {
			t.Errorf("%q is quoted as %q, on which a terminal would act", name, line)
		}
		got, err := exec.Command("bash", "-c", "printf %s "+line).Output()
		if name == "-n" || name == "~/x" { // paths of ours begin otherwise
			continue
		}
		if err != nil || string(got) != name {
			t.Errorf("%s is read as %q, %v; want %q", line, got, err, name)
		}
	}
}
