//go:build unix

package fleet

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/testing/rotation"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// chaosVariable makes TestADisturbedFleetSweepsAllOnce a long run by hand, of that many accounts, with a disturbance
// so often: ACCOUNTSxFILES/DURATION.
const chaosVariable = "SWEEPD_CHAOS"

// chaosLease is how long a lease lasts in a short run. Another worker is free to take a storage before the fleet counts
// its holder as dead, so that no turn finds the lease taken and waits a minute.
const chaosLease = 2 * time.Second

// A fleet is disturbed while it works: workers, the server and the network between them fail in each of the ways below,
// of which a run takes two by SWEEPD_ROTATION. Whatever happens, no file is moved but those that the policy takes, each
// once and recorded once, no more than the limits allow, and in the end all of them.
func TestADisturbedFleetSweepsAllOnce(t *testing.T) {
	c := newChaos(t)
	slice := rotation.New(t, 7)
	if c.long {
		slice.First, slice.Stride = 1, 1
	}
	all, some := disturbances(), []disturbance{}
	for n := slice.First; len(some) == 0 || n <= len(all); n += slice.Stride {
		some = append(some, all[(n-1)%len(all)])
	}
	c.begin()
	for len(some) > 0 && c.busy() {
		c.disturb(some[0])
		if c.long {
			some = append(some, some[0])
			within(c.apart, func() bool { return !c.busy() })
		}
		some = some[1:]
	}
	t.Logf("%v after %s", c.took, time.Since(c.began).Round(time.Second))
	if len(c.took) == 0 {
		t.Error("nothing took place while the fleet was at work")
	}
	c.finish()
}

// disturbance is one way in which a fleet is disturbed. It reports whether it took place.
type disturbance struct {
	name string
	do   func(*chaos) bool
}

func disturbances() []disturbance {
	return []disturbance{
		{"a worker is killed", (*chaos).kill},
		{"a worker is stopped in a transaction, until the server has ended that", (*chaos).stopInTransaction},
		{"the connections of a worker are cut", (*chaos).cut},
		{"jobs are doubled", (*chaos).double},
		{"the server is killed", (*chaos).killServer},
		{"workers have clocks apart", (*chaos).setClocks},
		{"the worker that leads the queue is killed", (*chaos).killLeader},
		{"a worker is stopped between an intent and its call, until another has its storage", (*chaos).stopBetween},
		{"the network of a worker loses everything", (*chaos).silence},
		{"jobs are lost", (*chaos).lose},
		{"the server is frozen", (*chaos).freeze},
		{"a worker is replaced", (*chaos).replace},
		{"a newer program begins beside older ones", (*chaos).upgrade},
	}
}

// chaos is a world whose workers are disturbed.
type chaos struct {
	*world
	rand  *mathrand.Rand
	db    *pgxpool.Pool
	crew  []*member
	long  bool
	apart time.Duration // the disturbances begin so long after each other, in a long run
	files int           // of an account
	limit int           // of the files that may be moved while the fleet is disturbed
	ahead time.Duration // of the clock of the workers hired from now on
	newer int           // how many versions newer they are
	began time.Time
	took  map[string]int // the disturbances that took place, by name
}

// member is a worker with a network of its own.
type member struct {
	*process
	link *link
	role string // as which it works in the database, so that its sessions can be told from others
}

func newChaos(t *testing.T) *chaos {
	c := &chaos{took: map[string]int{}, files: 30}
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(os.Getenv("SWEEPD_ROTATION")))
	c.rand = mathrand.New(mathrand.NewPCG(seed.Sum64(), 0))
	accounts := 6
	if text := os.Getenv(chaosVariable); text != "" {
		c.long = true
		size, apart, _ := strings.Cut(text, "/")
		must(fmt.Sscanf(size, "%dx%d", &accounts, &c.files))(t)
		c.apart = must(time.ParseDuration(apart))(t)
	}
	c.world = newWorld(t, rehearsal.Options{Accounts: accounts / 2, Files: c.files, Latency: 20 * time.Millisecond})
	c.db = connect(t, c.database)
	return c
}

// begin starts the workers and waits until they move files. In a short run they do so slowly, and may move two thirds
// of what is due. A pause keeps them from it until all are at work.
func (c *chaos) begin() {
	c.limit = c.due(c.files)
	workers := 8
	j := must(journal.Open(c.Context(), c.database, journal.Options{Now: time.Now}))(c)
	defer func() { ok(c, j.Close()) }()
	if !c.long {
		workers, c.limit = 4, c.limit*2/3
		ok(c, j.SetPause(c.Context(), time.Now(), time.Time{}))
	}
	limit := c.limit
	if c.long { // an intent of a stopped worker counts, so that a limit of just enough refuses a plan
		limit *= 2
	}
	c.setLimit(limit)
	for range workers {
		c.crew = append(c.crew, c.hire())
	}
	if !c.long {
		c.calm()
		c.pace(2)
		ok(c, j.SetPause(c.Context(), time.Time{}, time.Time{}))
		must((&store{pool: c.db}).ask(c.Context(), nil))(c)
	}
	c.began = time.Now()
	c.until("it moves files", `SELECT count(*) > 0 FROM operations`)
}

// setLimit changes the limit of files in the policy.
func (c *chaos) setLimit(n int) {
	text := must(os.ReadFile(filepath.Join(c.home, "policy.yaml")))(c)
	limit := regexp.MustCompile(`limits: \{files: \d+`)
	c.policy(limit.ReplaceAllString(string(text), fmt.Sprintf("limits: {files: %d", n)))
}

// pace sets how many calls a second the fleet makes to each service.
func (c *chaos) pace(rate float64) {
	must(c.db.Exec(c.Context(), `UPDATE fleet_quotas SET gap = $1, next = clock_timestamp()`, 1/rate))(c)
}

// hire starts a worker and waits until it is at work.
func (c *chaos) hire() *member {
	c.Helper()
	m := &member{link: newLink(c), role: "w" + strings.ToLower(rand.Text())}
	server.Exec(c, c.database, "CREATE ROLE "+m.role+" SUPERUSER LOGIN")
	u := must(url.Parse(m.link.address(c, c.database)))(c)
	q := u.Query()
	q.Set("user", m.role)
	u.RawQuery = q.Encode()
	set := quickly()
	set.Database, set.Ahead, set.Poll = u.String(), c.ahead, 50*time.Millisecond
	set.Slice.Files, set.Version = 2, latest()+c.newer
	if c.long {
		set.Slice, set.Beat, set.Poll = daemon.Slice{}, 0, 0
	} else {
		set.Lease = chaosLease
	}
	m.process = c.start(set)
	c.until("the worker is at work", `SELECT count(*) = 1 FROM fleet_workers WHERE id LIKE $1`, m.name())
	return m
}

// name is a pattern of the name of a worker in the fleet.
func (m *member) name() string { return fmt.Sprintf("%%-%d-%%", m.Process.Pid) }

// any returns the place of any worker in the crew.
func (c *chaos) any() int { return c.rand.IntN(len(c.crew)) }

// busy reports whether there are files that the fleet may still move.
func (c *chaos) busy() bool { return len(c.moved()) < c.limit }

// disturb tries until the disturbance takes place, and counts it if the fleet was at work.
func (c *chaos) disturb(d disturbance) {
	began := time.Now()
	took := within(30*time.Second, func() bool { return d.do(c) || !c.busy() })
	if took && c.busy() {
		c.took[d.name]++
	}
	c.Logf("%s: %v, %d of %d files, %s", d.name, took, len(c.moved()), c.limit,
		time.Since(began).Round(time.Millisecond))
}

// within calls is until it returns true, for so long.
func within(most time.Duration, is func() bool) bool {
	for began := time.Now(); time.Since(began) < most; time.Sleep(2 * time.Millisecond) {
		if is() {
			return true
		}
	}
	return false
}

// some returns a time of 1 to 3 times the lease of a short run.
func (c *chaos) some() time.Duration {
	return chaosLease + time.Duration(c.rand.Int64N(int64(2*chaosLease)))
}

// row reads a row; false: there is none, or the server is away.
func (c *chaos) row(query string, args []any, into ...any) bool {
	return c.db.QueryRow(c.Context(), query, args...).Scan(into...) == nil
}

// end kills a worker of the crew and hires another.
func (c *chaos) end(i int) bool {
	m := c.crew[i]
	m.over = true
	ok(c, m.Process.Kill())
	<-m.done
	c.crew[i] = c.hire()
	return true
}

func (c *chaos) kill() bool { return c.end(c.any()) }

func (c *chaos) killLeader() bool {
	var leader string
	if !c.row(`SELECT leader_id FROM river_leader`, nil, &leader) {
		return false
	}
	i := slices.IndexFunc(c.crew, func(m *member) bool { return strings.Contains(leader, strings.Trim(m.name(), "%")) })
	return i >= 0 && c.end(i)
}

func (c *chaos) replace() bool {
	i := c.any()
	c.stop(c.crew[i].process)
	c.crew[i] = c.hire()
	return true
}

// upgrade starts workers of a newer program one by one. The older ones end by themselves when they see the first.
func (c *chaos) upgrade() bool {
	c.newer++
	for _, m := range c.crew {
		m.over = true
	}
	for i, m := range c.crew {
		c.crew[i] = c.hire()
		select {
		case <-m.done:
		case <-time.After(patience):
			c.Fatalf("an older worker goes on:\n%s", m.log)
		}
	}
	return true
}

// setClocks replaces all workers by some whose clock is ahead of the database's, by nearly as much as is allowed. It is
// the clock of one machine, which never goes back.
func (c *chaos) setClocks() bool {
	c.ahead = 25 * time.Second
	for _, m := range c.crew {
		c.stop(m.process)
	}
	for i := range c.crew {
		c.crew[i] = c.hire()
	}
	return true
}

// signal sends a signal to a worker.
func (c *chaos) signal(m *member, s syscall.Signal) { ok(c, m.Process.Signal(s)) }

func (c *chaos) stopInTransaction() bool {
	var role string
	var pid int
	const open = `FROM pg_stat_activity WHERE state = 'idle in transaction' AND usename LIKE 'w%'`
	if !c.row(`SELECT usename, pid `+open+` LIMIT 1`, nil, &role, &pid) {
		return false
	}
	i := slices.IndexFunc(c.crew, func(m *member) bool { return m.role == role })
	if i < 0 {
		return false
	}
	c.signal(c.crew[i], syscall.SIGSTOP)
	defer c.signal(c.crew[i], syscall.SIGCONT)
	time.Sleep(50 * time.Millisecond) // what it has sent arrives
	there := func() (is bool) {
		return c.row(`SELECT count(*) > 0 `+open+` AND pid = $1`, []any{pid}, &is) && is
	}
	if !there() {
		return false
	}
	return within(30*time.Second, func() bool { return !there() })
}

// A storage is swept by the holder of its lease. The intent is there and the call is not, by the record of the cloud.
func (c *chaos) stopBetween() bool {
	const query = `SELECT o.storage, o.ref, l.epoch, l.holder FROM operations o JOIN leases l USING (storage)
		WHERE o.ended IS NULL AND l.holder <> '' ORDER BY o.id DESC LIMIT 1`
	var storage, holder string
	var ref []byte
	var epoch int64
	var who journal.LeasedError
	if !c.row(query, nil, &storage, &ref, &epoch, &holder) || json.Unmarshal([]byte(holder), &who) != nil {
		return false
	}
	i := slices.IndexFunc(c.crew, func(m *member) bool { return m.Process.Pid == who.PID })
	if i < 0 {
		return false
	}
	c.signal(c.crew[i], syscall.SIGSTOP)
	defer c.signal(c.crew[i], syscall.SIGCONT)
	time.Sleep(50 * time.Millisecond) // what it has sent arrives
	var is bool
	open := c.row(`SELECT count(*) > 0 FROM operations WHERE storage = $1 AND ref = $2 AND ended IS NULL`,
		[]any{storage, ref}, &is) && is
	if !open || c.moved()[c.accounts[storage]+" "+string(ref)] > 0 {
		return false
	}
	return within(patience, func() (is bool) {
		return c.row(`SELECT epoch > $2 FROM leases WHERE storage = $1`, []any{storage, epoch}, &is) && is
	})
}

func (c *chaos) cut() bool {
	l := c.crew[c.any()].link
	before := l.refusals()
	l.cut()
	defer l.mend()
	time.Sleep(c.some())
	return l.refusals() > before
}

func (c *chaos) silence() bool {
	l := c.crew[c.any()].link
	before := l.held()
	l.silence()
	defer l.mend()
	time.Sleep(c.some())
	return l.held() > before
}

func (c *chaos) killServer() bool {
	server.Restart(c)
	return true
}

func (c *chaos) freeze() bool {
	thaw := server.Freeze(c)
	defer thaw()
	time.Sleep(c.some())
	return true
}

// double puts three more jobs beside each one, of turns that are queued, under way and over.
func (c *chaos) double() bool {
	tag, err := c.db.Exec(c.Context(), `INSERT INTO river_job (kind, args, queue, state, max_attempts, priority)
		SELECT kind, args, queue, 'available', max_attempts, priority FROM river_job, generate_series(1, 3)
		WHERE state <> 'completed' OR attempted_at > clock_timestamp() - interval '1 second'`)
	return err == nil && tag.RowsAffected() > 0
}

// lose removes jobs that nobody has taken. Their turns count as lost at once, as they do after some minutes.
func (c *chaos) lose() bool {
	tag, err := c.db.Exec(c.Context(), `WITH gone AS (DELETE FROM river_job WHERE id IN
			(SELECT id FROM river_job WHERE state = 'available' FOR UPDATE SKIP LOCKED) RETURNING args)
		UPDATE fleet_storages f SET next_due = clock_timestamp() FROM gone
		WHERE f.storage = gone.args ->> 'storage' AND f.turn = (gone.args ->> 'turn')::bigint AND f.state = 'queued'`)
	return err == nil && tag.RowsAffected() > 0
}

// finish ends the disturbances, checks the limit, and lets a fleet that may move all do the rest.
func (c *chaos) finish() {
	c.Helper()
	want := c.due(c.files)
	if !c.long {
		c.pace(1000)
		c.calm()
		for _, m := range c.crew {
			c.stop(m.process)
		}
		if n := len(c.moved()); n > c.limit {
			c.Errorf("%d files were moved, and the limit is %d", n, c.limit)
		}
		c.setLimit(want)
		for i := range c.crew[:2] {
			c.crew[i] = c.hire()
		}
		c.crew = c.crew[:2]
	}
	// A plan that was refused, or a storage that had another turn, waits for the next look.
	for began := time.Now(); ; {
		c.calm()
		var is bool
		if c.row(sweptQuery, []any{len(c.storages)}, &is) && is && len(c.moved()) >= want {
			break
		}
		if time.Since(began) > patience {
			c.show()
			c.Fatalf("%d of %d files were moved", len(c.moved()), want)
		}
		must((&store{pool: c.db}).ask(c.Context(), nil))(c)
	}
	c.Logf("all is done after %s", time.Since(c.began).Round(time.Second))
	c.until("nothing is open", `SELECT count(*) = 0 FROM operations WHERE ended IS NULL`)
	for _, m := range c.crew {
		c.stop(m.process)
	}
	c.judge(want)
	c.judgeChanges()
	if c.Failed() {
		c.show()
	}
}

// calm waits until no turn is due or under way.
func (c *chaos) calm() {
	c.Helper()
	if !within(patience, func() (is bool) {
		return c.row(`SELECT count(*) = 0 FROM fleet_storages WHERE state <> 'idle' OR next_due < clock_timestamp()`,
			nil, &is) && is
	}) {
		c.show()
		c.Fatal("there is always a turn due or under way")
	}
}

// judgeChanges compares each change by a worker with the policy and with the record. A Drive gets a note of who has
// trashed the file in the same request.
func (c *chaos) judgeChanges() {
	c.Helper()
	moved, requests := map[string]int{}, map[int64]bool{}
	for _, m := range c.audit.Mutations(0) {
		if m.N == 0 || requests[m.N] && m.Op == "edit" { // several requests are served at the same time
			continue
		}
		requests[m.N] = true
		file := c.before(m)
		trash := map[string]string{"gdrive": "trash", "dropbox": "delete"}[m.Provider]
		if m.Op != trash || !strings.HasPrefix(file.Name, "ChatGPT Image ") || file.Starred || file.Shared {
			c.Errorf("%s %s of %s by %s: %s", m.Op, m.File, m.Account, m.Call, m.Before)
		}
		moved[m.Account+" "+file.ref]++
	}
	j := must(journal.OpenReadOnly(c.Context(), c.database))(c)
	defer j.Close()
	recorded := map[string]int{}
	for op, err := range j.Operations(c.Context(), journal.Filter{}) {
		ok(c, err)
		if op.Op.Kind != providers.OpTrash {
			c.Errorf("%s of %s is recorded", op.Op.Kind, op.Op.Entry.Path)
		} else if op.Err == nil {
			recorded[c.accounts[op.Op.Storage]+" "+string(op.Op.Entry.Ref)]++
		}
	}
	if !maps.Equal(recorded, moved) {
		c.Errorf("the record has\n%v\nand the clouds have\n%v", recorded, moved)
	}
}
