package review

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
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
