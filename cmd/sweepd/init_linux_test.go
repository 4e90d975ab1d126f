package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// pty returns both ends of a pseudo-terminal, the user's and the program's; see pty(7).
func pty(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// atTerminal runs sweepd at a terminal. Each answer is typed when the question has
// come; what the terminal showed, and how it ended, come back.
func atTerminal(t *testing.T, home string, args []string, answers ...[2]string) (shown string, err error) {
	t.Helper()
	person, program := pty(t)
	cmd := exec.CommandContext(t.Context(), "sweepd", args...) // in PATH: see TestMain
	cmd.Env, cmd.Dir = []string{"HOME=" + home}, home
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	var all bytes.Buffer
	b, from := make([]byte, 4096), 0
	for {
		n, err := person.Read(b) // EIO once the other end is closed
		all.Write(b[:n])
		if len(answers) > 0 {
			if i := strings.Index(all.String()[from:], answers[0][0]); i >= 0 {
				from += i + len(answers[0][0])
				if _, err := io.WriteString(person, answers[0][1]); err != nil {
					t.Fatal(err)
				}
				answers = answers[1:]
			}
		}
		if err != nil {
			break
		}
	}
	if len(answers) > 0 {
		t.Errorf("never asked: %q", answers)
	}
	return all.String(), cmd.Wait()
}

func TestAPersonAtATerminalIsAskedFiveQuestions(t *testing.T) {
	t.Parallel()
	w := &e2e.World{T: t, Home: t.TempDir(), Files: map[string][]byte{}}
	w.Write("Downloads/DALL-E 2024-04-20 01.17.00.png", smallPicture(1))
	shown, err := atTerminal(t, w.Home, []string{"init"},
		[2]string{"[Enter: ~/Downloads] ", "\n"}, [2]string{"[Enter: proven] ", "sure\n"},
		[2]string{"[Enter: proven] ", "likely\n"}, [2]string{"[Enter: 7d] ", "0\n"},
		[2]string{"[Enter: off] ", "\n"}, [2]string{"[Enter: report] ", "\n"},
		[2]string{"write this policy to ~/.config/sweepd/policy.yaml? [Y/n, Enter: y] ", "\n"})
	if err != nil || !strings.Contains(shown, `"sure" is not one of: proven, strong, likely`) ||
		!strings.Contains(shown, "created less than 10 minutes ago") || !strings.Contains(shown, "5 questions.") ||
		strings.Count(shown, "[Enter: ") != 6 {
		t.Errorf("%v; the terminal shows\n%s", err, shown)
	}
	policy, err := os.ReadFile(filepath.Join(w.Home, ".config/sweepd/policy.yaml"))
	if err != nil || !bytes.Contains(policy, []byte("confidence: likely}, do: trash}")) {
		t.Errorf("%v\n%s", err, policy)
	}
}

// Ctrl-C and Ctrl-D, the end of the input, end init before its last answer.
func TestAnInterruptAtAQuestionLeavesNothingAndLosesNoAnswer(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"\x03": exitTrouble, "\x04": exitUsage} {
		w := &e2e.World{T: t, Home: t.TempDir(), Files: map[string][]byte{}}
		w.Write("Downloads/a.txt", nil)
		shown, err := atTerminal(t, w.Home, []string{"init"}, [2]string{"[Enter: ~/Downloads] ", "\n"},
			[2]string{"[Enter: proven] ", "likely\n"}, [2]string{"[Enter: 7d]", key})
		const hint = "nothing was written; to go on with the answers so far: " +
			"sweepd init --folder ~/Downloads --careful likely\r\n"
		exit, ok := err.(*exec.ExitError)
		if !ok || exit.ExitCode() != want || !strings.Contains(shown, hint) {
			t.Errorf("%q: ends with %v; the terminal shows\n%s", key, err, shown)
		}
		if _, err := os.Lstat(filepath.Join(w.Home, ".config")); !os.IsNotExist(err) {
			t.Errorf("%q: it wrote: %v", key, err)
		}
	}
}
