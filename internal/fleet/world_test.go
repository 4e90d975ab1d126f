//go:build unix

package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// workerVariable has the settings of a worker, as JSON, in the environment of a process that is one.
const workerVariable = "SWEEPD_TEST_WORKER"

// settings are the options of a worker that differ from the standard ones.
type settings struct {
	Slice      daemon.Slice
	Beat, Poll time.Duration
	Turns      int
	Host       string
	Version    int           // of the program, if it is another one
	Lease      time.Duration // how long one lasts; 0: as always
	Ahead      time.Duration // how far its clock is ahead

	Database string `json:"-"` // the address by which it reaches the database; "": the world's

	SignIn map[string]string // storages with their accounts, to sign in to
}

// serveWorker is a worker in a process of its own, until SIGTERM.
func serveWorker(text string) int {
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if s.SignIn != nil {
		return signIn(ctx, s.SignIn)
	}
	o := Options{Slice: s.Slice, Beat: s.Beat, Poll: s.Poll, Turns: s.Turns}
	o.Options.Options = app.Options{
		Getenv: os.Getenv, Now: func() time.Time { return time.Now().Add(s.Ahead) },
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Host: s.Host,
	}
	o.version, o.Lease = s.Version, s.Lease
	o.ClockPoll = 200 * time.Millisecond
	if err := Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// signIn signs in to accounts, as a person does by sweepd login and a browser, to some at the same time.
func signIn(ctx context.Context, accounts map[string]string) int {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(16)
	for storage, account := range accounts {
		all.Go(func() error { return signInTo(ctx, storage, account) })
	}
	if err := all.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func signInTo(ctx context.Context, storage, account string) error {
	var page string
	_, _, err := app.LogIn(ctx, app.Options{Getenv: os.Getenv, Now: time.Now}, app.Login{
		Storage: storage,
		Show:    func(_, consent string) error { page = consent; return nil },
		Paste: func(context.Context) (string, error) {
			c := http.Client{CheckRedirect: stay}
			resp, err := c.PostForm(page, url.Values{"account": {account}})
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			return resp.Header.Get("Location"), nil
		},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", storage, err)
	}
	return nil
}

// stay is http.Client.CheckRedirect of a client that follows none.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// world has simulated clouds with some accounts, a home whose policy names all of them, and a database.
type world struct {
	testing.TB
	cloud    *rehearsal.Rehearsal
	audit    *cloudsim.Audit // of the clouds
	home     string
	database string
	storages []string
	accounts map[string]string // by storage
	env      []string
	workers  []*process    // that are to run
	more     time.Duration // that until waits in addition to patience

	inTrash map[string]int // moved's, by the clouds' record up to read
	read    int64
}

// fleetPolicy deletes what is recognised by its name, as soon as it is seen.
const fleetPolicy = `version: 1
mode: enforce
storages:
%s
rules: [{name: by name, when: {confidence: likely, derived: include}, do: trash}]
trash: {ours: 30d}
schedule: {on_change: true}
limits: {files: 100000, bytes: 100GB, share: 100%%}
settle: 0
`

// newWorld makes a world of so many accounts of each service, with as many files as options say.
func newWorld(t testing.TB, o rehearsal.Options) *world {
	t.Helper()
	o.Now = time.Now
	w := &world{TB: t, home: t.TempDir(), database: postgrestest.Durable(server.Schema(t))}
	w.cloud = must(rehearsal.Start(o))(t)
	w.audit = w.cloud.Audit()
	t.Cleanup(func() { ok(t, w.cloud.Close()) })
	place, count, lines := w.cloud.Place(), map[string]int{}, []string{}
	w.accounts = map[string]string{}
	for _, a := range place.Accounts {
		kind := map[string]string{"gdrive": "drive", "dropbox": "box"}[a.Provider]
		name := fmt.Sprintf("%s%03d", kind, count[a.Provider])
		count[a.Provider]++
		w.accounts[name] = a.Name
		w.storages = append(w.storages, name)
		if a.Provider == "gdrive" {
			lines = append(lines, fmt.Sprintf("  %s: {type: gdrive, client: %q, account: %q}", name,
				place.Client, a.Name))
		} else {
			lines = append(lines, fmt.Sprintf("  %s: {type: dropbox, app_key: %s, account: %q, purge: off}", name,
				place.AppKey, a.Name))
		}
	}
	w.policy(fmt.Sprintf(fleetPolicy, strings.Join(lines, "\n")))
	w.env = append(os.Environ(), "HOME="+w.home, "STATE_DIRECTORY=", "XDG_STATE_HOME=", "XDG_RUNTIME_DIR=",
		"SWEEPD_POLICY="+filepath.Join(w.home, "policy.yaml"), app.DatabaseVariable+"="+w.database,
		"HTTPS_PROXY="+place.Proxy, "SSL_CERT_FILE="+place.CAFile)
	if p := w.start(settings{SignIn: w.accounts}); <-p.done != nil {
		t.Fatal(p.log)
	}
	w.workers = nil
	return w
}

// policy writes the policy.
func (w *world) policy(text string) {
	w.Helper()
	ok(w, os.WriteFile(filepath.Join(w.home, "policy.yaml"), []byte(text), 0o600))
}

// process is a worker in a process of its own.
type process struct {
	*exec.Cmd
	log   *output
	done  chan error
	ended chan struct{} // closed after done was filled
	over  bool          // the test has ended it, or expects that
}

// output is what a worker has printed so far. A test that fails shows it while the worker goes on.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write is io.Writer's.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String is fmt.Stringer's.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts a worker.
func (w *world) start(s settings) *process {
	w.Helper()
	text := must(json.Marshal(s))(w)
	p := &process{Cmd: exec.Command(must(os.Executable())(w)), log: &output{}, done: make(chan error, 1)}
	p.ended = make(chan struct{})
	p.Env = append(slices.Clone(w.env), workerVariable+"="+string(text),
		"XDG_RUNTIME_DIR="+w.TempDir()) // each has a control socket of its own
	if s.Database != "" {
		p.Env = append(p.Env, app.DatabaseVariable+"="+s.Database)
	}
	p.Stdout, p.Stderr = p.log, p.log
	ok(w, p.Start())
	go func() { p.done <- p.Wait(); close(p.ended) }()
	w.Cleanup(func() { _ = p.Process.Kill() })
	w.workers = append(w.workers, p)
	return p
}

// stop ends a worker and waits for its end.
func (w *world) stop(p *process) {
	w.Helper()
	p.over = true
	_ = p.Process.Signal(syscall.SIGTERM)
	if err := <-p.done; err != nil {
		w.Errorf("the worker ends with %v\n%s", err, p.log)
	}
}

// quickly are settings for tests.
func quickly() settings {
	return settings{
		Slice: daemon.Slice{Files: 100, Time: time.Minute}, Beat: 500 * time.Millisecond, Poll: 20 * time.Millisecond,
		Turns: 8,
	}
}

// patience is how long a test waits for something before it fails.
const patience = 2 * time.Minute

// until waits until a query that returns a bool returns true.
func (w *world) until(what, query string, args ...any) {
	w.Helper()
	s := connect(w, w.database)
	var err error
	for began := time.Now(); time.Since(began) < patience+w.more; time.Sleep(20 * time.Millisecond) {
		var is bool
		if err = s.QueryRow(w.Context(), query, args...).Scan(&is); err == nil && is {
			return
		}
		for _, p := range w.workers {
			select {
			case <-p.ended:
				if !p.over {
					w.Fatalf("a worker has ended before %s:\n%s", what, p.log)
				}
			default:
			}
		}
	}
	w.show()
	w.Fatalf("it never happened: %s (%v)", what, err)
}

// swept says that every storage was swept, and that nothing is due at once or was asked for. A turn that found another
// one under way leaves the memory as it was.
const swept, sweptQuery = "every storage is swept", `SELECT count(*) = $1 FROM fleet_storages
	WHERE state = 'idle' AND ended IS NOT NULL AND failure = '' AND memory <> '' AND memory !~ 'retry|left|asked'
	AND next_due > clock_timestamp()`

// swept waits for swept.
func (w *world) swept() {
	w.Helper()
	w.until(swept, sweptQuery, len(w.storages))
}

// done waits until so many files are moved and every storage is swept. In a pause, as while a worker does not know the
// policies of the others, files are kept until the next look, a quarter of an hour later: done asks for it.
func (w *world) done(files int) {
	w.Helper()
	for began := time.Now(); time.Since(began) < patience; {
		w.swept()
		if len(w.moved()) >= files {
			return
		}
		must((&store{pool: connect(w, w.database)}).ask(w.Context(), nil))(w)
	}
	w.show()
	w.Fatalf("%d of %d files were moved", len(w.moved()), files)
}

// moved are the files that went to the trash of the clouds, by the clouds' own record. They are named by account and
// reference.
func (w *world) moved() map[string]int {
	w.Helper()
	if w.inTrash == nil {
		w.inTrash = map[string]int{}
	}
	for _, m := range w.audit.Mutations(w.read) {
		w.read = m.Seq
		if m.N > 0 && (m.Op == "trash" || m.Op == "delete") {
			w.inTrash[m.Account+" "+w.before(m).ref]++
		}
	}
	return w.inTrash
}

// changed is a file that a worker has changed, as it was before.
type changed struct {
	Name            string
	Starred, Shared bool
	Path            string `json:"path_lower"` // of a Dropbox

	ref string // by which the record names it
}

func (w *world) before(m cloudsim.Record) (file changed) {
	w.Helper()
	ok(w, json.Unmarshal(m.Before, &file))
	file.ref = cmp.Or(file.Path, m.File)
	return file
}

// due is how many files of an account of so many the policy takes: see furnish and stock in the rehearsal.
func (w *world) due(files int) int {
	drive, box := ((files-5)*2/5+2)/3, ((files-1)*2/5+2)/3
	return len(w.storages) / 2 * (drive + box)
}

// show logs the turns and the runs.
func (w *world) show() {
	w.Helper()
	var text string
	ok(w, connect(w, w.database).QueryRow(w.Context(), `SELECT
		(SELECT coalesce(string_agg(f::text, E'\n' ORDER BY storage), '') FROM fleet_storages f) || E'\n' ||
		(SELECT coalesce(string_agg(id || ' ' || kind || ' ' || coalesce(error, '') || ' ' || left(summary, 200), E'\n'
			ORDER BY id), '') FROM runs)`).Scan(&text))
	w.Logf("%s", text)
	for _, p := range w.workers {
		w.Logf("%s", p.log)
	}
}

// judge compares the clouds' record with the journal: each file moved once, and each recorded once.
func (w *world) judge(want int) {
	w.Helper()
	moved := w.moved()
	for file, n := range moved {
		if n != 1 {
			w.Errorf("%s was moved %d times", file, n)
		}
	}
	if len(moved) != want {
		w.show()
		w.Errorf("%d files were moved, want %d", len(moved), want)
	}
	j := must(journal.OpenReadOnly(w.Context(), w.database))(w)
	defer j.Close()
	recorded := map[string]int{}
	for op, err := range j.Operations(w.Context(), journal.Filter{}) {
		ok(w, err)
		if op.Op.Kind == providers.OpTrash && op.Err == nil && !op.Ended.IsZero() {
			recorded[op.Op.Storage+" "+string(op.Op.Entry.Ref)]++
		}
	}
	for file, n := range recorded {
		if n != 1 {
			w.Errorf("%s was recorded %d times", file, n)
		}
	}
	if len(recorded) != len(moved) {
		w.Errorf("%d files are recorded, and %d were moved", len(recorded), len(moved))
	}
	must(j.Verify(w.Context()))(w)
}
