//go:build unix

package fleet

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/mailtest"
)

// digestPolicy moves nothing for three days, so that a digest of the coming week has something to say.
const digestPolicy = `version: 1
mode: enforce
storages:
  acme:
    type: workspace
    service_account: ~/key.json
    users: [ann@acme.example, bea@acme.example, carl@acme.example]
rules:
  - {name: carl keeps, when: {storage: acme/carl@acme.example}, do: keep}
  - {name: by name, when: {confidence: likely, derived: include}, do: trash, grace: 3d}
trash: {ours: 30d}
schedule: {on_change: true, digest: weekly}
limits: {files: 1000, bytes: 1GB, share: 100%}
settle: 0
notify:
  - {to: ~/mail, on: [failed, digest], names: show}
  - {to: ~/mail, on: digest, each_user: true, names: show}
`

// Two workers have scanned the accounts, and one of them sends each digest, once: all of it to the administrator, and
// to each user what is in their own account. If that worker is killed while it sends, the other one says so and sends
// nothing again.
func TestOneOfSeveralWorkersSendsEachDigestOnce(t *testing.T) {
	o := newOrganization(t, digestPolicy, "ann", "bea", "carl")
	arrived, hold := make(chan string, 16), make(chan struct{})
	var held atomic.Bool // the server lets no mail pass
	post := &mailtest.Server{Receive: func(mail string) {
		arrived <- mail
		if held.Load() {
			<-hold
		}
	}}
	url := fmt.Sprintf("smtp://127.0.0.1:%d/?from=sweepd@post.example&to=boss@post.example", post.Listen(t))
	ok(t, os.WriteFile(filepath.Join(o.home, "mail"), []byte(url+"\n"), 0o600))
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release) // before the server waits for its connections
	receive := func(n int) (all []string) {
		t.Helper()
		for range n {
			select {
			case text := <-arrived:
				all = append(all, text)
			case <-time.After(patience):
				o.show()
				t.Fatalf("%d mails arrived: %q", len(all), all)
			}
		}
		return all
	}
	// weekAgo lets the digest be due.
	weekAgo := func() {
		t.Helper()
		o.until("the digest waits", `SELECT count(*) = 1 FROM fleet_storages
			WHERE storage = '(digest)' AND state = 'idle' AND memory <> ''`)
		last := digestMemory{Last: time.Now().AddDate(0, 0, -8)}.stored()
		_, err := connect(t, o.database).Exec(t.Context(), `UPDATE fleet_storages SET memory = $1,
			next_due = clock_timestamp() WHERE storage = '(digest)'`, last)
		ok(t, err)
	}
	workers := []*process{o.start(calmly()), o.start(calmly())}
	o.until("each account is scanned", `SELECT count(*) = 3 FROM fleet_storages WHERE storage LIKE 'acme/%'
		AND state = 'idle' AND failure = '' AND digest IS NOT NULL`)
	weekAgo()
	got := map[string]string{}
	for _, text := range receive(3) {
		m := must(mail.ReadMessage(strings.NewReader(text)))(t)
		got[m.Header.Get("To")] += text
	}
	for to, want := range map[string]struct {
		has []string
		not string
	}{
		"<boss@post.example>": {
			[]string{"2 files", "acme: 3 accounts; 3 swept, 0 held, 0 failed", "acme/bea@"}, "carl@",
		},
		"<ann@acme.example>": {[]string{"1 file", ours}, "bea"},
		"<bea@acme.example>": {[]string{"1 file", ours}, "ann"},
	} {
		if strings.Contains(got[to], want.not) || slices.ContainsFunc(want.has, func(s string) bool {
			return !strings.Contains(got[to], s)
		}) {
			t.Errorf("%s got\n%s\nwant %q in it, and no %q", to, got[to], want.has, want.not)
		}
	}
	o.until("it is sent", `SELECT count(*) = 1 FROM fleet_storages WHERE storage = '(digest)' AND state = 'idle'
		AND failure = '' AND memory !~ 'sender' AND next_due > clock_timestamp() + interval '1 hour'`)

	held.Store(true)
	weekAgo()
	receive(1) // it is under way, and so are those to the users
	var id string
	s := connect(t, o.database)
	ok(t, s.QueryRow(t.Context(), `SELECT worker FROM fleet_storages WHERE storage = '(digest)'`).Scan(&id))
	i := slices.IndexFunc(workers, func(p *process) bool {
		return strings.Contains(id, "-"+strconv.Itoa(p.Process.Pid)+"-")
	})
	workers[i].over = true
	ok(t, workers[i].Process.Kill())
	<-workers[i].ended
	held.Store(false)
	release()
	_, err := s.Exec(t.Context(), `UPDATE fleet_workers SET seen = seen - interval '1 hour' WHERE id = $1`, id)
	ok(t, err)
	o.until("the other one has noticed", `SELECT count(*) = 1 FROM fleet_storages WHERE storage = '(digest)'
		AND state = 'idle' AND failure = 'digest' AND detail LIKE '%' || $1 || '%' AND memory !~ 'sender'
		AND next_due > clock_timestamp() + interval '1 hour'`, id)
	said := func(text string) bool { return strings.Contains(text, "a digest may not have been sent") }
	for !slices.ContainsFunc(receive(1), said) { // mails that were under way may arrive before
		continue
	}
	other := workers[1-i]
	o.stop(other)
	sent := strings.Count(workers[i].log.String()+other.log.String(), "event=digest ")
	if sent != 2 || !strings.Contains(other.log.String(), "event=digest_lost") {
		t.Errorf("%d digests were sent, want 2; the other one says\n%s", sent, other.log)
	}
	if got := must(ReadStatus(t.Context(), o.database))(t); got.Storages != 3 || got.Failures["digest"] != 1 {
		t.Errorf("got the status %+v, want 3 storages and a failure of the digest", got)
	}
}

// A turn that was overtaken cannot say that it sends: what it would send is sent by nobody.
func TestADigestIsClaimedByTheTurnUnderWayAlone(t *testing.T) {
	s := open(t, database(t))
	ok(t, s.register(t.Context(), "policy", map[string]string{digestRow: digestQueue}))
	old := turns(t, s, digestQueue, 1)[0]
	if err := s.note(t.Context(), old, "early"); !errors.Is(err, errNoTurn) {
		t.Errorf("before it has begun: got %v, want errNoTurn", err)
	}
	must(s.begin(t.Context(), old, "stopped"))(t)
	due(t, s, map[string]int{digestRow: 1}) // it counts as lost
	later := turns(t, s, digestQueue, 1)[0]
	must(s.begin(t.Context(), later, "other"))(t)
	if err := s.note(t.Context(), old, "old"); !errors.Is(err, errNoTurn) {
		t.Errorf("after another turn has begun: got %v, want errNoTurn", err)
	}
	ok(t, s.note(t.Context(), later, "later"))
	due(t, s, map[string]int{digestRow: 1})
	again := turns(t, s, digestQueue, 1)[0]
	if b := must(s.begin(t.Context(), again, "third"))(t); b.memory != "later" {
		t.Errorf("the turn after that which was lost finds %q, want what it has noted", b.memory)
	}
}

// What a scan under a former policy has said is in no digest.
func TestADigestIsOfOnePolicy(t *testing.T) {
	s := drives(t, "a")
	end := func(policy string, digest []byte) {
		t.Helper()
		due(t, s, map[string]int{"a": 1})
		var all []turn
		ok(t, s.queue(t.Context(), "gdrive", policy, 1, func(_ pgx.Tx, t []turn) error { all = t; return nil }))
		must(s.begin(t.Context(), all[0], "w"))(t)
		ok(t, s.end(t.Context(), all[0], outcome{policy: "policy", digest: digest}))
	}
	has := func(policy, want string) {
		t.Helper()
		rows := must(s.known(t.Context(), policy))(t)
		if len(rows) != 1 || (rows[0].Digest == nil) != (want == "") || want != "" && *rows[0].Digest != want {
			t.Errorf("under %s: got %+v, want %q", policy, rows, want)
		}
	}
	end("policy", []byte("one"))
	has("policy", "one")
	end("policy", nil) // no whole scan
	has("policy", "one")
	ok(t, s.register(t.Context(), "newer", map[string]string{"a": "gdrive"}))
	has("newer", "")
	end("newer", []byte("of a turn that began under the former one"))
	has("newer", "")
}

// TestWhatWorkersExchangeIsOfTheirVersion fails if something changes that workers of two versions have to understand
// alike. Then add a file to schema, of a remark if no table changes, and write here what it is now. The memory of a
// storage is compared by the package daemon.
func TestWhatWorkersExchangeIsOfTheirVersion(t *testing.T) {
	text := func(v any) string { return string(must(json.Marshal(v))(t)) }
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	got := []string{
		text(job{turn{"a", 1}}),
		text(rollMemory{map[string]time.Time{"a": at}, map[string]string{"b": "c"}, map[string]status.Cause{"b": "d"}}),
		digestMemory{at, "w"}.stored(),
	}
	for _, name := range must(steps())(t) {
		got = append(got, fmt.Sprintf("%s %x", name, sha256.Sum256(must(fs.ReadFile(schema, name))(t)))[:40])
	}
	same(t, fmt.Sprintf("of version %d", latest()), got,
		`{"storage":"a","turn":1}`,
		`{"read":{"a":"2026-11-30T12:00:00Z"},"told":{"b":"c"},"unread":{"b":"d"}}`,
		`{"last":"2026-11-30T12:00:00Z","sender":"w"}`,
		"schema/0001_first.sql 08f2280a834d28da58",
		"schema/0002_digest.sql c098b711127e0274f",
	)
}
