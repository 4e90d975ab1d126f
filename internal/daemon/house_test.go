package daemon

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// house is a machine with a policy, on which the service runs with accounts in
// memory.
type house struct {
	testing.TB
	dir      string
	accounts map[string]*providertest.Account
	wrap     func(name string, d providers.Driver) (providers.Driver, error) // what the service gets to see
	// how far its clock is ahead; nil: it is right
	ahead   func() time.Duration
	reload  chan os.Signal
	log     bytes.Buffer
	options func(*Options)

	mu       sync.Mutex
	recorded []report.Run

	stop context.CancelFunc
	done chan error
}

const housePolicy = `
version: 1
mode: %s
storages:
  drive: {type: gdrive, client: /etc/sweepd/client.json}
  box: {type: dropbox, app_key: abcdefghij12345, purge: off}
rules:
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible}, do: review}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%%, surge: off}
schedule: {sweep: "daily 03:00", zone: UTC, rescan: 6h%s}
`

func newHouse(t testing.TB, mode, more string) *house {
	t.Helper()
	h := &house{TB: t, dir: t.TempDir(), reload: make(chan os.Signal), accounts: map[string]*providertest.Account{}}
	for _, name := range []string{"drive", "box"} {
		h.accounts[name] = providertest.NewAccount()
	}
	h.write(fmt.Sprintf(housePolicy, mode, more))
	return h
}

func (h *house) policyFile() string { return filepath.Join(h.dir, "policy.yaml") }

func (h *house) write(text string) {
	h.Helper()
	if err := os.WriteFile(h.policyFile(), []byte(text), 0o600); err != nil {
		h.Fatal(err)
	}
}

func (h *house) getenv(name string) string {
	return map[string]string{
		"HOME":            h.dir,
		"STATE_DIRECTORY": filepath.Join(h.dir, "state"),
		"SWEEPD_POLICY":   h.policyFile(),
	}[name]
}

func (h *house) now() time.Time {
	if h.ahead != nil {
		return time.Now().Add(h.ahead())
	}
	return time.Now()
}

// paths are where its record is.
func (h *house) paths() app.Paths {
	h.Helper()
	paths, err := app.FindPaths(h.getenv)
	if err != nil {
		h.Fatal(err)
	}
	return paths
}

// start starts the service and waits until it has begun.
func (h *house) start() {
	h.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.stop, h.done = cancel, make(chan error, 1)
	ready := make(chan struct{})
	o := h.runOptions()
	o.Ready = func() { close(ready) }
	go func() { h.done <- Run(ctx, o) }()
	select {
	case <-ready:
	case err := <-h.done:
		h.Fatalf("it did not begin: %v\n%s", err, h.log.String())
	}
	synctest.Wait()
}

func (h *house) runOptions() Options {
	began := time.Now()
	o := Options{
		Options: app.Options{
			Getenv: h.getenv, Now: h.now, Log: slog.New(known{Handler: slog.NewTextHandler(&h.log, nil), t: h}),
			Uptime: func() (string, time.Duration) { return "one", time.Since(began) },
			Account: func(_ context.Context, name string, _ policy.Storage) (providers.Driver, []string, error) {
				var d providers.Driver = providertest.NewMemory(h.accounts[name])
				if h.wrap == nil {
					return d, []string{"/"}, nil
				}
				d, err := h.wrap(name, d)
				return d, []string{"/"}, err
			},
		},
		Reload: h.reload,
		OnRun: func(r report.Run) {
			h.mu.Lock()
			defer h.mu.Unlock()
			r.Files = nil // or the heap would be this test's
			h.recorded = append(h.recorded, r)
		},
	}
	if h.options != nil {
		h.options(&o)
	}
	return o
}

// end stops the service.
func (h *house) end() error {
	h.stop()
	return <-h.done
}

// startBare starts a service without its supervising goroutine, so that a test can send the requests of the control
// socket.
func (h *house) startBare() (d *daemon, ctx context.Context, end func()) {
	h.Helper()
	o := h.runOptions()
	d = newDaemon(o)
	if err := d.begin(h.Context()); err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(h.Context())
	d.start(ctx, d.policy)
	synctest.Wait()
	return d, ctx, func() {
		cancel()
		if err := errors.Join(d.wait(ctx), d.end()); err != nil {
			h.Error(err)
		}
		synctest.Wait()
	}
}

// daemon runs the loops of a service, and what looks after them.
func (h *house) daemon() (d *daemon, end func()) {
	h.Helper()
	d = newDaemon(h.runOptions())
	if err := d.begin(context.Background()); err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.start(ctx, d.policy)
	kept := make(chan struct{})
	go func() { defer close(kept); d.keep(ctx) }()
	synctest.Wait()
	return d, func() {
		h.Helper()
		cancel()
		<-kept
		_ = d.wait(ctx)
		if err := d.end(); err != nil {
			h.Error(err)
		}
	}
}

func (h *house) runs() []report.Run {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.recorded)
}

// put writes a file that is a hundred days old.
func (h *house) put(account, name string, colour byte) {
	h.accounts[account].Write("/"+name, picture(colour), time.Now().AddDate(0, 0, -100))
}

func (h *house) bin(account string, want ...string) {
	h.Helper()
	if got := h.accounts[account].Bin(); !slices.Equal(got, want) {
		h.Errorf("the trash of %s holds %q, want %q", account, got, want)
	}
}

func ours(n int) string {
	return fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_%02d_%02d AM.png", n/60, n%60)
}

// picture is the smallest PNG there is, in one colour.
func picture(colour byte) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0}),
		chunk("IDAT", []byte{0x78, 0x01, 0x63, colour, 0x00, 0x00}), chunk("IEND", nil))
}
