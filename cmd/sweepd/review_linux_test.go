package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gdamore/tcell/v3/vt"
	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// emulator is a terminal, with a program on it.
type emulator struct {
	*testing.T
	cmd     *exec.Cmd
	person  *os.File
	program *os.File
	term    vt.MockTerm

	read chan struct{} // closed when everything that the program wrote has been read

	mu       sync.Mutex
	wrote    bytes.Buffer // by the program
	pictures bool         // it answers that it shows pictures by kitty's protocol
}

// newEmulator starts sweepd on a terminal of that size, in the home.
func newEmulator(t *testing.T, home string, pictures bool, columns, rows int, args ...string) *emulator {
	t.Helper()
	m := &emulator{T: t, pictures: pictures, read: make(chan struct{})}
	m.person, m.program = pty(t)
	t.Cleanup(func() { _ = m.program.Close() })
	width, height := uint16(columns), uint16(rows)
	size := unix.Winsize{Row: height, Col: width, Xpixel: width * 10, Ypixel: height * 20}
	if err := unix.IoctlSetWinsize(int(m.program.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		t.Fatal(err)
	}
	m.term = vt.NewMockTerm(vt.MockOptSize{X: vt.Col(columns), Y: vt.Row(rows)})
	if err := m.term.Start(); err != nil {
		t.Fatal(err)
	}
	m.cmd = exec.CommandContext(t.Context(), "sweepd", args...) // in PATH: see TestMain
	m.cmd.Env, m.cmd.Dir = []string{"HOME=" + home, "TERM=xterm-256color", "TZ=UTC"}, home
	m.cmd.Stdin, m.cmd.Stdout, m.cmd.Stderr = m.program, m.program, m.program
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go m.show()
	go m.answer()
	return m
}

// show passes what the program writes to the terminal.
func (m *emulator) show() {
	defer close(m.read)
	asked := []byte("\x1b_Gi=31,")
	for buffer := make([]byte, 1<<16); ; {
		n, err := m.person.Read(buffer)
		if err != nil {
			return
		}
		m.mu.Lock()
		had := bytes.Contains(m.wrote.Bytes(), asked)
		m.wrote.Write(buffer[:n])
		if m.pictures && !had && bytes.Contains(m.wrote.Bytes(), asked) {
			m.press("\x1b_Gi=31;OK\x1b\\") // answers come in the order of the questions
		}
		_, _ = m.term.Write(buffer[:n])
		m.mu.Unlock()
	}
}

// answer passes the answers of the terminal to the program.
func (m *emulator) answer() {
	for buffer := make([]byte, 1024); ; {
		n, err := m.term.Read(buffer)
		if err != nil {
			return
		}
		m.press(string(buffer[:n]))
	}
}

// press types keys.
func (m *emulator) press(keys string) { _, _ = m.person.WriteString(keys) }

// screen returns the lines on the screen.
func (m *emulator) screen() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	size := m.term.Backend().GetSize()
	var text strings.Builder
	for y := range int(size.Y) {
		line := ""
		for x := range int(size.X) {
			cell := m.term.GetCell(vt.Coord{X: vt.Col(x), Y: vt.Row(y)})
			line += fmt.Sprintf("%1s", cell.C)
		}
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return text.String()
}

// output returns everything that the program has written.
func (m *emulator) output() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wrote.String()
}

// until waits until the screen has each text.
func (m *emulator) until(texts ...string) {
	m.Helper()
	deadline := time.Now().Add(patience)
	for {
		shown, missing := m.screen(), ""
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			m.Fatalf("the screen never has %q:\n%s", missing, shown)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// ends waits until the program ends, and checks that the terminal is as it was before.
func (m *emulator) ends(before *unix.Termios) {
	m.Helper()
	if err := m.cmd.Wait(); err != nil {
		m.Errorf("it ended with %v", err)
	}
	after, err := unix.IoctlGetTermios(int(m.program.Fd()), unix.TCGETS)
	if err != nil || after.Lflag != before.Lflag || after.Iflag != before.Iflag || after.Oflag != before.Oflag {
		m.Errorf("the terminal is left as %+v, %v, want %+v", after, err, before)
	}
	_ = m.program.Close() // the last of that end: what is still to be read ends
	select {
	case <-m.read:
	case <-time.After(patience):
		m.Error("the output does not end")
	}
	if out := m.output(); !strings.Contains(out, "\x1b[?1049l") {
		m.Errorf("the other screen is not left: %q", out[max(0, len(out)-200):])
	}
}

// reviewHome returns a home with four pictures: two copies of one, one in a folder of a hostile name, and one to
// review, which alone is not complete enough to be shown.
func reviewHome(t *testing.T) *e2e.World {
	t.Helper()
	w := &e2e.World{T: t, Home: t.TempDir(), Files: map[string][]byte{}}
	w.Write(".config/sweepd/policy.yaml", []byte(`version: 1
storages: {home: {type: local, roots: [~/Downloads]}}
rules:
  - {name: unsure, when: {path: "**/unsure/**"}, do: review}
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
trash: {ours: 30d}
settle: 0s
`))
	painted := func(height int) []byte {
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 320, height))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	w.Write("Downloads/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", painted(200))
	w.Write("Downloads/copy/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", painted(200))
	w.Write("Downloads/unsure/ChatGPT Image Apr 21, 2026, 01_17_00 AM.png", smallPicture(1))
	w.Write("Downloads/zz\x1b]0;evil\a\u202e/ChatGPT Image Apr 22, 2026, 01_17_00 AM.png", painted(201))
	return w
}

// termios returns the settings of a terminal.
func termios(t *testing.T, of *os.File) *unix.Termios {
	t.Helper()
	is, err := unix.IoctlGetTermios(int(of.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// sweepdIn runs a command in the home, without a terminal, and returns its output.
func sweepdIn(t *testing.T, home string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sweepd", args...)
	cmd.Env, cmd.Dir = []string{"HOME=" + home, "TZ=UTC"}, home
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	if _, status := errors.AsType[*exec.ExitError](err); err != nil && !status {
		t.Fatal(err)
	}
	return string(out)
}

func TestReviewOnATerminal(t *testing.T) {
	t.Parallel()
	w := reviewHome(t)
	w.Write("Downloads/letter.md", []byte("![](<unsure/ChatGPT Image Apr 21, 2026, 01_17_00 AM.png>)\n"))
	m := newEmulator(t, w.Home, false, 100, 24, "review", "--terminal")
	before := termios(t, m.program)
	m.until("3 images, 3 shown", "trash", "review", "(2 places)", "ChatGPT Image Apr 22", "k keep  a approve")
	m.press("\x1b[B")
	m.until(`~/Downloads/zz\x1b]0;evil\a\u202e/ChatGPT Image Apr 22`)
	m.press("\x1b[A")

	// The first is the picture in two places, with both under the list.
	m.until("~/Downloads/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png, ~/Downloads/copy/")
	m.press("k")
	m.until("1 image: kept, with every copy", "kept: you kept it on", "keep")
	if list := sweepdIn(t, w.Home, "keep", "--list"); strings.Count(list, "copy/ChatGPT Image Apr 20") == 0 {
		t.Errorf("the record has no decision:\n%s", list)
	}
	m.press("u")
	m.until("1 image: undone")
	if list := sweepdIn(t, w.Home, "keep", "--list"); !strings.Contains(list, "nothing is kept or approved") {
		t.Errorf("the record still has the decision:\n%s", list)
	}

	// Words find the one to review, and an approval is of it as it was seen.
	m.press("/APR 21\r")
	m.until("3 images, 1 shown   /APR 21", "rule unsure")
	m.press("\r")
	m.until("unsure (review) decides", "verdict", "q back")
	m.press("q")
	m.until("k keep  a approve")
	unsure := filepath.Join(w.Home, "Downloads/unsure/ChatGPT Image Apr 21, 2026, 01_17_00 AM.png")
	if err := os.WriteFile(unsure, smallPicture(9), 0o600); err != nil {
		t.Fatal(err)
	}
	m.press("a")
	m.until("it has changed since it was shown; look again")
	if list := sweepdIn(t, w.Home, "keep", "--list"); !strings.Contains(list, "nothing is kept or approved") {
		t.Errorf("a file that changed is approved:\n%s", list)
	}
	m.press("a") // a scan asks no guards of what is up for review, so this one was not seen
	m.until("not shown that something holds it", "held: ", "review")
	if list := sweepdIn(t, w.Home, "keep", "--list"); !strings.Contains(list, "nothing is kept or approved") {
		t.Errorf("a file is approved whose guard was not shown:\n%s", list)
	}
	m.press("a")
	m.until("1 image: approved as seen", "you approved it", "trash")
	m.press("\x1b")
	m.until("3 images, 3 shown")
	m.press("?")
	m.until("Keys", "another picture")
	m.press("q")
	m.until("k keep  a approve")
	m.press("q")
	m.ends(before)
	if out := m.output(); strings.Contains(out, "\x1b]0;evil") || strings.Contains(out, "\u202e") {
		t.Errorf("a file name reached the terminal: %q", out)
	}
	if left, _ := filepath.Glob(filepath.Join(w.Home, "Downloads/*/*.png")); len(left) != 3 {
		t.Errorf("the review moved files: %q are left", left)
	}
}

func TestReviewShowsPicturesAndRestoresFromTheTrash(t *testing.T) {
	t.Parallel()
	w := reviewHome(t)
	if out := sweepdIn(t, w.Home, "apply", "--yes"); !strings.Contains(out, "moved 3 files") {
		t.Fatal(out)
	}
	m := newEmulator(t, w.Home, true, 80, 24, "review", "--terminal")
	before := termios(t, m.program)
	m.until("4 images, 4 shown", "review", "binned")
	for _, step := range []string{"\x1b[B", "\x1b[B", "\x1b[B"} {
		m.press(step)
	}
	m.until("in the trash since", "by run 1 and rule mine")
	deadline := time.Now().Add(patience)
	for !strings.Contains(m.output(), "\x1b_Ga=T,f=100,q=2,C=1,c=26,") {
		if time.Now().After(deadline) {
			t.Fatalf("no picture is shown: %q", m.output())
		}
		time.Sleep(5 * time.Millisecond)
	}
	m.press("k")
	m.until("it is in the trash; u restores it")
	m.press("xxx\x1b[Hu") // the two others in the trash are still there: only the selected ones are restored
	m.until("undone")
	m.press("\x03")
	m.ends(before)
	if left, _ := filepath.Glob(filepath.Join(w.Home, "Downloads/*.png")); len(left) == 0 {
		if left, _ = filepath.Glob(filepath.Join(w.Home, "Downloads/*/*.png")); len(left) < 2 {
			t.Errorf("nothing was restored: %q", left)
		}
	}
	if out := m.output(); !strings.Contains(out, "\x1b_Ga=d,d=A") {
		t.Errorf("the picture of another row is not removed: %q", out)
	}
}

func TestReviewWithoutATerminalIsRefused(t *testing.T) {
	t.Parallel()
	if out := sweepdIn(t, t.TempDir(), "review", "--terminal"); !strings.Contains(out, "error: review --terminal "+
		"needs a terminal") {
		t.Error(out)
	}
}
