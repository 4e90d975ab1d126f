package status_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// secrets are what only its owner may learn from a daemon.
var secrets = []string{"holiday.png", "/home/ann", "banana"}

// full is a daemon of which everything is known.
func full() status.Daemon {
	return status.Daemon{
		Version: "1.2.3", PID: 4242, Since: now.Add(-48 * time.Hour),
		PolicyFile: "/home/ann/.config/sweepd/policy.yaml", Policy: "0123abcd",
		Mode: "enforce", Digest: now.Add(72 * time.Hour), Notices: []language.Message{
			language.Messagef("nothing is deleted: %s",
				language.Messagef("the policy file was changed and is invalid: %s", "banana")),
		},
		Storages: []status.Storage{
			{
				Name: "pictures", Type: "local", State: status.Idle, StateSince: now.Add(-time.Hour),
				LastGood: now.Add(-time.Hour), LastRun: now.Add(-9 * time.Hour), NextRun: now.Add(15 * time.Hour),
				Watch: language.Messagef("listening"), Seen: 102_000, Images: 81_858, Matched: 873, Due: 12, Held: 3,
				Review:  1,
				Trashed: 40, Purged: 30, Restored: 2, Bytes: 123_456_789, Freed: 100_000_000, Failed: 1,
				Refused:   map[string]int64{"changed": 3, "protected:git": 2, "in /home/ann/holiday.png": 4},
				BytesRead: 5_000_000,
			},
			{
				Name: "drive", Type: "gdrive", State: status.Scanning, StateSince: now.Add(-time.Minute),
				LastGood: now.Add(-2 * time.Hour), Err: `cannot read "/home/ann/holiday.png"`, Calls: 321,
				BytesRead: 7_000_000,
			},
		},
	}
}

// daemon is one that is served, for real, at a socket and at a port.
type daemon struct {
	socket, port string
	told         []string // the commands that it received, as verb and storages
	stop         func() error

	mu sync.Mutex
	d  status.Daemon
}

func (d *daemon) state() status.Daemon {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.d
}

func (d *daemon) do(_ context.Context, verb string, storages []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.Contains(strings.Join(storages, " "), "nowhere") {
		return errors.New(`the policy has no storage "nowhere"`)
	}
	d.told = append(d.told, strings.Join(append([]string{verb}, storages...), " "))
	return nil
}

func serve(t *testing.T, is status.Daemon, o status.Options) *daemon {
	t.Helper()
	d := &daemon{socket: filepath.Join(t.TempDir(), "run", "control"), d: is}
	o.State, o.Do, o.Now = d.state, d.do, func() time.Time { return now }
	unix := listen(t, "unix:"+d.socket)
	tcp := listen(t, "127.0.0.1:0")
	d.port = tcp.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- status.Serve(ctx, status.Handler(o), unix, tcp) }()
	d.stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func listen(t *testing.T, addr string) net.Listener {
	t.Helper()
	l, err := status.Listen(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ask makes a request over TCP, or over the socket where unix, under the name
// host, "" for the address itself.
func (d *daemon) ask(t *testing.T, unix bool, method, path, host string) (code int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.port+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	tr := &http.Transport{DisableKeepAlives: true}
	if unix {
		tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", d.socket)
		}
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
