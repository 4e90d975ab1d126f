//go:build unix

package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/journal"
)

func TestSeveralWorkersSweepEveryAccountAndRecordEachFileOnce(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 4, Files: 40})
	a, b, c := w.start(quickly()), w.start(quickly()), w.start(quickly())
	w.swept()
	for _, p := range []*process{a, b, c} {
		w.stop(p)
	}
	w.judge(w.due(40))
}

// A slice of two files: the storage has a turn again and again, until all is done.
func TestWhatASliceLeavesFollowsInLaterTurns(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 1, Files: 60})
	s := quickly()
	s.Slice = daemon.Slice{Files: 2, Time: time.Minute}
	p := w.start(s)
	w.swept()
	w.stop(p)
	w.judge(w.due(60))
	var turns int
	ok(t, connect(t, w.database).QueryRow(t.Context(), `SELECT min(turn) FROM fleet_storages`).Scan(&turns))
	if turns < 5 {
		t.Errorf("a storage had %d turns for more than 20 files in slices of 2", turns)
	}
}

func TestAWorkerThatIsKilledLosesNothing(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 3, Files: 60, Latency: 20 * time.Millisecond})
	killed := w.start(quickly())
	w.until("it moves files", `SELECT count(*) > 0 FROM operations`)
	killed.over = true
	ok(t, killed.Process.Kill())
	<-killed.done
	// The leases of the killed one end, as after a minute.
	_, err := connect(t, w.database).Exec(t.Context(), endLeases)
	ok(t, err)
	other := w.start(quickly())
	w.swept()
	w.stop(other)
	w.judge(w.due(60))
	w.until("nothing is open", `SELECT count(*) = 0 FROM operations WHERE ended IS NULL`)
}

// endLeases ends all leases, as the time of a worker that does not renew them does.
const endLeases = `UPDATE leases SET expires_at = clock_timestamp() - interval '1 hour' WHERE holder <> ''`

// A worker is stopped while it moves files, with intents on record whose calls wait for their turn. Its lease ends,
// another worker takes its storages and settles these, and when the first goes on it makes none of the calls.
func TestAWorkerThatIsStoppedPastItsLeaseChangesNothingMore(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 60})
	ok(t, must(journal.Open(t.Context(), w.database, journal.Options{Now: time.Now}))(t).Close())
	s := open(t, w.database)
	ok(t, s.addQuota(t.Context(), "gdrive", 20))
	ok(t, s.addQuota(t.Context(), "dropbox", 20))
	set := quickly()
	set.Lease = time.Second
	stopped := w.start(set)
	w.until("a call waits", `SELECT count(*) > 0 FROM operations WHERE ended IS NULL
		AND to_timestamp(began / 1e6) < clock_timestamp() - interval '100 milliseconds'`)
	ok(t, stopped.Process.Signal(syscall.SIGSTOP))
	_, err := s.pool.Exec(t.Context(), `UPDATE fleet_quotas SET gap = 0.001, next = clock_timestamp()`)
	ok(t, err)
	other := w.start(set)
	w.done(w.due(60))
	before := w.changes()
	ok(t, stopped.Process.Signal(syscall.SIGCONT))
	w.until("it is back", `SELECT count(*) = 2 FROM fleet_workers`)
	w.swept()
	w.stop(stopped)
	w.stop(other)
	if n := w.changes() - before; n > 0 {
		t.Errorf("the stopped worker has made %d calls that change something", n)
	}
	w.judge(w.due(60))
}

// changes returns how many calls have tried to change a file so far.
func (w *world) changes() int {
	calls := w.audit.Calls()
	return calls["drive.files.update"] + calls["dropbox.files.delete_v2"]
}

// The database is lost in the middle of a turn, so that its end cannot be noted at once. It is noted as soon as that is
// possible, and not left to count as lost after some minutes.
func TestATurnThatEndsWithoutTheDatabaseIsEndedWhenItIsBack(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 60, Latency: 20 * time.Millisecond})
	l := newLink(t)
	set := quickly()
	set.Database = l.address(t, w.database)
	p := w.start(set)
	w.until("it moves files", `SELECT count(*) > 0 FROM operations`)
	l.cut()
	for l.refusals() < 100 {
		time.Sleep(10 * time.Millisecond)
	}
	l.mend()
	w.until("no turn is under way that has ended", `SELECT count(*) = $1 FROM fleet_storages
		WHERE state = 'idle' OR turn > 1`, len(w.storages))
	_ = p.Process.Kill()
}

// The database is lost while plans ask for their part of the limits. That is no decision for a person, and the plans
// are made again within seconds.
func TestAPlanThatCannotAskForItsPartOfTheLimitsIsMadeAgain(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 1, Files: 60})
	ok(t, must(journal.Open(t.Context(), w.database, journal.Options{Now: time.Now}))(t).Close())
	l := newLink(t)
	set := quickly()
	set.Database, set.Lease = l.address(t, w.database), time.Second
	tx := must(connect(t, w.database).Begin(t.Context()))(t)
	must(tx.Exec(t.Context(), `SET LOCAL idle_in_transaction_session_timeout = 0`))(t)
	must(tx.Exec(t.Context(), `SELECT id FROM controls FOR UPDATE`))(t)
	p := w.start(set)
	w.until("a plan asks", `SELECT count(*) > 0 FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND query LIKE '%controls%'`)
	for n := -1; n != len(w.audit.Since(0)); time.Sleep(500 * time.Millisecond) {
		n = len(w.audit.Since(0)) // the other scan has ended too
	}
	l.cut()
	ok(t, tx.Rollback(t.Context()))
	if !within(10*time.Second, func() bool { return l.refusals() > 20 }) {
		w.show()
		t.Fatalf("%d tries", l.refusals())
	}
	l.mend()
	w.swept()
	w.stop(p)
	w.judge(w.due(60))
}

// A worker that is replaced gives back what it has under way: the storages are due at once for the others, and not at
// the next look.
func TestAWorkerThatEndsLeavesTheRestOfItsTurnsToTheNext(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 60, Latency: 20 * time.Millisecond})
	first := w.start(quickly())
	w.until("it moves files", `SELECT count(*) > 0 FROM operations`)
	w.stop(first)
	if n := len(w.moved()); n >= w.due(60) {
		t.Errorf("all %d files were moved", n)
	}
	next := w.start(quickly())
	w.swept()
	w.stop(next)
	w.judge(w.due(60))
}

func TestNothingIsDeletedWhileTheWorkersHaveDifferentPolicies(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 150, Latency: 20 * time.Millisecond})
	set := quickly()
	set.Slice = daemon.Slice{Files: 10, Time: time.Minute}
	p := w.start(set)
	w.until("it moves files", `SELECT count(*) > 0 FROM operations`)
	s := connect(t, w.database)
	_, err := s.Exec(t.Context(), `INSERT INTO fleet_workers
		VALUES ('other', 'other', 'v', 'another policy', clock_timestamp(), clock_timestamp() + interval '1 hour')`)
	ok(t, err)
	w.until("each turn has ended, and finds nothing that it may do", `SELECT count(*) = $1 FROM fleet_storages
		WHERE state = 'idle' AND next_due > clock_timestamp() + interval '1 minute'`, len(w.storages))
	if n := len(w.moved()); n >= w.due(150) {
		t.Errorf("all %d files were moved", n)
	}
	_, err = s.Exec(t.Context(), `DELETE FROM fleet_workers WHERE id = 'other'`)
	ok(t, err)
	w.until("the worker has seen it", `SELECT clock_timestamp() - interval '1 second' > (SELECT max(ended)
		FROM fleet_storages) AND EXISTS (SELECT FROM fleet_workers
		WHERE seen > clock_timestamp() - interval '1 second')`)
	must((&store{pool: s}).ask(t.Context(), nil))(t)
	w.swept()
	w.stop(p)
	w.judge(w.due(150))
}

// During an upgrade, an older worker ends as soon as a newer one is at work, or as the tables of the journal have been
// changed, and another one of its kind does not start. The newer one does all work.
func TestAnOlderWorkerEndsWhenANewerOneIsAtWork(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 1, Files: 60, Latency: 20 * time.Millisecond})
	ends := func(p *process, why string) {
		t.Helper()
		select {
		case err := <-p.done:
			if err == nil || !strings.Contains(p.log.String(), why) {
				t.Errorf("it ended with %v, want %q:\n%s", err, why, p.log)
			}
		case <-time.After(patience):
			t.Fatalf("it goes on:\n%s", p.log)
		}
	}
	older, newer := calmly(), calmly()
	older.Slice = daemon.Slice{Files: 2, Time: time.Minute}
	newer.Version = latest() + 1
	old := w.start(older)
	old.over = true
	w.until("it moves files", `SELECT count(*) > 0 FROM operations`)
	p := w.start(newer)
	why := fmt.Sprintf("it is %d, and this program knows %d", latest()+1, latest())
	ends(old, why)
	w.swept()
	again := w.start(older)
	again.over = true
	ends(again, why)
	w.judge(w.due(60))
	p.over = true
	_, err := connect(t, w.database).Exec(t.Context(), `UPDATE journal SET version = version + 1`)
	ok(t, err)
	ends(p, "update this one (the journal was brought from")
}

// One refusal of the service slows all workers, and no other service.
func TestAServiceThatIsThrottledDelaysNoOther(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 20, Faults: []cloudsim.Fault{{
		Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 429, RetryAfter: "100", Times: -1,
	}}})
	a, b := w.start(quickly()), w.start(quickly())
	w.until("the boxes are swept", `SELECT count(*) = 2 FROM fleet_storages
		WHERE queue = 'dropbox' AND state = 'idle' AND ended IS NOT NULL AND failure = ''
		AND next_due > clock_timestamp()`)
	w.until("the drives wait", `SELECT next > clock_timestamp() + interval '50 seconds' AND limited > 0
		FROM fleet_quotas WHERE service = 'gdrive'`)
	calls := w.cloud.Audit().Calls()["drive.files.list"]
	if calls > 8 {
		t.Errorf("the service was called %d times though it asked to be left alone", calls)
	}
	_ = a.Process.Kill()
	_ = b.Process.Kill()
}

func TestTheStoragesOfTwoHostsAreNeverOne(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 1, Files: 1})
	folder := filepath.Join(w.home, "Pictures")
	ok(t, os.MkdirAll(folder, 0o700))
	rest := `
rules: [{name: by name, when: {confidence: likely, derived: include}, do: trash}]
trash: {ours: 30d}
`
	w.policy(fmt.Sprintf("version: 1\nstorages: {pictures: {type: local, roots: [%q]}}\n%s", folder, rest))
	s := quickly()
	s.Host = "desk"
	if p := w.start(s); <-p.done == nil || !strings.Contains(p.log.String(), "does not say on which host") {
		t.Errorf("a storage without a host: got %s", p.log)
	}
	w.workers = nil
	w.policy(fmt.Sprintf("version: 1\nstorages: {desk_pictures: {type: local, roots: [%q]}, "+
		"nas_pictures: {type: local, roots: [%q]}}\n%s", folder, filepath.Join(w.home, "Other"), rest))
	p := w.start(s)
	w.until("its own folders are swept", `SELECT count(*) = 1 FROM fleet_storages
		WHERE storage = 'desk_pictures' AND state = 'idle' AND ended IS NOT NULL AND failure = ''`)
	w.stop(p)
	w.until("and no others", `SELECT count(*) = 1 FROM fleet_storages
		WHERE storage = 'nas_pictures' AND turn = 0 AND ended IS NULL`)
	// Another machine of that name has another identity.
	ok(t, os.Remove(filepath.Join(w.home, ".local/state/sweepd/identity")))
	if p := w.start(s); <-p.done == nil || !strings.Contains(p.log.String(), journal.ErrHost.Error()) {
		t.Errorf("another machine of that name: got %s", p.log)
	}
}

// A machine on which a storage is signed in to another account, or whose user was deleted and made anew, does not sweep
// it as the storage that the record knows.
func TestAStorageIsOfOneAccountOnAllMachines(t *testing.T) {
	w := newWorld(t, rehearsal.Options{Accounts: 2, Files: 3})
	p := w.start(quickly())
	w.swept()
	w.stop(p)
	text := string(must(os.ReadFile(filepath.Join(w.home, "policy.yaml")))(t))
	w.home = t.TempDir()
	w.env = append(w.env, "HOME="+w.home, "SWEEPD_POLICY="+filepath.Join(w.home, "policy.yaml"))
	lines, swapped, accounts := strings.Split(text, "\n"), map[string]string{}, w.cloud.Place().Accounts
	for i, a := range accounts {
		for j, b := range accounts {
			if a.Provider != b.Provider || i == j {
				continue
			}
			swapped[w.storages[i]] = b.Name
			begin := "  " + w.storages[i] + ":"
			n := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, begin) })
			lines[n] = strings.Replace(lines[n], strconv.Quote(a.Name), strconv.Quote(b.Name), 1)
		}
	}
	w.policy(strings.Join(lines, "\n"))
	if p := w.start(settings{SignIn: swapped}); <-p.done != nil {
		t.Fatal(p.log)
	}
	w.workers = nil
	must((&store{pool: connect(t, w.database)}).ask(t.Context(), nil))(t)
	p = w.start(quickly())
	w.until("each storage is refused", `SELECT count(*) = $1 FROM fleet_storages
		WHERE failure = 'sign_in' AND detail LIKE '%''s, not %'`, len(w.storages))
	w.stop(p)
}
