//go:build unix

package journal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/providers"
)

// The benchmarks of docs/scale.md, on a server whose commits are on disk:
//
//	go test ./journal -run '^$' -bench 'Intents|Sizes' -benchtime 1x -timeout 1h

// durableServer starts a server, until the end of the benchmark.
func durableServer(b *testing.B) *postgrestest.Server {
	b.Helper()
	s := must(postgrestest.Start("fsync=on", "shared_buffers=128MB", "max_wal_size=4GB", "autovacuum=on"))(b)
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkIntents measures how many intents a second become durable through 8 journals of one database, each with a
// storage of its own and with that many callers at once.
func BenchmarkIntents(b *testing.B) {
	const writers, each = 8, 2000
	s := durableServer(b)
	for _, callers := range []int{1, 8, 32, 128} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dsn := postgrestest.Durable(s.Schema(b))
			all := make([]*Journal, writers)
			for i := range all {
				all[i] = must(Open(b.Context(), dsn, Options{Now: time.Now, Heads: b.TempDir()}))(b)
				release := must(all[i].Lease(b.Context(), fmt.Sprint("drive", i), "measure"))(b)
				defer all[i].Close()
				defer func() { _ = release() }()
			}
			total := min(each, 100*callers)
			for b.Loop() {
				var wait sync.WaitGroup
				for i, j := range all {
					for c := range callers {
						wait.Go(func() {
							for n := c; n < total; n += callers {
								op := trashOf(cloudEntry(i, n))
								op.Storage = fmt.Sprint("drive", i)
								if _, err := j.Begin(context.Background(), op); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
				}
				wait.Wait()
			}
			b.ReportMetric(float64(writers*total*b.N)/b.Elapsed().Seconds(), "intents/s")
			ops, lines := 0, 0
			err := all[0].read.QueryRow(`SELECT (SELECT count(*) FROM operations), (SELECT count(*) FROM chain
				WHERE event = 'begun')`).Scan(&ops, &lines)
			if err != nil || ops != writers*total*b.N || lines != ops {
				b.Errorf("%d operations and %d lines, %v", ops, lines, err)
			}
		})
	}
}

// cloudEntry returns file n of an account, with the lengths and hashes that Drive has.
func cloudEntry(account, n int) providers.Entry {
	id := fmt.Sprintf("%d-%d", account, n)
	sum := sha256.Sum256([]byte(id))
	e := file(fmt.Sprintf("1%x", sum[:16]), fmt.Sprintf("0B%x-%x", sum[:24], sum[:16]))
	e.Path = fmt.Sprintf("/Pictures/2026/IMG_%06d.png", n)
	e.Hashes.SHA256 = sum
	return e
}

// BenchmarkSizes measures the bytes that 100,000 images take in the database, by the size of the accounts. One image in
// fifty matches.
func BenchmarkSizes(b *testing.B) {
	const files = 100_000
	s := durableServer(b)
	for _, accounts := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			for b.Loop() {
				dsn := s.Schema(b)
				j := must(Open(b.Context(), dsn, Options{Now: time.Now, Heads: b.TempDir()}))(b)
				for a := range accounts {
					fillAccount(b, j, a, files/accounts)
				}
				for _, table := range []string{"seen", "found", "matches"} {
					var bytes, rows float64
					err := j.read.QueryRow(fmt.Sprintf(`SELECT pg_total_relation_size('%[1]s'), count(*) FROM %[1]s`,
						table)).Scan(&bytes, &rows)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(bytes/files, table+"-B/file")
					b.ReportMetric(rows, table+"-rows")
				}
				j.Close()
				s.Exec(b, dsn, `DO $$ BEGIN EXECUTE format('DROP SCHEMA %I CASCADE', current_schema()); END $$`)
			}
		})
	}
}

// fillAccount does what the first scan of an account does.
func fillAccount(b *testing.B, j *Journal, account, files int) {
	b.Helper()
	s := must(j.LoadVerdictCache(b.Context(), fmt.Sprintf("company/person%d@example.com", account), 1))(b)
	for n := range files {
		v := photo
		if n%50 == 0 {
			v = proven()
		}
		if err := s.Put(b.Context(), cloudEntry(account, n), v); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Save(b.Context(), "some-page-token", true); err != nil {
		b.Fatal(err)
	}
}
