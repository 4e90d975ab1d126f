//go:build unix

package fleet

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/internal/testing/postgrestest"
	"github.com/sweepd/sweepd/journal"
)

// server is the one server of all tests.
var server *postgrestest.Server

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (status int) {
	if text := os.Getenv(workerVariable); text != "" {
		return serveWorker(text)
	}
	var err error
	if server, err = postgrestest.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}()
	return m.Run()
}

// must returns a function that returns v, and fails the test if err is not nil.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// database makes an empty journal and returns its address.
func database(t testing.TB) string {
	t.Helper()
	dsn := server.Schema(t)
	ok(t, must(journal.Open(t.Context(), dsn, journal.Options{Now: time.Now}))(t).Close())
	return dsn
}

// connect opens connections to a database.
func connect(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	pool := must(must(postgres.Parse(dsn))(t).Pool(t.Context(), 4, limits()))(t)
	t.Cleanup(pool.Close)
	return pool
}

// open opens the tables of the fleet in a database as another process would.
func open(t testing.TB, dsn string) *store {
	t.Helper()
	s := &store{pool: connect(t, dsn), version: latest(), queued: time.Hour, running: time.Hour}
	ok(t, s.prepare(t.Context()))
	return s
}
