package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/status"
)

// Another user of the machine knows the address, the link and even the cookie.
func TestAnotherUserOfTheMachineIsTurnedAway(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "the page")
	}))
	_ = server.Listener.Close()
	server.Listener = ownersOnly{l, sameUser}
	server.Start()
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); string(b) != "the page" {
		t.Errorf("the user gets %s %q", resp.Status, b)
	}
	if os.Getuid() != 0 {
		return // only root can be another user
	}
	const nobody = 65534
	cmd := exec.CommandContext(t.Context(), "/bin/bash", "-c",
		`exec 3<>/dev/tcp/127.0.0.1/$1; cat <&3`, "bash",
		server.URL[strings.LastIndex(server.URL, ":")+1:])
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	cmd.Dir = "/"
	out, err := cmd.CombinedOutput() // the answer comes before any request
	if !strings.Contains(string(out), "403") || strings.Contains(string(out), "the page") {
		t.Errorf("another user gets %q, %v", out, err)
	}
}

// asNobody calls do on a thread of another user, who is in no group of this one.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	const nobody = 65534
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with this function, because it is never unlocked
		for _, call := range [][4]uintptr{
			{unix.SYS_SETGROUPS},
			{unix.SYS_SETRESGID, nobody, nobody, nobody},
			{unix.SYS_SETRESUID, nobody, nobody, nobody},
		} {
			if _, _, errno := unix.RawSyscall(call[0], call[1], call[2], call[3]); errno != 0 {
				done <- errno
				return
			}
		}
		do()
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// connected returns a connection of the calling thread's user.
func connected(family int, to unix.Sockaddr) (*os.File, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "a connection"), unix.Connect(fd, to)
}

// Another user knows all addresses and a link, and may enter all folders.
func TestAnotherUserReachesNoSocketAndSignsInByNoLink(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		return // only root can be another user
	}
	d, dir := newDesk(t), t.TempDir()
	page, control := filepath.Join(dir, "page"), filepath.Join(dir, "control")
	_, serveSocket, err := d.server.Open(t.Context(), "unix:"+page)
	if err != nil {
		t.Fatal(err)
	}
	base, servePort, err := d.server.Open(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := status.Listen(t.Context(), "unix:"+control)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, name := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	defer serving.Wait()
	defer cancel()
	for _, serve := range []func(context.Context) error{serveSocket, servePort} {
		serving.Go(func() {
			if err := serve(ctx); err != nil {
				t.Error(err)
			}
		})
	}

	link := d.server.Link()
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(at.Port())
	if err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		for _, path := range []string{page, control} {
			if c, err := connected(unix.AF_UNIX, &unix.SockaddrUnix{Name: path}); !errors.Is(err, unix.EACCES) {
				t.Errorf("%s: got %v, %v", path, c, err)
			}
		}
		c, err := connected(unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		_, _ = fmt.Fprintf(c, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", link, at.Host)
		answer, err := io.ReadAll(c) // it may be reset before the answer is read
		if err == nil && !strings.HasPrefix(string(answer), "HTTP/1.1 403 ") ||
			strings.Contains(strings.ToLower(string(answer)), "set-cookie") {
			t.Errorf("the link gives %q, %v", answer, err)
		}
	})

	// The user of the page gets in at both, and by the link that the other one tried.
	c, err := net.Dial("unix", page)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	resp, err := d.browser().Get(base + link)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || len(resp.Cookies()) != 1 {
		t.Errorf("the user gets %s, %v", resp.Status, resp.Cookies())
	}
}

func TestTheKernelsAddressesAreRead(t *testing.T) {
	t.Parallel()
	for text, a := range map[string]net.TCPAddr{
		"0100007F:1F90":                         {IP: net.IPv4(127, 0, 0, 1), Port: 8080},
		"00000000000000000000000001000000:0050": {IP: net.IPv6loopback, Port: 80},
		"0000000000000000FFFF00000100007F:1F90": {IP: net.IPv4(127, 0, 0, 1), Port: 8080},
	} {
		if !names(text, &a) {
			t.Errorf("%s is not %s", text, a.String())
		}
		if a.Port++; names(text, &a) {
			t.Errorf("%s is %s", text, a.String())
		}
	}
}

func TestAConnectionThatTheKernelDoesNotListIsOfNobody(t *testing.T) {
	t.Parallel()
	from, to := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2}
	if uid, ok := userIn("/proc/self/net/tcp", from, to); ok {
		t.Errorf("it is of %d", uid)
	}
	if _, ok := userIn("/nonexistent", from, to); ok {
		t.Error("a table that is not there has a user")
	}
}
