//go:build linux

package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
)

// The benchmarks of docs/scale.md, with workers as processes, on a server whose commits are on disk, and clouds that
// answer after 50 ms:
//
//	go test ./internal/fleet -run '^$' -bench 'Accounts|Registration' -benchtime 1x -timeout 1h

// BenchmarkAccounts measures how many accounts of 30 files a fleet sweeps in a minute, from the start of its workers
// until each is swept for the first time.
func BenchmarkAccounts(b *testing.B) {
	all := server
	server = must(postgrestest.Start("fsync=on", "shared_buffers=128MB", "max_wal_size=4GB", "autovacuum=on"))(b)
	defer func() {
		ok(b, server.Close())
		server = all
	}()
	const unlimited = 1e6
	for _, m := range []measurement{
		// Each worker has two turns of a service at once, so that it waits for the clouds most of the time.
		{workers: 1, turns: 2, accounts: 60, rate: unlimited},
		{workers: 2, turns: 2, accounts: 120, rate: unlimited},
		{workers: 4, turns: 2, accounts: 240, rate: unlimited},
		{workers: 8, turns: 2, accounts: 480, rate: unlimited},
		// As many turns as in service.
		{workers: 1, turns: 8, accounts: 240, rate: unlimited},
		{workers: 4, turns: 8, accounts: 240, rate: unlimited},
		{workers: 8, turns: 8, accounts: 240, rate: unlimited},
		{workers: 8, turns: 8, accounts: 10, rate: unlimited},
		{workers: 8, turns: 8, accounts: 500, rate: unlimited}, // a policy of 64 KiB names no more
		// A quota binds.
		{workers: 8, turns: 8, accounts: 240, rate: 40},
	} {
		b.Run(fmt.Sprintf("workers=%d/turns=%d/accounts=%d/rate=%g", m.workers, m.turns, m.accounts, m.rate), m.run)
	}
}

// BenchmarkRegistration measures how long it takes to note the storages of a policy, and to queue 50 of those that are
// due, by their number.
func BenchmarkRegistration(b *testing.B) {
	for _, accounts := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			queues := map[string]string{}
			for i := range accounts {
				queues[fmt.Sprintf("acme/person%d@acme.example", i)] = "gdrive"
			}
			var noted, queued time.Duration
			for range b.N {
				s := open(b, database(b))
				began := time.Now()
				ok(b, s.register(b.Context(), "p", queues))
				noted += time.Since(began)
				began = time.Now()
				ok(b, s.queue(b.Context(), "gdrive", "p", 50, func(_ pgx.Tx, turns []turn) error {
					if len(turns) != 50 {
						b.Errorf("%d are queued", len(turns))
					}
					return nil
				}))
				queued += time.Since(began)
			}
			b.ReportMetric(noted.Seconds()/float64(b.N)*1000, "ms-to-note")
			b.ReportMetric(queued.Seconds()/float64(b.N)*1000, "ms-to-queue-50")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// measurement is a fleet that is measured.
type measurement struct {
	workers, turns, accounts int
	rate                     float64 // calls a second to each service
}

func (m measurement) run(b *testing.B) {
	w := newWorld(b, rehearsal.Options{Accounts: m.accounts / 2, Files: 30, Latency: 50 * time.Millisecond})
	w.more = time.Hour
	ok(b, must(journal.Open(b.Context(), w.database, journal.Options{Now: time.Now}))(b).Close())
	db := open(b, w.database)
	for _, service := range []string{"gdrive", "dropbox"} {
		ok(b, db.addQuota(b.Context(), service, m.rate))
	}
	calls, database, simulation := len(w.audit.Since(0)), serverTime(b), ownTime(b)
	began := time.Now()
	crew := make([]*process, m.workers)
	for i := range crew {
		crew[i] = w.start(settings{Turns: m.turns}) // else as in service
	}
	w.until("a turn begins", `SELECT count(*) > 0 FROM fleet_storages WHERE began IS NOT NULL`)
	starting := time.Since(began)
	w.until(swept, sweptQuery, len(w.storages))
	var took float64
	var services int
	ok(b, db.pool.QueryRow(b.Context(), `SELECT extract(epoch FROM max(ended) - min(began))::float8,
		count(DISTINCT queue) FROM fleet_storages`).Scan(&took, &services))
	requests := len(w.audit.Since(0)) - calls
	database, simulation = serverTime(b)-database, ownTime(b)-simulation
	var peak, work float64
	for _, p := range crew {
		peak = max(peak, residentPeak(b, p.Process.Pid))
		w.stop(p)
		work += (p.ProcessState.UserTime() + p.ProcessState.SystemTime()).Seconds()
	}
	w.judge(w.due(30))
	b.ReportMetric(float64(m.accounts)/took*60, "accounts/min")
	b.ReportMetric(took, "s")
	b.ReportMetric(starting.Seconds(), "s-to-first")
	b.ReportMetric(float64(requests)/float64(m.accounts), "calls/account")
	b.ReportMetric(float64(requests)/took/float64(services)/m.rate*100, "%quota")
	b.ReportMetric(work/took, "cores-workers")
	b.ReportMetric(database/took, "cores-database")
	b.ReportMetric(simulation/took, "cores-clouds")
	b.ReportMetric(peak/1e6, "MB-peak")
	b.ReportMetric(0, "ns/op")
}

// residentPeak returns the most memory that a process had, in bytes.
func residentPeak(b *testing.B, pid int) (bytes float64) {
	text := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)))(b))
	_, rest, _ := strings.Cut(text, "VmHWM:")
	must(fmt.Sscan(rest, &bytes))(b)
	return bytes * 1024
}

// ownTime returns the processor time of this process, which simulates the clouds, in seconds.
func ownTime(b *testing.B) float64 {
	var u syscall.Rusage
	ok(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// serverTime returns the processor time of the database server, in seconds: of its first process and the children that
// have ended, and of those that live.
func serverTime(b *testing.B) float64 {
	var first int
	file := filepath.Join(filepath.Dir(server.Socket()), "data", "postmaster.pid")
	must(fmt.Sscan(string(must(os.ReadFile(file))(b)), &first))(b)
	total := ticks(b, first, 4)
	children := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", first, first)))(b))
	for _, word := range strings.Fields(children) {
		var pid int
		must(fmt.Sscan(word, &pid))(b)
		total += ticks(b, pid, 2)
	}
	return float64(total) / 100
}

// ticks adds the first fields of processor time of a process, in hundredths of a second: user, system, and both of the
// children that have ended. It is 0 for a process that has ended.
func ticks(b *testing.B, pid, fields int) (sum int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	all := strings.Fields(string(text[strings.LastIndexByte(string(text), ')'):]))
	for _, field := range all[12 : 12+fields] {
		var n int64
		must(fmt.Sscan(field, &n))(b)
		sum += n
	}
	return sum
}
