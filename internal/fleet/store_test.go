//go:build unix

package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// queued queues what is due, as a worker with so many free slots, and returns it as "storage/turn".
func queued(t testing.TB, s *store, queue string, most int) (all []string) {
	t.Helper()
	for _, u := range turns(t, s, queue, most) {
		all = append(all, fmt.Sprintf("%s/%d", u.Storage, u.Number))
	}
	slices.Sort(all)
	return all
}

// turns is queued that returns the turns themselves.
func turns(t testing.TB, s *store, queue string, most int) (all []turn) {
	t.Helper()
	ok(t, s.queue(t.Context(), queue, "policy", most, func(_ pgx.Tx, turns []turn) error {
		all = turns
		return nil
	}))
	return all
}

// same compares lists.
func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// due sets when storages are due, by the seconds since.
func due(t testing.TB, s *store, ago map[string]int) {
	t.Helper()
	for storage, seconds := range ago {
		_, err := s.pool.Exec(t.Context(), `UPDATE fleet_storages
			SET next_due = clock_timestamp() - $2 * interval '1 second' WHERE storage = $1`, storage, seconds)
		ok(t, err)
	}
}

// drives returns a store with those storages of one service, under the policy "policy".
func drives(t testing.TB, storages ...string) *store {
	t.Helper()
	s, all := open(t, database(t)), map[string]string{}
	for _, storage := range storages {
		all[storage] = "gdrive"
	}
	ok(t, s.register(t.Context(), "policy", all))
	return s
}

func TestWhatIsDueIsQueuedInItsOrderAndOnce(t *testing.T) {
	s := drives(t, "a", "b", "c", "d")
	due(t, s, map[string]int{"a": 10, "b": 40, "c": 30, "d": -10})
	same(t, "with one slot", queued(t, s, "gdrive", 1), "b/1")
	same(t, "while one is queued", queued(t, s, "gdrive", 1))
	same(t, "with two slots", queued(t, s, "gdrive", 2), "c/1")
	same(t, "with many", queued(t, s, "gdrive", 50), "a/1")
	same(t, "of another queue", queued(t, s, "dropbox", 50))
}

func TestAStorageOfAnotherPolicyIsNotQueued(t *testing.T) {
	s := drives(t, "a", "b")
	ok(t, s.register(t.Context(), "newer", map[string]string{"b": "gdrive"}))
	same(t, "under the former policy", queued(t, s, "gdrive", 50), "a/1")
	if n := must(s.registered(t.Context(), "newer"))(t); n != 1 {
		t.Errorf("got %d storages of the newer policy, want 1", n)
	}
}

func TestOneOfSeveralJobsBeginsATurn(t *testing.T) {
	s := drives(t, "a")
	one := turns(t, s, "gdrive", 1)[0]
	var began, refused int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := s.begin(t.Context(), one, fmt.Sprint("worker", i))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				began++
			case errors.Is(err, errNoTurn):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if began != 1 || refused != 7 {
		t.Errorf("%d have begun and %d were refused, want 1 and 7", began, refused)
	}
}

// The job of a worker that was stopped, and went on after the storage had another turn, changes nothing.
func TestAnOldTurnNeitherBeginsNorEnds(t *testing.T) {
	s := drives(t, "a")
	old := turns(t, s, "gdrive", 1)[0]
	_, err := s.begin(t.Context(), old, "stopped")
	ok(t, err)
	due(t, s, map[string]int{"a": 1}) // it counts as lost
	later := turns(t, s, "gdrive", 1)[0]
	for what, err := range map[string]error{
		"to begin again": func() error { _, err := s.begin(t.Context(), old, "stopped"); return err }(),
		"to end":         s.end(t.Context(), old, outcome{memory: "old", wait: time.Hour}),
	} {
		if !errors.Is(err, errNoTurn) {
			t.Errorf("%s: got %v, want errNoTurn", what, err)
		}
	}
	b, err := s.begin(t.Context(), later, "other")
	if err != nil || b.memory != "" {
		t.Errorf("the later turn: got %q, %v", b.memory, err)
	}
	ok(t, s.end(t.Context(), later, outcome{memory: "later"}))
	again := turns(t, s, "gdrive", 1)[0]
	if b, err = s.begin(t.Context(), again, "other"); err != nil || b.memory != "later" {
		t.Errorf("the turn after: got %q, %v", b.memory, err)
	}
}

func TestASweepThatIsAskedForDuringATurnFollowsIt(t *testing.T) {
	s := drives(t, "a", "b")
	one := turns(t, s, "gdrive", 1)[0]
	b, err := s.begin(t.Context(), one, "w")
	if err != nil || b.memory != "" {
		t.Fatalf("the first turn: memory %q, %v", b.memory, err)
	}
	if n := must(s.ask(t.Context(), []string{"a"}))(t); n != 1 {
		t.Errorf("asked for %d, want 1", n)
	}
	same(t, "during the turn", queued(t, s, "gdrive", 50), "b/1")
	ok(t, s.end(t.Context(), one, outcome{wait: time.Hour, memory: `{"left": true, "retry": "2026-11-30T12:00:00Z"}`}))
	// The request is not lost with a turn that does not end.
	for _, number := range []int64{2, 3} {
		next := turns(t, s, "gdrive", 50)
		if len(next) != 1 || next[0] != (turn{"a", number}) {
			t.Fatalf("after it: got %v", next)
		}
		b, err = s.begin(t.Context(), next[0], "w")
		if err != nil || b.memory != `{"left": true, "asked": true}` {
			t.Errorf("turn %d: memory %s, %v", number, b.memory, err)
		}
		if number == 2 {
			ok(t, s.giveBack(t.Context(), next[0], "another"))
			same(t, "given back by another worker", queued(t, s, "gdrive", 50))
			ok(t, s.giveBack(t.Context(), next[0], "w"))
		} else {
			ok(t, s.end(t.Context(), next[0], outcome{wait: time.Hour}))
		}
	}
	same(t, "after the last", queued(t, s, "gdrive", 50))
}

func TestTheTurnsOfADeadWorkerAreDueAndCannotEnd(t *testing.T) {
	s := drives(t, "a")
	one := turns(t, s, "gdrive", 1)[0]
	dead, living := worker{id: "dead", policy: "p"}, worker{id: "living", policy: "p"}
	for _, w := range []worker{dead, living} {
		_, _, err := s.sign(t.Context(), w, time.Hour)
		ok(t, err)
	}
	_, err := s.begin(t.Context(), one, dead.id)
	ok(t, err)
	_, err = s.pool.Exec(t.Context(), `UPDATE fleet_workers SET seen = seen - interval '2 hours' WHERE id = 'dead'`)
	ok(t, err)
	_, _, err = s.sign(t.Context(), living, time.Hour)
	ok(t, err)
	if err := s.end(t.Context(), one, outcome{}); !errors.Is(err, errNoTurn) {
		t.Errorf("it ends its turn: got %v, want errNoTurn", err)
	}
	same(t, "then", queued(t, s, "gdrive", 1), "a/2")
}

func TestAWorkerSeesHowManyHaveAnotherPolicy(t *testing.T) {
	s := drives(t)
	for i, policy := range []string{"p", "q", "p"} {
		w := worker{id: fmt.Sprint(i), policy: policy}
		_, _, err := s.sign(t.Context(), w, time.Hour)
		ok(t, err)
	}
	others, now, err := s.sign(t.Context(), worker{id: "0", policy: "p"}, time.Hour)
	if err != nil || others != 1 || now.IsZero() {
		t.Errorf("got %d others, %s, %v", others, now, err)
	}
	ok(t, s.leave(t.Context(), "1"))
	if others, _, err = s.sign(t.Context(), worker{id: "0", policy: "p"}, time.Hour); err != nil || others != 0 {
		t.Errorf("after it has left: got %d others, %v", others, err)
	}
}

func TestTablesOfANewerProgramAreRefused(t *testing.T) {
	s := drives(t)
	_, err := s.pool.Exec(t.Context(), `UPDATE fleet SET version = version + 1`)
	ok(t, err)
	if err := s.prepare(t.Context()); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

// Each worker finds jobs for its free slots, whoever has queued them. The storages on the disks of a host are for its
// workers alone.
func TestThereAreJobsForEachWorkerOfAQueue(t *testing.T) {
	s := drives(t, "a", "b", "c", "d", "e", "f", "g")
	ok(t, s.register(t.Context(), "policy", map[string]string{
		"nas_1": "host-nas", "nas_2": "host-nas", "nas_3": "host-nas",
	}))
	for id, w := range map[string]worker{
		"1": {host: "NAS", policy: "policy"}, "2": {host: "desk", policy: "policy"},
		"3": {host: "desk", policy: "another"},
	} {
		w.id = id
		_, _, err := s.sign(t.Context(), w, time.Hour)
		ok(t, err)
	}
	for queue, want := range map[string]int{"gdrive": 4, "host-nas": 2} {
		if n := len(turns(t, s, queue, 2)); n != want {
			t.Errorf("%d turns of %s are queued for two free slots each, want %d", n, queue, want)
		}
		if n := len(turns(t, s, queue, 2)); n != 0 {
			t.Errorf("%d more turns of %s are queued before the others are taken", n, queue)
		}
	}
}

// Several workers queue at the same time; no turn is numbered twice.
func TestWorkersQueueBesideOneAnother(t *testing.T) {
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("s%03d", i))
	}
	s := drives(t, names...)
	var mu sync.Mutex
	seen := map[string]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				err := s.queue(t.Context(), "gdrive", "policy", 1000, func(_ pgx.Tx, turns []turn) error {
					mu.Lock()
					defer mu.Unlock()
					for _, u := range turns {
						seen[u.Storage]++
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, name := range names {
		if seen[name] != 1 {
			t.Errorf("%s was queued %d times", name, seen[name])
		}
	}
}

// If no job can be inserted, no turn is numbered: the storage stays due.
func TestATurnWithoutAJobIsNotQueued(t *testing.T) {
	s := drives(t, "a")
	broken := errors.New("no job")
	err := s.queue(t.Context(), "gdrive", "policy", 1, func(pgx.Tx, []turn) error { return broken })
	if !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	same(t, "afterwards", queued(t, s, "gdrive", 1), "a/1")
}

func TestAReservationSpacesTheCallsOfAllProcesses(t *testing.T) {
	dsn := database(t)
	a, b := open(t, dsn), open(t, dsn)
	ok(t, a.addQuota(t.Context(), "gdrive", 0.01)) // a call in 100 seconds, and one second's calls as a burst
	ok(t, b.addQuota(t.Context(), "gdrive", 50))   // it has one
	wait := func(s *store, n int) time.Duration {
		first, gap, err := s.reserve(t.Context(), "gdrive", n)
		ok(t, err)
		if gap != 100*time.Second {
			t.Errorf("got a gap of %s", gap)
		}
		return first.Round(10 * time.Second)
	}
	for i, got := range []time.Duration{wait(a, 1), wait(b, 2), wait(a, 1)} {
		if want := []time.Duration{0, 100 * time.Second, 300 * time.Second}[i]; got != want {
			t.Errorf("reservation %d begins after %s, want %s", i, got, want)
		}
	}
	ok(t, b.slow(t.Context(), "gdrive", time.Hour))
	if got := wait(a, 1); got != time.Hour {
		t.Errorf("after the service has refused a call of another process: %s, want 1h", got)
	}
}

// Calls that wait together are reserved by one question, in turn, and each begins at its own time.
func TestCallsThatWaitAreReservedTogether(t *testing.T) {
	s := open(t, database(t))
	ok(t, s.addQuota(t.Context(), "box", 0.01))
	q := newQuota(s, "box", 0.01, time.Now)
	<-q.asking // while the database is asked for another call
	var mu sync.Mutex
	var waits []string
	q.sleep = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, d.Round(10*time.Second).String())
		return nil
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := q.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	for {
		q.mu.Lock()
		n := len(q.waiting)
		q.mu.Unlock()
		if n == 3 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	q.asking <- struct{}{}
	all.Wait()
	slices.SortFunc(waits, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	same(t, "waits", waits, "0s", "1m40s", "3m20s")
}

// A person who has left keeps the row, and has no more turns; if the directory has them again, they are due at once.
func TestAMemberWhoLeftHasNoMoreTurns(t *testing.T) {
	s := open(t, database(t))
	ok(t, s.register(t.Context(), "policy", map[string]string{roll: rollQueue}))
	read := turns(t, s, rollQueue, 1)[0]
	_, err := s.begin(t.Context(), read, "w")
	ok(t, err)
	both := map[string]string{"company/mia@example.com": "gdrive", "company/noah@example.com": "gdrive"}
	enrol := func(policy string, members map[string]string, fleets ...string) []string {
		t.Helper()
		return must(s.enrol(t.Context(), read, policy, fleets, members))(t)
	}
	same(t, "who left at first", enrol("policy", both, "company"))
	same(t, "of other fleets", enrol("policy", map[string]string{"team/mia@example.com": "dropbox"}, "team"))
	same(t, "who has left", enrol("policy", map[string]string{"company/mia@example.com": "gdrive"}, "company"),
		"company/noah@example.com")
	same(t, "queued then", queued(t, s, "gdrive", 50), "company/mia@example.com/1")
	same(t, "who left before", enrol("policy", map[string]string{"company/mia@example.com": "gdrive"}, "company"))
	same(t, "after the return", enrol("policy", both, "company"))
	same(t, "queued after the return", queued(t, s, "gdrive", 50), "company/noah@example.com/1")

	// Who has left under a later policy has left also for this one.
	ok(t, s.register(t.Context(), "later", map[string]string{roll: rollQueue}))
	same(t, "who left the later policy",
		enrol("later", map[string]string{"company/mia@example.com": "gdrive"}, "company"))
	due(t, s, map[string]int{"company/mia@example.com": 1, "company/noah@example.com": 1})
	same(t, "queued under the former policy", queued(t, s, "gdrive", 50))
}

// A turn may wait in the queue while its account leaves the fleet. It deletes nothing there any more.
func TestAQueuedTurnOfAMemberWhoLeftDoesNotBegin(t *testing.T) {
	s := open(t, database(t))
	ok(t, s.register(t.Context(), "policy", map[string]string{roll: rollQueue}))
	read := turns(t, s, rollQueue, 1)[0]
	_, err := s.begin(t.Context(), read, "w")
	ok(t, err)
	noah := map[string]string{"company/noah@example.com": "gdrive"}
	must(s.enrol(t.Context(), read, "policy", []string{"company"}, noah))(t)
	waiting := turns(t, s, "gdrive", 1)[0]
	must(s.enrol(t.Context(), read, "policy", []string{"company"}, nil))(t)
	if _, err := s.begin(t.Context(), waiting, "w"); !errors.Is(err, errNoTurn) {
		t.Errorf("after the account has left: got %v, want errNoTurn", err)
	}
	must(s.enrol(t.Context(), read, "policy", []string{"company"}, noah))(t)
	same(t, "queued after the return", queued(t, s, "gdrive", 50), "company/noah@example.com/2")
}

// A reading of the directories that was overtaken by another one, or is of another policy, registers nobody.
func TestAReadingThatWasOvertakenRegistersNobody(t *testing.T) {
	s := open(t, database(t))
	ok(t, s.register(t.Context(), "policy", map[string]string{roll: rollQueue}))
	old := turns(t, s, rollQueue, 1)[0]
	_, err := s.begin(t.Context(), old, "stopped")
	ok(t, err)
	members := map[string]string{"company/mia@example.com": "gdrive"}
	_, err = s.enrol(t.Context(), old, "another policy", []string{"company"}, members)
	if !errors.Is(err, errNoTurn) {
		t.Errorf("under another policy: got %v, want errNoTurn", err)
	}
	due(t, s, map[string]int{roll: 1}) // it counts as lost
	_, err = s.begin(t.Context(), turns(t, s, rollQueue, 1)[0], "other")
	ok(t, err)
	if _, err = s.enrol(t.Context(), old, "policy", []string{"company"}, members); !errors.Is(err, errNoTurn) {
		t.Errorf("after it was overtaken: got %v, want errNoTurn", err)
	}
	same(t, "queued", queued(t, s, "gdrive", 50))
}

// A member is swept only if the directory of its fleet was read lately, whatever that of others.
func TestAMemberKnowsWhenItsDirectoryWasRead(t *testing.T) {
	s := open(t, database(t))
	read := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	ok(t, s.register(t.Context(), "policy", map[string]string{
		roll: rollQueue, "company/mia@example.com": "gdrive", "team/mia@example.com": "gdrive", "drive": "gdrive",
	}))
	_, err := s.pool.Exec(t.Context(), `UPDATE fleet_storages SET memory = $2 WHERE storage = $1`, roll,
		`{"read":{"company":"2026-11-30T12:00:00Z"}}`)
	ok(t, err)
	for _, u := range turns(t, s, "gdrive", 3) {
		b := must(s.begin(t.Context(), u, "w"))(t)
		if of, _, _ := strings.Cut(u.Storage, "/"); (of == "company") != (b.read != nil && b.read.Equal(read)) {
			t.Errorf("%s: read is %v", u.Storage, b.read)
		}
	}
	f := &fleet{}
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {rollLasts, false}, {rollLasts + time.Second, true}} {
		f.o.Now = func() time.Time { return read.Add(c.after) }
		if got := f.unread(begun{read: &read}); got != c.want {
			t.Errorf("%s later: unread is %t", c.after, got)
		}
	}
	if !f.unread(begun{}) {
		t.Error("a directory that was never read counts as read")
	}
}

// A storage that comes under another policy is due at once, also if a turn under the former one is under way.
func TestAStorageUnderANewPolicyIsDueAtOnce(t *testing.T) {
	s := drives(t, "idle", "running")
	under := map[string]turn{}
	for _, u := range turns(t, s, "gdrive", 2) {
		_, err := s.begin(t.Context(), u, "w")
		ok(t, err)
		under[u.Storage] = u
	}
	ok(t, s.end(t.Context(), under["idle"], outcome{policy: "policy", wait: time.Hour}))
	ok(t, s.register(t.Context(), "newer", map[string]string{"idle": "gdrive", "running": "gdrive"}))
	ok(t, s.end(t.Context(), under["running"], outcome{policy: "policy", wait: time.Hour}))
	var n int
	ok(t, s.pool.QueryRow(t.Context(), `SELECT count(*) FROM fleet_storages WHERE policy = 'newer'
		AND next_due <= clock_timestamp()`).Scan(&n))
	if n != 2 {
		t.Errorf("%d storages are due under the new policy, want 2", n)
	}
}
