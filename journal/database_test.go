//go:build unix

package journal

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/providers"
)

// server returns the server on which the suite runs, nil while it runs on SQLite.
func server() *postgrestest.Server { return postgrestest.Here() }

// started is the one server of all tests in this file.
var started *postgrestest.Server

// startServer starts it at the first call.
func startServer(t testing.TB) *postgrestest.Server {
	t.Helper()
	if server() != nil {
		t.Skip("it has run beside the suite on SQLite")
	}
	if started == nil {
		started = must(postgrestest.Start())(t)
	}
	return started
}

// closeServer ends it.
func closeServer() error {
	if started == nil {
		return nil
	}
	return started.Close()
}

// emptySchema returns the address of an empty journal, or of a schema in which one can be made.
func emptySchema(t testing.TB) string { return server().Journal(t) }

// testTerms are terms for a machine that is busy.
func testTerms() terms {
	return terms{
		lease: time.Minute, renew: 20 * time.Second, grace: 0, margin: time.Second, elapsed: elapsed,
		Limits: postgres.Limits{
			Answer: time.Minute, Statement: time.Minute, Lock: time.Minute, Idle: time.Minute,
		},
	}
}

// leaseAll leases the storages of the suite that nobody has.
func leaseAll(t testing.TB, j *Journal) error {
	for _, storage := range []string{"home", "drive", "box"} {
		release, err := j.Lease(t.Context(), storage, "test")
		if _, leased := errors.AsType[*LeasedError](err); leased {
			continue
		}
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = release() }) // some tests close the journal before
	}
	return nil
}

func TestTheSuiteOnPostgreSQL(t *testing.T) {
	run := ""
	if testing.Short() { // what several do at once, for the race detector
		run = "Writers|Meanwhile|Process|AtOnce"
	}
	// What is left out takes long, and is about sums and hashes that no database computes.
	startServer(t).Suite(t, "-test.run="+run,
		"-test.skip=TestARowThatIsNotWhatWasWritten|TestWhatWasLearntCannotChange|"+
			"TestRecordsAreGivenToTheEndThough|TestTheJournalIsWrittenToWhileOperationsAreRead|TestManyMatches|"+
			"TestAContentIsKnownByWhicheverHash|TestDamageAmongTheFilesSeen|TestNoTwoLists")
}

// openIn opens the journal at dsn as another process would, with the given changes of testTerms, and with the time of
// the machine.
func openIn(t testing.TB, dsn string, with func(*terms)) *Journal {
	t.Helper()
	of := testTerms()
	with(&of)
	j := must(openDatabase(t.Context(), dsn, Options{Now: time.Now}, false, of))(t)
	t.Cleanup(func() { j.Close() })
	return j
}

// asStandard is for openIn.
func asStandard(*terms) {}

// wants fails the test unless err is of that kind.
func wants(t testing.TB, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

func TestOnlyTheHolderOfALeaseRecordsIntents(t *testing.T) {
	dsn := startServer(t).Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	_, err := a.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "without a lease", err, ErrFenced)
	release := must(a.Lease(t.Context(), "home", "apply"))(t)
	_, err = b.Lease(t.Context(), "home", "apply")
	if held, ok := errors.AsType[*LeasedError](err); !ok || held.PID != os.Getpid() || held.Host == "" {
		t.Errorf("a second holder: got %v, want a *LeasedError of this process", err)
	}
	_, err = b.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "of another process", err, ErrFenced)
	key := must(a.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	_, err = a.Begin(t.Context(), trashOf(file("b", "1")))
	wants(t, "after the release", err, ErrFenced)
	release = must(b.Lease(t.Context(), "home", "apply"))(t)
	defer release()
	did(t, b, trashOf(file("c", "1")), "bin/c")
	// What happened happened, whoever has the lease now.
	if err := a.End(t.Context(), key, providers.Outcome{Receipt: "bin/a"}); err != nil {
		t.Errorf("the outcome of an earlier holder: %v", err)
	}
	if got := keysOf(t, a, Filter{}); len(got) != 2 {
		t.Errorf("got operations %q, want two: what was refused left something", got)
	}
	equal(t, "lines", must(b.Verify(t.Context()))(t), 4)
}

// A row that the database leaves out without an error, as a trigger may, is no intent.
func TestAnIntentThatIsNotInsertedIsRefused(t *testing.T) {
	j := openIn(t, startServer(t).Schema(t), asStandard)
	defer must(j.Lease(t.Context(), "home", "apply"))(t)()
	change(t, j, `CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
		CREATE TRIGGER leave_out BEFORE INSERT ON operations FOR EACH ROW EXECUTE FUNCTION leave_out()`)
	_, err := j.Begin(t.Context(), trashOf(file("a", "1")))
	change(t, j, `DROP TRIGGER leave_out ON operations; DROP FUNCTION leave_out()`)
	wants(t, "left out", err, errNotInserted)
	did(t, j, trashOf(file("b", "1")), "bin/b")
	equal(t, "lines", must(j.Verify(t.Context()))(t), 2)
}

// A process that is stopped renews nothing and notices nothing, and a transaction of its may be open.
func TestAHolderThatWasStoppedInATransactionIsFenced(t *testing.T) {
	dsn := startServer(t).Schema(t)
	other := openIn(t, dsn, asStandard) // makes the tables, for which a busy machine may take longer than Idle
	stopped := openIn(t, dsn, func(t *terms) {
		t.lease, t.margin, t.Idle = 200*time.Millisecond, -time.Hour, time.Second
	})
	must(stopped.Lease(t.Context(), "home", "apply"))(t)
	stopped.leases.held["home"].stop()
	open := must(stopped.write.BeginTx(t.Context(), nil))(t)
	must(open.Exec(`SELECT line FROM leases WHERE storage = 'home' FOR UPDATE`))(t)

	for { // as soon as the time of the lease is over; the server then ends the open transaction
		_, err := other.Lease(t.Context(), "home", "apply")
		if err == nil {
			break
		}
		if _, leased := errors.AsType[*LeasedError](err); !leased {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := claimIn(other, "home", 3, 9); err != nil {
		t.Fatal(err)
	}
	did(t, other, trashOf(file("a", "1")), "bin/a")
	if err := open.Commit(); err == nil {
		t.Error("the transaction that was open in the meantime was committed")
	}
	err := claimIn(stopped, "home", 1, 9)
	if errors.Is(err, ErrUnreachable) { // its connection was ended, and the next one is new
		err = claimIn(stopped, "home", 1, 9)
	}
	if err != nil {
		t.Error(err)
	}
	equal(t, "used and claimed by the holder", usedIn(t, other, "home"), Amount{3, 3 << 20})
	_, err = stopped.Begin(t.Context(), trashOf(file("b", "1")))
	if errors.Is(err, ErrUnreachable) { // its connection was ended, and the next one is new
		_, err = stopped.Begin(t.Context(), trashOf(file("b", "1")))
	}
	wants(t, "the intent of the former holder", err, ErrFenced)
	equal(t, "lines", must(other.Verify(t.Context()))(t), 2)
}

// holdCommits makes each commit of an intent wait until let is called. committing waits for one, and returns the
// process of the server that has it.
func holdCommits(t *testing.T, dsn string, j *Journal) (committing func() (pid int), let func()) {
	t.Helper()
	started.Exec(t, dsn, `CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON operations DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION pass()`)
	gate := must(j.read.Conn(t.Context()))(t)
	t.Cleanup(func() { gate.Close() })
	must(gate.ExecContext(t.Context(), `SELECT pg_advisory_lock(7)`))(t)
	committing = func() (pid int) {
		t.Helper()
		for pid == 0 {
			err := gate.QueryRowContext(t.Context(), `SELECT coalesce(max(pid), 0) FROM pg_locks
				WHERE locktype = 'advisory' AND objid = 7 AND NOT granted`).Scan(&pid)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		return pid
	}
	return committing, func() { must(gate.ExecContext(context.Background(), `SELECT pg_advisory_unlock(7)`))(t) }
}

// A commit may take longer than the rest of the lease, and the next holder may have ended the intent by then.
func TestAnIntentWhoseLeaseIsLostDuringTheCommitIsRefused(t *testing.T) {
	dsn := startServer(t).Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	committing, let := holdCommits(t, dsn, j)
	var begin sync.WaitGroup
	begin.Go(func() {
		_, err := j.Begin(context.Background(), trashOf(file("a", "1")))
		wants(t, "Begin", err, ErrFenced)
	})
	committing()
	j.leases.lose("home")
	let()
	begin.Wait()
	equal(t, "open operations", len(keysOf(t, j, Filter{Open: true})), 1) // for the next holder to reconcile
}

// Whether a commit happened whose answer is lost is unknown, so that trying again could record it twice.
func TestATransactionWhoseConnectionIsLostIsNotRunAgain(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	committing, let := holdCommits(t, dsn, j)
	var begin sync.WaitGroup
	begin.Go(func() {
		_, err := j.Begin(context.Background(), trashOf(file("a", "1")))
		wants(t, "Begin", err, ErrUnreachable)
	})
	s.Exec(t, dsn, fmt.Sprintf(`SELECT pg_terminate_backend(%d, 60000)`, committing()))
	let()
	begin.Wait()
	did(t, j, trashOf(file("b", "1")), "bin/b") // by another connection
	equal(t, "lines", must(j.Verify(t.Context()))(t), 2)
}

func TestALeaseThatIsOverByTheClockOfTheDatabaseRecordsNothing(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	s.Exec(t, dsn, `UPDATE leases SET expires_at = clock_timestamp() WHERE storage = 'home'`)
	_, err := j.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "Begin", err, ErrFenced)
	equal(t, "lines", must(j.Verify(t.Context()))(t), 0)
}

func TestALeaseThatIsNotRenewedInTimeIsGivenUpByItsHolder(t *testing.T) {
	dsn := startServer(t).Schema(t)
	j := openIn(t, dsn, func(t *terms) { t.lease, t.margin = time.Minute, time.Minute-50*time.Millisecond })
	must(j.Lease(t.Context(), "home", "apply"))(t)
	for held := true; held; time.Sleep(10 * time.Millisecond) {
		_, held = j.leases.holds("home")
	}
	_, err := j.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "near the end of the lease", err, ErrFenced)
}

// Go's own clock stands still while a machine sleeps, and so do its timers.
func TestTheTimeThatTheMachineSleepsIsPartOfALease(t *testing.T) {
	dsn := startServer(t).Schema(t)
	var slept atomic.Int64
	j := openIn(t, dsn, func(t *terms) {
		t.elapsed = func() time.Duration { return time.Duration(slept.Load()) }
	})
	must(j.Lease(t.Context(), "home", "apply"))(t)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	slept.Store(int64(2 * time.Minute))
	wants(t, "Fenced", j.Fenced("home"), ErrFenced)
	wants(t, "Confirm", j.Confirm(t.Context(), "home"), ErrFenced)
	_, err := j.Begin(t.Context(), trashOf(file("b", "1")))
	wants(t, "Begin", err, ErrFenced)
	slept.Store(0)
	wants(t, "Fenced, once it is lost", j.Fenced("home"), ErrFenced)
}

func TestALeaseIsConfirmedByTheDatabase(t *testing.T) {
	s := startServer(t)
	for _, end := range []string{
		`UPDATE leases SET expires_at = clock_timestamp() WHERE storage = 'home'`,
		`UPDATE leases SET epoch = epoch + 1 WHERE storage = 'home'`,
		`DELETE FROM leases WHERE storage = 'home'`,
	} {
		dsn := s.Schema(t)
		j := openIn(t, dsn, asStandard)
		wants(t, "before it is leased", j.Confirm(t.Context(), "home"), ErrFenced)
		must(j.Lease(t.Context(), "home", "apply"))(t)
		if err := j.Confirm(t.Context(), "home"); err != nil {
			t.Error(err)
		}
		s.Exec(t, dsn, end)
		if err := j.Fenced("home"); err != nil {
			t.Errorf("before anybody has asked: %v", err)
		}
		wants(t, end, j.Confirm(t.Context(), "home"), ErrFenced)
		wants(t, "Fenced, once it is known", j.Fenced("home"), ErrFenced)
	}
}

// Who has lost a lease and does not know it must not go on under that of another one in the same process.
func TestALostLeaseIsNotTakenAgainBeforeItsOwnerHasGivenItBack(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	release := must(j.Lease(t.Context(), "home", "first"))(t)
	s.Exec(t, dsn, `UPDATE leases SET expires_at = clock_timestamp() - interval '1 day' WHERE storage = 'home'`)
	again := func() (func() error, error) { return j.Lease(t.Context(), "home", "second") }
	_, err := again()
	if held, ok := errors.AsType[*LeasedError](err); !ok || held.Purpose != "first" || held.PID != os.Getpid() {
		t.Errorf("while the first is at work: got %v, want a *LeasedError of it", err)
	}
	_, err = j.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "an intent of the first", err, ErrFenced)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release = must(again())(t)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

// An older program that runs while a newer one changes the tables knows nothing of what that one relies on.
func TestAProgramThatIsTooOldForTheTablesBeginsNothing(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	release := must(j.Lease(t.Context(), "home", "apply"))(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	s.Exec(t, dsn, `UPDATE journal SET version = version + 1`)
	_, err := j.Begin(t.Context(), trashOf(file("b", "1")))
	wants(t, "an intent", err, ErrFenced)
	wants(t, "Fenced", j.Fenced("home"), ErrFenced)
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "bin/a"}); err != nil {
		t.Errorf("the outcome of what had begun: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	_, err = j.Lease(t.Context(), "drive", "apply")
	wants(t, "another lease", err, ErrVersion)
	wants(t, "Err", j.Err(), ErrVersion)
	var held int
	err = j.read.QueryRow(`SELECT count(*) FROM leases WHERE expires_at > clock_timestamp()`).Scan(&held)
	if err != nil || held != 0 {
		t.Errorf("%d leases are held, %v", held, err)
	}
}

// The intents of a batch are inserted together, each with its own line, times and hashes.
func TestABatchHasTheIntentsOfSeveralStorages(t *testing.T) {
	j := openIn(t, startServer(t).Schema(t), asStandard)
	for _, storage := range []string{"home", "drive"} {
		release := must(j.Lease(t.Context(), storage, "apply"))(t)
		defer func() { _ = release() }()
	}
	earlier := must(j.Begin(t.Context(), trashOf(file("earlier", "1"))))(t)
	r := must(newRecorder(t.Context(), j.write, j.d, j.chain))(t)
	batch := []*record{{key: earlier, receipt: []byte("bin/earlier"), at: j.now()}}
	want := map[string]providers.Entry{}
	for i, storage := range []string{"home", "box", "drive", "home", "drive", "home"} {
		e := file(fmt.Sprint("file ", i), "1")
		switch i {
		case 0:
			e.Modified, e.Created = time.Time{}, time.Time{}
		case 3:
			e.Path, e.SHA256 = "/pictures/caf\xe9\x00.png", [32]byte{1}
		}
		op := trashOf(e)
		op.Storage = storage
		one := must(intentOf(j.keys.next(), op))(t)
		one.at = j.now()
		batch = append(batch, one)
		if storage != "box" {
			want[one.key] = e
		}
	}
	if err := r.commit(batch); err != nil {
		t.Fatal(err)
	}
	for i, one := range batch {
		if i == 2 {
			wants(t, "an intent without a lease", one.refused, ErrFenced)
		} else if one.refused != nil {
			t.Errorf("record %d is refused: %v", i, one.refused)
		}
	}
	for op, err := range j.Operations(t.Context(), Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		e, begun := want[op.Key]
		delete(want, op.Key)
		switch {
		case op.Key == earlier && !op.Ended.IsZero():
		case !begun || op.Op.Entry.Path != e.Path || !op.Op.Entry.Modified.Equal(e.Modified):
			t.Errorf("got %+v, want %+v", op.Op.Entry, e)
		}
	}
	if len(want) > 0 {
		t.Errorf("not recorded: %v", want)
	}
	if n := must(j.Verify(t.Context()))(t); n != 7 {
		t.Errorf("the chains have %d lines, want 7", n)
	}
}

func TestAHolderThatIsFencedInATransactionKnowsIt(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	s.Exec(t, dsn, `UPDATE leases SET epoch = epoch + 1 WHERE storage = 'home'`)
	_, err := j.Begin(t.Context(), trashOf(file("a", "1")))
	wants(t, "Begin", err, ErrFenced)
	wants(t, "Fenced", j.Fenced("home"), ErrFenced)
}

func TestNothingIsPurgedAfterALeaseWasTakenOver(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	begin := func(j *Journal, kind providers.OpKind) error {
		op := trashOf(file("a", "1"))
		op.Kind, op.Receipt = kind, "bin/a"
		_, err := j.Begin(t.Context(), op)
		return err
	}
	allows := func(what string, j *Journal, purge error) {
		t.Helper()
		wants(t, what+": trash", begin(j, providers.OpTrash), nil)
		wants(t, what+": restore", begin(j, providers.OpRestore), nil)
		wants(t, what+": purge", begin(j, providers.OpPurge), purge)
		wants(t, what+": empty", begin(j, providers.OpEmpty), purge)
	}
	must(a.Lease(t.Context(), "home", "apply"))(t)
	allows("the first holder", a, nil)
	s.Exec(t, dsn, `UPDATE leases SET expires_at = clock_timestamp() - interval '1 day' WHERE storage = 'home'`)
	release := must(b.Lease(t.Context(), "home", "apply"))(t)
	allows("after a lease that was not given back", b, ErrTakenOver)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release = must(b.Lease(t.Context(), "home", "apply"))(t)
	allows("the next holder, in the same minute", b, ErrTakenOver)
	var wait float64
	err := b.read.QueryRow(`SELECT extract(epoch FROM purge_from - clock_timestamp()) FROM leases
		WHERE storage = 'home'`).Scan(&wait)
	if err != nil || wait < 1 || wait > 60 {
		t.Errorf("nothing is purged for %v s, %v; want what is left of a minute", wait, err)
	}
	s.Exec(t, dsn, `UPDATE leases SET purge_from = clock_timestamp() WHERE storage = 'home'`)
	allows("a minute later", b, nil)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	must(b.Lease(t.Context(), "home", "apply"))(t)
	allows("after a lease that was given back", b, nil)
}

func TestALeaseIsRenewed(t *testing.T) {
	dsn := startServer(t).Schema(t)
	j := openIn(t, dsn, func(t *terms) { t.renew = time.Second })
	release := must(j.Lease(t.Context(), "home", "apply"))(t)
	until := func() (at time.Time) {
		t.Helper()
		err := j.read.QueryRow(`SELECT expires_at FROM leases WHERE storage = 'home'`).Scan(&at)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for first := until(); !until().After(first); {
		time.Sleep(20 * time.Millisecond)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release = must(openIn(t, dsn, asStandard).Lease(t.Context(), "home", "scan"))(t)
	if err := release(); err != nil {
		t.Error(err)
	}
}

func TestAServerThatIsFrozenIsNotAwaited(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	openIn(t, dsn, asStandard) // makes the tables, in its own time
	j := openIn(t, dsn, func(t *terms) { t.Answer = 2 * time.Second })
	must(j.Lease(t.Context(), "home", "apply"))(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	thaw := s.Freeze(t)
	var all sync.WaitGroup
	all.Go(func() {
		_, err := j.Begin(context.Background(), trashOf(file("b", "1")))
		wants(t, "Begin", err, ErrUnreachable)
	})
	all.Go(func() {
		_, err := j.Runs(context.Background(), 1)
		wants(t, "a query", err, ErrUnreachable)
	})
	all.Wait()
	thaw()
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "bin/a"}); err != nil {
		t.Errorf("End, when the server goes on: %v", err)
	}
	must(j.Verify(t.Context()))(t)
}

func TestAServerThatCrashesLosesNothingThatWasAcknowledged(t *testing.T) {
	s := startServer(t)
	j := openIn(t, postgrestest.Durable(s.Schema(t)), asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	s.Restart(t)
	equal(t, "open operations", keysOf(t, j, Filter{Open: true}), []string{key})
	outcome := providers.Outcome{Receipt: "bin/a"}
	if err := j.End(t.Context(), key, outcome); err != nil && !errors.Is(err, ErrUnreachable) {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.End(t.Context(), key, outcome); err != nil {
			t.Errorf("the outcome again: %v", err)
		}
	}
	did(t, j, trashOf(file("b", "1")), "bin/b") // the lease is still held
	equal(t, "lines", must(j.Verify(t.Context()))(t), 4)
}

// What is not on disk when it is acknowledged is lost in a crash.
func TestACommitIsOnDiskThoughTheServerIsSetUpOtherwise(t *testing.T) {
	s := startServer(t)
	dsn := postgrestest.Durable(s.Schema(t))
	s.Exec(t, dsn, `ALTER ROLE sweepd SET synchronous_commit = off`)
	defer s.Exec(t, dsn, `ALTER ROLE sweepd RESET synchronous_commit`)
	j := openIn(t, dsn, asStandard)
	var commits string
	if err := j.write.QueryRow(`SHOW synchronous_commit`).Scan(&commits); err != nil {
		t.Fatal(err)
	}
	equal(t, "commits", commits, "on")
}

func TestAReaderMayTakeItsTime(t *testing.T) {
	j := openIn(t, startServer(t).Schema(t), asStandard)
	for db, want := range map[*sql.DB]string{j.read.DB: "10min", j.write: "1min"} {
		for _, limit := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
			var got string
			if err := db.QueryRow(`SHOW ` + limit).Scan(&got); err != nil {
				t.Fatal(err)
			}
			equal(t, limit, got, want)
		}
	}
}

// A backup of a database that is restored is an older copy, as a file is.
func TestARestoredBackupIsRefusedByTheMachinesThatKnowBetter(t *testing.T) {
	s := startServer(t)
	dsn, other := s.Schema(t), s.Schema(t)
	here := t.TempDir()
	opened := func(dsn, heads string) (*Journal, error) {
		return openDatabase(t.Context(), dsn, Options{Now: time.Now, Heads: heads}, false, testTerms())
	}
	sweep := func(j *Journal, name string) {
		t.Helper()
		release := must(j.Lease(t.Context(), "home", "apply"))(t)
		run := must(j.BeginRun(t.Context(), "apply", ""))(t)
		did(t, j, trashOf(file(name, "1")), providers.Receipt("bin/"+name))
		if err := errors.Join(j.EndRun(t.Context(), run, nil, nil), release()); err != nil {
			t.Fatal(err)
		}
	}
	j := must(opened(dsn, here))(t)
	sweep(j, "a")
	restore := s.Backup(t, dsn)
	sweep(j, "b")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = must(opened(dsn, here))(t)
	if err := errors.Join(j.Intact(), j.Close()); err != nil {
		t.Errorf("the same database: %v", err)
	}
	restore()
	_, err := opened(dsn, here)
	wants(t, "a backup", err, ErrOlder)
	_, err = opened(other, here)
	wants(t, "another journal", err, ErrMissing)

	// A machine that has swept other storages knows nothing of this one, until its own decisions are missing.
	j = must(opened(dsn, t.TempDir()))(t)
	sweep(j, "c")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = opened(dsn, here)
	wants(t, "a backup that was continued", err, ErrOlder)
	if err := os.Remove(filepath.Join(here, j.id, ".head")); err != nil {
		t.Fatal(err)
	}
	j = must(opened(dsn, here))(t)
	_, err = j.Lease(t.Context(), "home", "apply")
	wants(t, "the lease of a storage whose lines are missing", err, ErrOlder)
	wants(t, "Err", j.Err(), ErrOlder)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(here, here+".aside"); err != nil {
		t.Fatal(err)
	}
	j = must(opened(dsn, here))(t)
	sweep(j, "d")
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// Several turns of one process, and several processes of one machine, end at the same time.
func TestTheEndsOfChainsAreWrittenBesideOneAnother(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for process := range 2 {
		h := &heads{dir: dir, last: map[string]head{}, grown: map[string]bool{}}
		for turn := range 4 {
			all.Go(func() {
				for i := range 50 {
					line := int64(1000*process + 100*turn + i + 1)
					h.mu.Lock()
					h.last[""], h.grown[""] = head{line, strings.Repeat("0a", 32)}, true
					h.mu.Unlock()
					if err := h.write(); err != nil {
						t.Error(err)
					}
					if noted, err := readHead(h.place("")); err != nil || noted == nil {
						t.Errorf("got %v, %v", noted, err)
					}
				}
			})
		}
	}
	all.Wait()
}

// The tables are made where the version is looked up, whatever else the session can see.
func TestAJournalInALaterSchemaIsAnotherOne(t *testing.T) {
	s := startServer(t)
	first := s.Schema(t)
	other := openIn(t, first, asStandard)
	second := s.Schema(t)
	_, schema, _ := strings.Cut(postgrestest.Durable(first), "search_path=")
	j := openIn(t, postgrestest.Durable(second)+","+schema, asStandard)
	if j.File() == other.File() {
		t.Error("the journal of another schema was opened")
	}
}

func TestATransactionThatMetADeadlockIsRunAgain(t *testing.T) {
	dsn := startServer(t).Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	for _, what := range []string{"x", "y"} {
		if err := a.SetLastRun(t.Context(), what, noon); err != nil {
			t.Fatal(err)
		}
	}
	var first, both sync.WaitGroup
	first.Add(2)
	var runs atomic.Int64
	write := func(j *Journal, order ...string) {
		var once sync.Once
		err := j.update(t.Context(), func(tx *sql.Tx) error {
			runs.Add(1)
			for _, what := range order {
				if _, err := tx.Exec(`UPDATE lately SET at = at + 1 WHERE what = $1`, what); err != nil {
					return err
				}
				once.Do(func() { first.Done(); first.Wait() })
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	both.Go(func() { write(a, "x", "y") })
	both.Go(func() { write(b, "y", "x") })
	both.Wait()
	if runs.Load() < 3 {
		t.Errorf("got %d tries of two transactions, want that one was run again", runs.Load())
	}
	for _, what := range []string{"x", "y"} {
		equal(t, what, must(a.LastRun(t.Context(), what))(t), noon.Add(2*time.Microsecond))
	}
}

func TestTheLimitsHoldOverAllProcesses(t *testing.T) {
	for _, processes := range []int{2, 8} {
		dsn := startServer(t).Schema(t)
		j := openIn(t, dsn, asStandard)
		var all []*bufio.Scanner
		for range processes {
			_, lines := start(t, "spend", dsn)
			all = append(all, lines)
		}
		for _, lines := range all {
			await(t, lines, "refused", func(string) {})
		}
		// The last of them was refused three of a hundred.
		if got := len(keysOf(t, j, Filter{})); got <= 97 || got > 100 {
			t.Errorf("%d processes trashed %d files, want 98 to 100", processes, got)
		}
		must(j.Verify(t.Context()))(t)
	}
}

func TestNoTwoPlansAreAllowedTheSameAmount(t *testing.T) {
	dsn := startServer(t).Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	must(a.Lease(t.Context(), "home", "apply"))(t)
	must(b.Lease(t.Context(), "drive", "apply"))(t)
	var second sync.WaitGroup
	var asked atomic.Bool
	want := Usage{Trash: map[string]Amount{"home": {3, 0}}}
	err := a.Claim(t.Context(), want, time.Time{}, noon, func(Usage) error {
		second.Go(func() {
			want := Usage{Trash: map[string]Amount{"drive": {3, 0}}}
			err := b.Claim(context.Background(), want, time.Time{}, noon, func(used Usage) error {
				asked.Store(true)
				return allowing(3, 5)(used)
			})
			wants(t, "the second", err, errLimit)
		})
		for waits := 0; waits == 0 && !asked.Load(); {
			err := a.read.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted`).Scan(&waits)
			if err != nil {
				return err
			}
		}
		if asked.Load() {
			t.Error("the second was asked while the first was")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	second.Wait()
}

func TestTheClaimOfAProcessThatWasKilledEndsWithItsLease(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	for _, end := range []string{
		`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE storage = '%s'`,
		`UPDATE leases SET epoch = epoch + 1 WHERE storage = '%s'`, // by the next holder
	} {
		cmd, lines := start(t, "claim", dsn)
		var storage string
		await(t, lines, "claimed", func(line string) { storage = strings.TrimPrefix(line, "claimed ") })
		equal(t, "claimed", usedIn(t, j, storage).Files, 60)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		wants(t, "beside the claim of a process that was killed", claimIn(j, "home", 60, 100), errLimit)
		s.Exec(t, dsn, fmt.Sprintf(end, storage))
		if err := claimIn(j, "home", 60, 100); err != nil {
			t.Errorf("after its lease: %v", err)
		}
		s.Exec(t, dsn, `DELETE FROM claims`)
	}
}

func TestNothingIsClaimedWithALeaseThatIsLost(t *testing.T) {
	j := openIn(t, startServer(t).Schema(t), asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	j.leases.lose("home")
	if err := claimIn(j, "home", 1, 5); err != nil {
		t.Fatal(err)
	}
	equal(t, "claimed", usedIn(t, j, "home"), Amount{})
}

func TestAPauseIsThatOfAllProcesses(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	a, b := openIn(t, dsn, asStandard), openIn(t, dsn, asStandard)
	is := func(what string, since, until time.Time) {
		t.Helper()
		from, to, err := b.Pause(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, what, []time.Time{from, to}, []time.Time{since, until})
	}
	is("at first", time.Time{}, time.Time{})
	for _, until := range []time.Time{noon.Add(time.Hour), {}} {
		if err := a.SetPause(t.Context(), noon, until); err != nil {
			t.Fatal(err)
		}
		is("paused", noon, until)
	}
	if err := a.SetPause(t.Context(), time.Time{}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	is("resumed", time.Time{}, time.Time{})
	s.Exec(t, dsn, `DELETE FROM controls`)
	if _, _, err := b.Pause(t.Context()); err == nil {
		t.Error("without the row: got no error")
	}
	must(a.Lease(t.Context(), "home", "apply"))(t)
	if err := claimIn(a, "home", 1, 5); err == nil {
		t.Error("Claim without the row: got no error")
	}
	wants(t, "SetPause without the row", a.SetPause(t.Context(), noon, noon), ErrDamaged)
}

func TestADatabaseWithAnotherTimeIsRefused(t *testing.T) {
	dsn := startServer(t).Schema(t)
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		j, err := Open(t.Context(), dsn, Options{Now: func() time.Time { return time.Now().Add(off) }})
		if wants(t, off.String(), err, ErrClocks); err == nil {
			j.Close()
		}
	}
	if _, err := OpenReadOnly(t.Context(), dsn); !errors.Is(err, ErrVersion) {
		t.Errorf("what was refused: got %v, want that there is no journal yet", err)
	}
	j := must(Open(t.Context(), dsn, Options{Now: time.Now}))(t)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheDatabaseOfAnotherProgramIsRefused(t *testing.T) {
	s := startServer(t)
	dsn := s.Schema(t)
	s.Exec(t, dsn, "CREATE TABLE journal (entry TEXT)")
	_, err := Open(t.Context(), dsn, Options{Now: time.Now})
	wants(t, "Open", err, ErrForeign)
	_, err = OpenReadOnly(t.Context(), dsn)
	wants(t, "OpenReadOnly", err, ErrForeign)
	_, err = Open(t.Context(), "postgres://u:secret@/db?host=/nonesuch&search_path=x", Options{Now: time.Now})
	if wants(t, "no server", err, ErrUnreachable); err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("the error has the password: %v", err)
	}
}

func TestAReaderOfADatabaseChangesNothing(t *testing.T) {
	dsn := startServer(t).Schema(t)
	writer := openIn(t, dsn, asStandard)
	run := must(writer.BeginRun(t.Context(), "scan", ""))(t)
	j := must(OpenReadOnly(t.Context(), dsn))(t)
	defer j.Close()
	equal(t, "run", must(j.Run(t.Context(), run))(t).Kind, "scan")
	equal(t, "record", j.File(), writer.File())
	equal(t, "lines", must(j.Verify(t.Context()))(t), 1)
	equal(t, "used", must(j.Usage(t.Context(), noon, noon))(t).Trash, map[string]Amount{})
	_, err := j.BeginRun(t.Context(), "scan", "")
	wants(t, "BeginRun", err, fs.ErrPermission)
	_, err = j.read.Exec(`DELETE FROM runs`)
	wants(t, "SQL", fault(err), fs.ErrPermission)
}

func TestALineThatADatabaseLostIsNoticed(t *testing.T) {
	dsn := startServer(t).Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	must(j.write.Exec(`UPDATE operations SET ended = NULL, ended_line = NULL, receipt = ''`))(t)
	must(j.write.Exec(`DELETE FROM chain WHERE storage = 'home' AND line = 2`))(t)
	_, err := j.Verify(t.Context())
	if broken, ok := errors.AsType[*BrokenError](err); !ok || broken.Line != 2 {
		t.Errorf("got %v, want a *BrokenError at line 2", err)
	}
	// Now the whole is as it was before: only a process that has it open knows better.
	must(j.write.Exec(`UPDATE leases SET line = 1, hash = (SELECT hash FROM chain WHERE storage = 'home')
		WHERE storage = 'home'`))(t)
	must(j.Verify(t.Context()))(t)
	_, err = j.Begin(t.Context(), trashOf(file("b", "1")))
	wants(t, "Begin", err, ErrOlder)
	wants(t, "Err", j.Err(), ErrOlder)
}

// A process verifies what it acts on: the decisions of users when it begins, and a storage with its first lease.
func TestADamagedChainIsNoticedBeforeItsStorageIsLeased(t *testing.T) {
	const foreign = `INSERT INTO operations (key, run, kind, storage, ref, revision, path, size, weak, about, rule,
		reasons, approved, began, begun_line, epoch, receipt)
		VALUES ('k', 1, 'trash', 'home', '', '', '', 1, 0, '', '', '', 0, 1, 9, 1, '')`
	for _, c := range []struct{ what, damage, of string }{
		{"nothing", `SELECT`, "none"},
		{"an operation", `UPDATE operations SET path = 'x' WHERE storage = 'home'`, "home"},
		{"an operation that is lost", `DELETE FROM operations WHERE storage = 'home'`, "home"},
		{"an operation that nobody recorded", foreign, "home"},
		{"a head", `UPDATE leases SET line = 1 WHERE storage = 'home'`, "home"},
		{"a decision", `DELETE FROM words`, ""}, // which Check verifies
	} {
		dsn := startServer(t).Schema(t)
		j := openIn(t, dsn, asStandard)
		for _, storage := range []string{"home", "drive"} {
			release := must(j.Lease(t.Context(), storage, "apply"))(t)
			op := trashOf(file("a", "1"))
			op.Storage = storage
			did(t, j, op, "bin/a")
			if err := release(); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.SetOverride(t.Context(), file("k", "1"), Keep); err != nil {
			t.Fatal(err)
		}
		must(j.write.Exec(c.damage))(t)
		for _, of := range []string{"", "drive", "home"} {
			b := openIn(t, dsn, asStandard)
			err := b.Check(t.Context())
			if of != "" {
				var release func() error
				if release, err = b.Lease(t.Context(), of, "apply"); err == nil {
					err = release()
				}
			}
			damaged := of == c.of || c.of == ""
			if errors.Is(err, ErrDamaged) != damaged || errors.Is(b.Err(), ErrDamaged) != damaged {
				t.Errorf("%s: %q: got %v, and the record is %v; want it damaged: %t", c.what, of, err, b.Err(), damaged)
			}
		}
	}
}

func TestADatabaseThatIsOpenForReadingCanBeVerified(t *testing.T) {
	dsn := startServer(t).Schema(t)
	j := openIn(t, dsn, asStandard)
	must(j.Lease(t.Context(), "home", "apply"))(t)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	r := must(openDatabase(t.Context(), dsn, Options{}, true, testTerms()))(t)
	defer r.Close()
	equal(t, "lines", must(r.Verify(t.Context()))(t), 2)
}

// A column that a later migration adds to one of them is missing in the other.
func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	list := func(j *Journal, query string) []string {
		t.Helper()
		rows, err := j.read.Query(query)
		return must(collect(rows, err, func(row scanner) (column string, err error) {
			err = row.Scan(&column)
			return column, err
		}))(t)
	}
	lite := list(openAt(t, filepath.Join(t.TempDir(), "journal.db")), `SELECT m.name || '.' || c.name
		FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1`)
	post := list(openIn(t, startServer(t).Schema(t), asStandard), `SELECT table_name || '.' || column_name
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name NOT IN ('journal', 'leases', 'claims', 'controls', 'hosts',
			'accounts')
		AND (table_name, column_name) NOT IN (('chain', 'storage'), ('operations', 'epoch'))
		ORDER BY (table_name || '.' || column_name) COLLATE "C"`)
	equal(t, "columns", post, lite)
}
