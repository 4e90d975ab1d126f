package notify

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// bus is a private session bus of the real dbus-daemon.
func bus(t *testing.T) (runtimeDir string) {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("dbus-daemon is not installed")
	}
	dir, err := os.MkdirTemp("", "bus") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address",
		"--address=unix:path="+filepath.Join(dir, "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		os.Remove(filepath.Join(dir, "bus"))
		os.Remove(dir)
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	return dir
}

// screen is a notification server, as a desktop has one.
type screen struct {
	able []string
	mu   sync.Mutex
	got  []string
}

func (s *screen) GetCapabilities() ([]string, *dbus.Error) { return s.able, nil }

func (s *screen) Notify(
	app string, _ uint32, _, summary, body string, _ []string, hints map[string]dbus.Variant, timeout int32,
) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, app+"|"+summary+"|"+body+"|"+hints["urgency"].String())
	return 1, nil
}

func (s *screen) on(t *testing.T, dir string) {
	t.Helper()
	conn, err := dbus.Connect("unix:path=" + filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.Export(s, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil ||
		reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", reply, err)
	}
}

func TestAMessageIsShownOnTheDesktop(t *testing.T) {
	for _, c := range []struct {
		able []string
		want string
	}{
		{[]string{"body"}, "a <b>bold</b> name & more"},
		{[]string{"body", "body-markup"}, "a &lt;b&gt;bold&lt;/b&gt; name &amp; more"},
	} {
		dir := bus(t)
		s := &screen{able: c.able}
		s.on(t, dir)
		o := Options{Sinks: []Sink{{To: Desktop}}, Getenv: env("XDG_RUNTIME_DIR", dir), Now: now}
		if err := Try(t.Context(), o,
			Message{Subject: "3 in the trash", Text: "a <b>bold</b> name & more", At: at})[0].Err; err != nil {
			t.Fatal(err)
		}
		s.mu.Lock() // the bus's goroutine wrote it
		if want := "sweepd|3 in the trash|" + c.want + "|@y 0x1"; len(s.got) != 1 || s.got[0] != want {
			t.Errorf("got %q, want %q", s.got, want)
		}
		s.mu.Unlock()
	}
}

func TestADesktopWithoutAScreenIsAnError(t *testing.T) {
	dir := bus(t)
	for _, c := range []struct {
		name   string
		getenv func(string) string
		want   string
	}{
		{"nobody shows messages", env("XDG_RUNTIME_DIR", dir), "the desktop: "},
		{"no bus", env(), errNoBus.Error()},
		{
			"a bus that is gone",
			env("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, "gone")),
			"the session bus: ",
		},
	} {
		if err := tryAt(t, Desktop, false, c.getenv); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestABusThatSaysNothingIsGivenUp(t *testing.T) {
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- desktop{env("XDG_RUNTIME_DIR", dir)}.carry(ctx, letter{}) }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("it was shown")
		}
	case <-time.After(time.Minute):
		t.Error(errors.New("it still waits"))
	}
}
