package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// demoWorld is a home that a demo must not touch, and a place for its own.
type demoWorld struct {
	*testing.T
	home, tmp string
}

func newDemoWorld(t *testing.T) *demoWorld {
	t.Helper()
	w := &demoWorld{t, t.TempDir(), t.TempDir()}
	if err := os.WriteFile(filepath.Join(w.home, "mine.png"), smallPicture(1), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *demoWorld) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.Context(), args[0], args[1:]...) // sweepd is in PATH: see TestMain
	cmd.Env = []string{
		"HOME=" + w.home, "TMPDIR=" + w.tmp, "PATH=" + os.Getenv("PATH"), "HTTPS_PROXY=http://192.0.2.1:1",
		"NO_PROXY=*", "SWEEPD_POLICY=/nonexistent",
	}
	cmd.Dir = w.home
	return cmd
}

// nothingLeft checks that no file and no process of the demo is left.
func (w *demoWorld) nothingLeft(when string) {
	w.Helper()
	for dir, want := range map[string]string{w.home: "mine.png", w.tmp: ""} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			w.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != want {
				w.Errorf("%s: %s has %s in it", when, dir, e.Name())
			}
		}
	}
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		w.Fatal(err)
	}
	for _, path := range environs {
		if env, err := os.ReadFile(path); err == nil && bytes.Contains(env, []byte("TMPDIR="+w.tmp+"\x00")) {
			w.Errorf("%s: still running: %s", when, filepath.Dir(path))
		}
	}
}

// An interrupt just after each command of the walk was begun: it ends, and
// nothing of it is left.
func TestADemoThatIsInterruptedAnywhereLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newDemoWorld(t)
	for step := range rotation.New(t, 2).Steps() {
		cmd := w.command("sweepd", "demo")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		seen, last := 0, ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if last = lines.Text(); !strings.HasPrefix(last, "$ sweepd ") {
				continue
			}
			if seen++; seen != step {
				continue
			}
			if err := cmd.Process.Signal([]os.Signal{os.Interrupt, syscall.SIGTERM}[step%2]); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(out)
			if err != nil || !strings.HasSuffix(string(rest), "stopped; all temporary files were removed\n") {
				t.Errorf("step %d, %s: it ends with %q, %v", step, last, rest, err)
			}
			break
		}
		err = cmd.Wait()
		whole := seen < step
		if status := cmd.ProcessState.ExitCode(); whole && (status != 0 || step < 8) ||
			!whole && status != exitTrouble {
			t.Errorf("step %d, %s: status %d, %v", step, last, status, err)
		}
		w.nothingLeft(last)
		if whole {
			return
		}
	}
}

var reached = regexp.MustCompile(`(?m)^(?:\d+ +)?(?:connect|bind|sendto|sendmsg)\(.*sa_family=AF_INET6?, .*$`)

// The demo connects to loopback alone, on any network.
func TestTheDemoSpeaksToLoopbackAlone(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	w := newDemoWorld(t)
	log := filepath.Join(t.TempDir(), "strace")
	if out, err := w.command(strace, "-f", "-qq", "-e", "trace=network", "-o", log, "sweepd",
		"demo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	loopback := 0
	for _, call := range reached.FindAllString(string(calls), -1) {
		if !strings.Contains(call, `inet_addr("127.0.0.1")`) && !strings.Contains(call, `"::1"`) &&
			!strings.Contains(call, `"::ffff:127.0.0.1"`) {
			t.Errorf("%s", call)
		}
		loopback++
	}
	if loopback < 10 {
		t.Errorf("strace has shown %d calls, want the whole of what was done", loopback)
	}
	w.nothingLeft("at the end")
}

// The page of the demo shows pictures of the folder and of both clouds, until an interrupt, and nothing is left.
func TestTheDemoServesThePageOfReview(t *testing.T) {
	t.Parallel()
	w := newDemoWorld(t)
	cmd := w.command("sweepd", "demo", "--review")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	link, lines := "", bufio.NewScanner(out)
	for link == "" && lines.Scan() {
		link = pageLink.FindString(lines.Text())
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	resp, err := browser.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	base, _, _ := strings.Cut(link, "/login/")
	if resp, err = browser.Get(base + "/"); err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", link, resp.Status, err)
	}
	for _, place := range []string{"~/Downloads/ChatGPT Image", "drive:/Pictures/ChatGPT Image", "box:/ChatGPT Image"} {
		if !strings.Contains(string(page), place) {
			t.Errorf("the page does not have %q:\n%s", place, page)
		}
	}
	if err := errors.Join(resp.Body.Close(), cmd.Process.Signal(os.Interrupt)); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil || !strings.HasSuffix(string(rest), "stopped; all temporary files were removed\n") {
		t.Errorf("it ends with %q, %v", rest, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("an interrupt ends it with %v", err)
	}
	w.nothingLeft("after the page")
}
