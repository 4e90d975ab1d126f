package sweeper_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// purgerEnv makes TestAPurgerInAProcessOfItsOwn such a process, with the journal at that address.
const purgerEnv = "SWEEPER_TEST_PURGER"

// waiting is a journal that says when the intent of a purge is recorded, and then waits for a line.
type waiting struct {
	*journal.Journal
	in *bufio.Reader
}

// Begin implements providers.Recorder.
func (w waiting) Begin(ctx context.Context, op providers.Op) (string, error) {
	key, err := w.Journal.Begin(ctx, op)
	if err == nil && op.Kind == providers.OpPurge {
		fmt.Println("begun", key)
		_, err = w.in.ReadString('\n')
	}
	return key, err
}

// purging is a storage that says what it purges.
type purging struct{ providers.Driver }

// Purge implements providers.Driver.
func (p purging) Purge(ctx context.Context, r providers.Receipt) error {
	fmt.Println("purged", r)
	return p.Driver.Purge(ctx, r)
}

// TestAPurgerInAProcessOfItsOwn trashes a file and purges it, if another test has started it as a process.
func TestAPurgerInAProcessOfItsOwn(t *testing.T) {
	dsn := os.Getenv(purgerEnv)
	if dsn == "" {
		return
	}
	j, err := journal.Open(t.Context(), dsn, journal.Options{Now: time.Now})
	if err == nil {
		_, err = j.Lease(t.Context(), "home", "apply")
	}
	if err != nil {
		t.Fatal(err)
	}
	a := providertest.NewAccount()
	a.Write("/root/a.png", []byte("a"), time.Unix(1, 0))
	st, err := providers.NewStorage("home", purging{providertest.NewMemory(a)},
		providers.Options{Roots: []string{"/root"}, Recorder: waiting{j, bufio.NewReader(os.Stdin)}})
	if err != nil {
		t.Fatal(err)
	}
	for c, err := range st.Changes(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if c.Checkpoint() {
			continue
		}
		receipt, err := st.Trash(t.Context(), c.Entry, providers.Cause{})
		if err != nil {
			t.Fatal(err)
		}
		err = st.Purge(t.Context(), c.Entry, receipt, providers.Cause{})
		fmt.Println("fenced", errors.Is(err, journal.ErrFenced), err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
}

func TestAProcessThatWasStoppedPastItsLeasePurgesNothing(t *testing.T) {
	if postgrestest.Here() != nil || os.Getenv(purgerEnv) != "" {
		return
	}
	s, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	dsn := s.Schema(t)
	purger := exec.Command(os.Args[0], "-test.run=^TestAPurgerInAProcessOfItsOwn$")
	purger.Env = append(os.Environ(), purgerEnv+"="+dsn)
	in, err := purger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := purger.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := purger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = purger.Process.Kill(), purger.Wait() })
	lines := bufio.NewScanner(out)
	says := func(word string) string {
		t.Helper()
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), word+" "); ok {
				return rest
			}
			t.Logf("the process says: %s", lines.Text())
			if strings.HasPrefix(lines.Text(), "purged") {
				t.Error("the process that was stopped has purged")
			}
		}
		t.Fatalf("the process has ended before it said %q", word)
		return ""
	}
	key := says("begun")
	if err := purger.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}

	// Its lease and the grace are over, and another process takes it.
	s.Exec(t, dsn, `UPDATE leases SET expires_at = clock_timestamp() - interval '1 day' WHERE storage = 'home'`)
	j, err := journal.Open(t.Context(), dsn, journal.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err := j.Lease(t.Context(), "home", "apply"); err != nil {
		t.Fatal(err)
	}
	open := 0
	for op, err := range j.Operations(t.Context(), journal.Filter{Open: true}) {
		if err != nil || op.Key != key || op.Op.Kind != providers.OpPurge {
			t.Fatalf("got %+v, %v; want the purge that was begun", op, err)
		}
		open++
		if err := j.End(t.Context(), op.Key, providers.Outcome{Err: providers.ErrInterrupted}); err != nil {
			t.Error(err)
		}
		if _, err := j.Begin(t.Context(), op.Op); !errors.Is(err, journal.ErrTakenOver) {
			t.Errorf("a purge by the next holder: got %v, want journal.ErrTakenOver", err)
		}
	}
	if open != 1 {
		t.Errorf("got %d open operations, want the purge", open)
	}

	if err := purger.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "\n"); err != nil {
		t.Fatal(err)
	}
	if got := says("fenced"); !strings.HasPrefix(got, "true ") {
		t.Errorf("the purge after the stop: got %q, want journal.ErrFenced", got)
	}
	if _, err := j.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// losing is a storage during whose first look the lease is lost.
type losing struct {
	providers.Driver
	lose func()
}

// Stat implements providers.Driver.
func (l losing) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	l.lose()
	return l.Driver.Stat(ctx, ref)
}

func TestASweepThatHasLostItsLeaseEndsAtOnce(t *testing.T) {
	s := postgrestest.Here()
	if s == nil { // a lease on a file cannot be lost
		return
	}
	b := newBox(t, rules)
	for n := range 20 {
		b.put(ours(n), picture(byte(n)))
	}
	p, _ := b.plan()
	lose := sync.OnceFunc(func() { s.Exec(t, b.record, `UPDATE leases SET epoch = epoch + 1 WHERE storage = 'home'`) })
	sum, err := b.over(losing{b.driver, lose}).Execute(t.Context(), p, nil)
	if !errors.Is(err, journal.ErrFenced) || sum.Trashed != 0 {
		t.Errorf("got %+v, %v; want nothing trashed, and journal.ErrFenced", sum, err)
	}
	b.binIs()
}
