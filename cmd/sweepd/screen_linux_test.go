package main

import (
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// onScreen runs sweepd on a terminal with that many columns and these variables besides HOME, and returns everything
// that it wrote there.
func onScreen(t *testing.T, home string, columns uint16, env []string, args ...string) string {
	t.Helper()
	person, program := pty(t)
	size := unix.Winsize{Row: 50, Col: columns}
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sweepd", args...) // in PATH: see TestMain
	cmd.Env, cmd.Dir = append([]string{"HOME=" + home, "TZ=UTC"}, env...), home
	cmd.Stdout, cmd.Stderr = program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	shown, _ := io.ReadAll(person) // EIO once the other end is closed
	_ = cmd.Wait()                 // a status is not what these tests are about
	return strings.ReplaceAll(string(shown), "\r\n", "\n")
}

// pictureHome returns a home with one picture from ChatGPT in its downloads, and the picture's name.
func pictureHome(t *testing.T) (home, name string) {
	t.Helper()
	w := &e2e.World{T: t, Home: t.TempDir(), Files: map[string][]byte{}}
	name = "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"
	w.Write("Downloads/"+name, smallPicture(1))
	return w.Home, name
}

// A flag outranks the environment, and NO_COLOR counts if it is not empty: https://no-color.org.
func TestColoursOnATerminal(t *testing.T) {
	t.Parallel()
	home, _ := pictureHome(t)
	for _, c := range []struct {
		env  []string
		flag string
		want bool
	}{
		{[]string{"TERM=xterm"}, "auto", true},
		{[]string{"TERM=xterm", "NO_COLOR="}, "auto", true},
		{[]string{"TERM=xterm", "NO_COLOR=1"}, "auto", false},
		{[]string{"TERM=dumb"}, "auto", false},
		{[]string{"TERM=xterm"}, "never", false},
		{[]string{"TERM=dumb", "NO_COLOR=1"}, "always", true},
	} {
		for _, args := range [][]string{{"scan", "Downloads"}, {"nosuchverb"}} {
			shown := onScreen(t, home, 80, c.env, append(args, "--color", c.flag)...)
			if got := strings.Contains(shown, "\x1b[3"); got != c.want {
				t.Errorf("%q %q --color %s: colours are %v, want %v\n%q", c.env, args, c.flag, got, c.want, shown)
			}
		}
	}
}

var hyperlink = regexp.MustCompile("\x1b\\]8;;([^\x1b\a]+)\x1b\\\\([^\x1b\a]*)\x1b\\]8;;\x1b\\\\")

// A list on a terminal that shows hyperlinks has a link to each file, whatever its name; and neither of the two has
// a sequence of the name's.
func TestListedFilesAreLinks(t *testing.T) {
	t.Parallel()
	home, name := pictureHome(t)
	evil := "\x1b]8;;evil:\x1b\\\a%41?#\xff" + name
	if err := os.Rename(filepath.Join(home, "Downloads", name), filepath.Join(home, "Downloads", evil)); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"scan", "--all"}, {"scan", "--all", "--by-image"}, {"plan", "--all"}, {"explain", "Downloads/" + evil},
	} {
		if args[0] != "explain" {
			args = append(args, "Downloads")
		}
		shown := onScreen(t, home, 80, []string{"TERM=xterm-256color", "VTE_VERSION=7600"}, args...)
		links := hyperlink.FindAllStringSubmatch(shown, -1)
		if len(links) != 1 {
			t.Fatalf("%q shows %d links, want 1\n%q", args, len(links), shown)
		}
		u, err := url.Parse(links[0][1])
		if err != nil || u.Host != host || u.Path != filepath.Join(home, "Downloads", evil) {
			t.Errorf("%q links to %q: %v", args, links[0][1], err)
		}
		if rest := hyperlink.ReplaceAllString(shown, "$2"); strings.ContainsAny(rest, "\a") ||
			strings.Contains(rest, "\x1b]") {
			t.Errorf("%q lets a sequence through: %q", args, rest)
		}
	}
}

func TestHyperlinksAreForTerminalsOnlyAndCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	home, _ := pictureHome(t)
	for _, c := range []struct {
		env, flag string
		want      bool
	}{
		{"VTE_VERSION=7600", "auto", true},
		{"VTE_VERSION=7600", "never", false},
		{"VTE_VERSION=4000", "always", false},
		{"TERM=dumb", "always", false},
	} {
		env := []string{"TERM=xterm", "VTE_VERSION=7600", c.env}
		shown := onScreen(t, home, 80, env, "scan", "Downloads", "--color", c.flag)
		if got := strings.Contains(shown, "\x1b]8"); got != c.want {
			t.Errorf("%q --color %s: links are %v\n%q", c.env, c.flag, got, shown)
		}
		shown = onScreen(t, home, 80, env, "scan", "Downloads", "--json", "--color", c.flag)
		if strings.Contains(shown, "\x1b]8") || strings.Contains(shown, `"path":"\u001b`) {
			t.Errorf("%q --color %s: JSON has links\n%q", c.env, c.flag, shown)
		}
	}
}
