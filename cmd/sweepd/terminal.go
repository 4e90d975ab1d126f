package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
)

// terminal prints to the user: results to out, progress and messages to err. It is used by one goroutine, since it
// keeps the state of the progress line; a scan calls progress from its own goroutine only. The results in out may go to
// a file while err is still a terminal, or the other way round.
type terminal struct {
	out, err stream
	live     bool   // err is a terminal: questions may be asked
	redraw   bool   // err can draw a line again: progress is shown
	plain    bool   // NO_COLOR or TERM=dumb: no colours unless they are asked for
	when     string // the value of --color; "" is auto
	linking  bool   // the terminal shows hyperlinks
	urls     fileURLs
	last     time.Time
	now      func() time.Time
	in       language.Printer // the language of texts
}

// newTerminal returns the terminal of two streams. It reads NO_COLOR of the environment, see https://no-color.org,
// TERM, the variables by which linking knows terminals, and the locale.
func newTerminal(out, err io.Writer, getenv func(string) string, now func() time.Time) *terminal {
	t := &terminal{out: newStream(out), err: newStream(err), live: isTerminal(err), now: now, in: language.New(getenv)}
	dumb := getenv("TERM") == "dumb"
	t.redraw, t.plain = t.live && !dumb, getenv("NO_COLOR") != "" || dumb
	t.linking, t.urls = linking(getenv), newFileURLs(getenv)
	_ = t.setColour("auto") // a valid value
	return t
}

// controlled reports whether the process has a controlling terminal, whose end causes a SIGHUP, wherever its input
// and output go.
func controlled() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	return tty.Close() == nil
}

// text returns a text in the user's language, safe for a terminal. Texts have file names and errors of services in
// them, which can contain anything.
func (t *terminal) text(of language.Text) string { return safe(of.In(t.in)) }

// level returns c in its colour, padded to the longest level. The names of the levels are not translated: they are the
// values that policies and flags take.
func (t *terminal) level(c fingerprint.Confidence) string {
	code := map[fingerprint.Confidence]string{
		fingerprint.Proven:   "32",
		fingerprint.Strong:   "36",
		fingerprint.Likely:   "33",
		fingerprint.Possible: "2",
	}[c]
	return t.paint(code, fmt.Sprintf("%-8s", c))
}

// progress redraws one line of stderr, at most ten times a second; it prints nothing on a pipe or a dumb terminal.
// settle has to come before anything else is printed.
func (t *terminal) progress(format string, args ...any) {
	if now := t.now(); t.redraw && now.Sub(t.last) > 100*time.Millisecond {
		t.last = now
		fmt.Fprint(t.err, "\r\x1b[K", t.in.Sprintf(format, args...))
	}
}

// output passes on each write and keeps the first error, so that its callers need not check for one. The program writes
// thousands of lines; main looks at the error once, at the end.
type output struct {
	io.Writer
	err error
}

// Write passes b on. It also returns the error, for callers such as io.Copy that stop at it.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b) // a closed pipe ends the program by SIGPIPE
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// settle clears the line that progress drew.
func (t *terminal) settle() {
	if t.redraw && !t.last.IsZero() {
		fmt.Fprint(t.err, "\r\x1b[K")
		t.last = time.Time{}
	}
}

// safe returns a file name that is safe for a terminal; see report.Plain.
func safe(name string) string { return report.Plain(name) }

// lines returns text that is safe for a terminal, with its line breaks, which a policy's excerpt needs.
func lines(text string) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range all {
		all[i] = safe(line)
	}
	return strings.Join(all, "\n")
}

// size returns a number of bytes as text, in powers of ten as disks are sold.
func size(n int64) language.Size { return language.Size(n) }

// count returns a number with its noun: "1 file", "2,000 files".
func count(n int64, noun string) language.Counted { return language.Count(n, noun) }

// age returns the time since then, in the largest useful unit.
func age(then, now time.Time) language.Message {
	d := now.Sub(then)
	switch days := int(d.Hours() / 24); {
	case then.IsZero():
		return language.Verbatim("?")
	case d < time.Minute:
		return language.Messagef("now")
	case d < time.Hour:
		return language.Messagef("%dmin", int(d.Minutes()))
	case d < 24*time.Hour:
		return language.Messagef("%dh", int(d.Hours()))
	case days < 100:
		return language.Messagef("%dd", days)
	case days < 730:
		return language.Messagef("%dmo", days*12/365)
	default:
		return language.Messagef("%dy", days/365)
	}
}

// modified returns the time of the last write to a file, and how long ago that is.
func modified(then, now time.Time) language.Message {
	at := then.Local().Format("2006-01-02 15:04")
	switch {
	case then.IsZero():
		return language.Messagef("modified at an unknown time")
	case then.After(now):
		return language.Messagef("modified %s (in the future)", at)
	case now.Sub(then) < time.Minute:
		return language.Messagef("modified %s (just now)", at)
	}
	return language.Messagef("modified %s (%s ago)", at, age(then, now))
}

// tilde returns the path with ~ for the home directory.
func tilde(path, home string) string {
	if rest, ok := strings.CutPrefix(path, home+"/"); ok && home != "" && home != "/" {
		return "~/" + rest
	}
	return path
}

// tildes returns the text with ~ for the home directory in each path. A path begins after a space, a quote, a
// parenthesis or a colon.
func tildes(text, home string) string {
	if home == "" || home == "/" {
		return text
	}
	parts := strings.Split(text, home+"/")
	for i, before := range parts[:len(parts)-1] {
		if last, _ := utf8.DecodeLastRuneInString(before); before == "" || strings.ContainsRune(" \"'(:", last) {
			parts[i] += "~/"
		} else {
			parts[i] += home + "/" // part of another path
		}
	}
	return strings.Join(parts, "")
}

// quoted returns s quoted for a shell. A name that a terminal must not be given as it is becomes $'...' with escapes
// (POSIX.1-2024, 2.2.4), which bash, zsh, ksh and busybox read. Letters of other languages are quoted although shells
// need it only for some of them, because the plain ones are listed.
func quoted(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~+,:@%", r)
	}) < 0 {
		return s
	}
	if safe(s) == s {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(s); i += w {
		_, w = utf8.DecodeRuneInString(s[i:])
		switch letter := s[i : i+w]; {
		case letter == "'" || letter == `\`:
			b.WriteString(`\` + letter)
		case safe(letter) == letter:
			b.WriteString(letter)
		default:
			for _, c := range []byte(letter) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
	}
	return "$'" + b.String() + "'"
}

// quotedPath returns a path quoted for a shell, with ~ for the home if that needs no quotes: a shell does not expand a
// quoted ~.
func (p *program) quotedPath(path string) string {
	if short := tilde(path, p.home()); quoted(short) == short {
		return short
	}
	return quoted(path)
}
