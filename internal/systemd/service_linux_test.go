package systemd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// asSocketUser makes this binary the service that systemd hands sockets to.
const asSocketUser = "SYSTEMD_TEST_LISTENERS"

func TestMain(m *testing.M) {
	if os.Getenv(asSocketUser) != "" {
		os.Exit(useSockets())
	}
	os.Exit(m.Run())
}

// useSockets prints the sockets that it received, and greets each client.
func useSockets() int {
	s := New(os.Getenv)
	all, err := s.Listeners()
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	for name, ls := range all {
		fmt.Println(name, len(ls))
		for _, l := range ls {
			c, err := l.Accept()
			if err != nil {
				return 1
			}
			fmt.Fprint(c, "hello from "+name)
			c.Close()
		}
	}
	if again, err := s.Listeners(); len(again) != 0 || err != nil || os.Getenv("LISTEN_FDS") != "" {
		fmt.Println("handed out twice:", again, err)
		return 1
	}
	return 0
}

// manager listens where systemd does, and makes that the process's environment.
func manager(t *testing.T) *net.UnixConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return c
}

func read(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	buf := make([]byte, 64<<10)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func TestWhatTheManagerIsTold(t *testing.T) {
	c := manager(t)
	s := New(os.Getenv)
	for _, tt := range []struct {
		tell func() error
		want string
	}{
		{func() error { return s.Ready("3 storages") }, "READY=1\nSTATUS=3 storages"},
		{func() error { return s.Status("scanning") }, "STATUS=scanning"},
		{func() error { return s.Status("a\nWATCHDOG=trigger\x1b[31m") }, "STATUS=a WATCHDOG=trigger [31m"},
		{func() error { return s.Stopping("told to") }, "STOPPING=1\nSTATUS=told to"},
		{s.Beat, "WATCHDOG=1"},
	} {
		if err := tt.tell(); err != nil {
			t.Fatal(err)
		}
		if got := read(t, c); got != tt.want {
			t.Errorf("told %q, want %q", got, tt.want)
		}
	}
	if err := s.Reloading(); err != nil {
		t.Fatal(err)
	}
	var usec int64
	if _, err := fmt.Sscanf(read(t, c), "RELOADING=1\nMONOTONIC_USEC=%d", &usec); err != nil || usec <= 0 {
		t.Errorf("a reload began at %d, %v", usec, err)
	}
}

func TestNobodyListens(t *testing.T) {
	quiet := New(func(string) string { return "" })
	manager(t) // of the process, which quiet is not to know
	if err := errors.Join(quiet.Ready("x"), quiet.Status("x"), quiet.Reloading(), quiet.Stopping("x"),
		quiet.Beat()); err != nil {
		t.Error(err)
	}
	if every, ok := quiet.WatchdogEvery(); ok {
		t.Errorf("a watchdog of nobody: %v", every)
	}
	if all, err := quiet.Listeners(); all != nil || err != nil {
		t.Errorf("sockets of nobody: %v, %v", all, err)
	}
	if _, ok := quiet.Credential("token"); ok {
		t.Error("a credential of nobody")
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	if err := New(os.Getenv).Beat(); err == nil {
		t.Error("a manager that is gone took the message")
	}
}

func TestWatchdogEvery(t *testing.T) {
	mine := fmt.Sprint(os.Getpid())
	for _, tt := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"", "", 0},
		{"90000000", "", 45 * time.Second},
		{"3000000", mine, 1500 * time.Millisecond},
		{"3000000", "1", 0}, // of another process
		{"0", mine, 0},
		{"-5", mine, 0},
		{"soon", mine, 0},
		{"3000000", "x", 0},
	} {
		t.Setenv("WATCHDOG_USEC", tt.usec)
		t.Setenv("WATCHDOG_PID", tt.pid)
		if every, ok := New(os.Getenv).WatchdogEvery(); ok != (tt.want > 0) || ok && every != tt.want {
			t.Errorf("WATCHDOG_USEC=%q PID=%q: %v, %v; want %v", tt.usec, tt.pid, every, ok, tt.want)
		}
	}
}

// handOver starts this binary with sockets as systemd does: from descriptor 3
// on, and named in the environment.
func handOver(t *testing.T, names []string, files ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	cmd.Env = append(os.Environ(), asSocketUser+"=1", "LISTEN_FDS="+fmt.Sprint(len(files)),
		"LISTEN_FDNAMES="+strings.Join(names, ":"))
	cmd.ExtraFiles = files
	return cmd
}

func TestListeners(t *testing.T) {
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	local, err := net.Listen("unix", filepath.Join(t.TempDir(), "control"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	f1, err1 := web.(*net.TCPListener).File()
	f2, err2 := local.(*net.UnixListener).File()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	var callers []net.Conn
	for _, l := range []net.Listener{web, local} { // answered once the service accepts
		c, err := net.Dial(l.Addr().Network(), l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		callers = append(callers, c)
	}
	out, err := handOver(t, []string{"status", "control"}, f1, f2).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := slices.Sorted(strings.Lines(string(out))); !cmp.Equal(got, []string{"control 1\n", "status 1\n"}) {
		t.Errorf("was handed %q", got)
	}
	for i, want := range []string{"hello from status", "hello from control"} {
		if got, err := io.ReadAll(callers[i]); err != nil || string(got) != want {
			t.Errorf("heard %q, %v; want %q", got, err, want)
		}
	}
}

func TestADescriptorThatIsNoSocket(t *testing.T) {
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := handOver(t, []string{"status"}, f).CombinedOutput()
	if err == nil || !strings.Contains(string(out), `error: socket "status" of systemd`) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestCredential(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("x"), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := New(func(name string) string {
		return map[string]string{"CREDENTIALS_DIRECTORY": dir}[name]
	})
	if path, ok := s.Credential("token"); !ok || path != filepath.Join(dir, "token") {
		t.Errorf("the token is at %q, %v", path, ok)
	}
	for _, name := range []string{"", ".", "..", "other", "folder", "../" + filepath.Base(dir) + "/token", `..\token`} {
		if path, ok := s.Credential(name); ok {
			t.Errorf("%q is a credential: %q", name, path)
		}
	}
}
