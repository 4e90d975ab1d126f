package main

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sweepd/internal/testing/e2e"
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
