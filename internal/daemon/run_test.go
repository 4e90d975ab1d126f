package daemon

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sweepd/internal/app"
	"sweepd/internal/report"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/providers/providertest"
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
	options func(*RunOptions)

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
  - {name: mine, when: {confidence: likely}, do: trash}
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

func (h *house) runOptions() RunOptions {
	began := time.Now()
	o := RunOptions{
		Options: app.Options{
			Getenv: h.getenv, Now: h.now, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
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

func TestAServiceThatOnlyReportsDeletesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := h.end(); err != nil {
			t.Error(err)
		}
		runs := h.runs()
		if len(runs) != 2 {
			t.Fatalf("%d runs were told, want one of each storage for the one sweep: %+v\n%s", len(runs), runs,
				h.log.String())
		}
		for _, r := range runs {
			if r.Kind != "report" || r.Summary.Trashed != 0 {
				t.Errorf("got %+v", r)
			}
		}
	})
}

func TestAServiceSweepsOnScheduleAndNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble begins at midnight UTC
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.put("box", "holiday.png", 2)
		h.start()
		time.Sleep(2*time.Hour + 59*time.Minute)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		h.bin("box")
		if err := h.end(); err != nil {
			t.Error(err)
		}
		for _, r := range h.runs() {
			if want := map[string]int64{"drive": 1, "box": 0}[r.Summary.Storages[0]]; r.Summary.Trashed != want ||
				r.ID == 0 {
				t.Errorf("got %+v, want %d in the trash", r, want)
			}
		}
	})
}

func TestOnChangeAFileGoesAsSoonAsItIsSeenAndSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		h.start()
		h.accounts["box"].Write("/"+ours(1), picture(1), time.Now())
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		h.bin("box") // it may still be worked on
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("box", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
		if runs := h.runs(); len(runs) != 1 {
			t.Errorf("%d runs, want the one that did something: %+v", len(runs), runs)
		}
	})
}

func TestWhatAppearsRightAfterASweepIsHeardAsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		h.write(fmt.Sprintf(housePolicy, "enforce", ", on_change: true") + "settle: 0\n")
		h.put("box", "holiday.png", 100)
		h.start()
		var want []string
		for n := range 5 {
			h.put("box", ours(n), byte(n))
			want = append(want, "/"+ours(n))
			time.Sleep(time.Second)
			synctest.Wait()
			h.bin("box", want...)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestASweepThatWasMissedIsMadeUpForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.start()
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(80 * time.Hour) // the machine is off
		h.start()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		n := len(h.runs())
		for range 5 { // a crash loop
			h.start()
			if err := h.end(); err != nil {
				t.Fatal(err)
			}
		}
		if again := len(h.runs()); n != 2 || again != n {
			t.Errorf("%d runs at the first start and %d more after that, want 2 and 0", n, again-n)
		}
	})
}

func TestQuietHoursPostponeDeleting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "02:00-07:30"`)
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(7 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(32 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsSeenInQuietHoursGoesAtTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "01:00-02:00", on_change: true`)
		h.start()
		time.Sleep(70 * time.Minute)
		h.put("drive", ours(1), 1)
		time.Sleep(45 * time.Minute)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(10 * time.Minute) // the sweep of the day is at three
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPauseOutlivesTheScheduleAndEndsWithResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		paths, err := app.FindPaths(h.getenv)
		if err != nil {
			t.Fatal(err)
		}
		if err := paths.Pause(app.Pause{Since: h.now()}); err != nil {
			t.Fatal(err)
		}
		h.start()
		time.Sleep(50 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := paths.Resume(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

// hung is a storage that never answers.
type hung struct {
	providers.Driver
	forever chan struct{}
}

func (h hung) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	<-h.forever // even if ctx has ended, as on a network disk
	return h.Driver.Stat(ctx, ref)
}

func TestAStorageThatHangsStopsNoOtherAndIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		forever := make(chan struct{})
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name == "drive" {
				d = hung{d, forever}
			}
			return d, nil
		}
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.start()
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("box", "/"+ours(2))
		h.bin("drive")
		err := h.end()
		if err == nil || !strings.Contains(err.Error(), "drive") || strings.Contains(err.Error(), "box") {
			t.Errorf("at the end: %v; want the name of the storage that hangs", err)
		}
		close(forever)
		synctest.Wait()
	})
}

func TestAStorageThatCannotBeOpenedIsTriedAgainAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var broken atomic.Bool
		broken.Store(true)
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name == "drive" && broken.Load() {
				return nil, errors.New("nobody is there")
			}
			return d, nil
		}
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.start()
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("box", "/"+ours(2))
		broken.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAWrongNewPolicyIsRefusedAndHoldsEverythingUntilItIsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.start()
		h.write("version: 1\nmode: enforce\n")
		h.reload <- os.Interrupt
		synctest.Wait()
		if !strings.Contains(h.log.String(), "the policy was not loaded") {
			t.Errorf("the log does not say so:\n%s", h.log.String())
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		h.write(fmt.Sprintf(housePolicy, "enforce", ""))
		time.Sleep(2 * time.Minute) // the sweep that was missed
		synctest.Wait()
		h.bin("drive", "/"+ours(1))

		h.put("drive", ours(2), 2)
		h.write(fmt.Sprintf(housePolicy, "report", ""))
		h.reload <- os.Interrupt
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestOnceSweepsEachStorageAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.options = func(o *RunOptions) { o.Once = true }
		if err := Run(t.Context(), h.runOptions()); err != nil {
			t.Error(err)
		}
		h.bin("drive", "/"+ours(1))
		h.bin("box", "/"+ours(2))
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			return d, errors.New("nobody is there")
		}
		if err := Run(t.Context(), h.runOptions()); err == nil || !strings.Contains(err.Error(), "nobody is there") {
			t.Errorf("got %v, want what failed", err)
		}
	})
}

func TestAPlanOverTheLimitsIsHeldUntilTheNextSweepOnSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		for n := range 101 {
			h.put("drive", ours(n), byte(n))
		}
		h.start()
		for n := range 20 { // each is news of a change
			h.put("drive", fmt.Sprintf("note %d.txt", n), 0)
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		h.bin("drive")
		if n := len(h.runs()); n != 1 {
			t.Errorf("it was told %d times, want once", n)
		}
		if r := h.runs()[0]; r.Err == "" || !strings.Contains(r.Text(false), "limit") {
			t.Errorf("it does not say why: %s", r.Text(false))
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAServiceNeedsAPolicyAndAReliableRecord(t *testing.T) {
	h := newHouse(t, "enforce", "")
	if err := os.MkdirAll(filepath.Join(h.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "state", "journal.db"),
		[]byte("no database, but sixteen bytes and more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.runOptions()); !journal.Unreliable(err) ||
		!errors.Is(err, journal.ErrForeign) && !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("got %v, want a record that cannot be relied on", err)
	}
	if err := os.Remove(h.policyFile()); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.runOptions()); err == nil {
		t.Error("it ran without a policy")
	}
}

func TestTheDigestIsSentOnceWithoutNames(t *testing.T) {
	got := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	defer server.Close()
	h := newHouse(t, "enforce", ", digest: weekly")
	sink := filepath.Join(h.dir, "sink")
	if err := os.WriteFile(sink, []byte("generic+"+server.URL+"/?disabletls=yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.write(fmt.Sprintf(housePolicy, "enforce", ", digest: weekly") + "notify: [{to: " + sink + ", on: digest}]\n")
	if err := os.MkdirAll(filepath.Join(h.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), filepath.Join(h.dir, "state", "journal.db"), journal.Options{Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.SetLastRun(t.Context(), digestName, h.now().AddDate(0, 0, -8)), j.Close()); err != nil {
		t.Fatal(err)
	}
	h.put("drive", ours(1), 1)
	ctx, cancel := context.WithCancel(t.Context())
	o := h.runOptions()
	o.ClockPoll = 20 * time.Millisecond
	done := make(chan error, 1)
	go func() { done <- Run(ctx, o) }()
	select {
	case body := <-got:
		if !strings.Contains(body, "1 file") || strings.Contains(body, "ChatGPT") {
			t.Errorf("got %q, want that one file will go, and not its name", body)
		}
	case err := <-done:
		t.Fatalf("it ended: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(got); n != 0 {
		t.Errorf("the digest was sent %d times more", n)
	}
}
