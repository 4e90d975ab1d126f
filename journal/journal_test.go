package journal

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/providers"
)

// noon is the start time of every test.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock returns a clock that advances by a second at each call.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return noon.Add(time.Duration(n.Add(1)) * time.Second) }
}

// newJournal opens a new journal, closed when the test ends.
func newJournal(t testing.TB) *Journal {
	t.Helper()
	return openAt(t, newPath(t))
}

// newPath returns where a journal can be made: a file, or an empty schema while the suite runs on PostgreSQL.
func newPath(t testing.TB) string {
	t.Helper()
	if server() != nil {
		return emptySchema(t)
	}
	return filepath.Join(t.TempDir(), "journal.db")
}

func openAt(t testing.TB, path string) *Journal {
	t.Helper()
	return openNow(t, path, clock())
}

// openNow opens the journal at path, until the test ends, with another clock than openAt. In a database it leases the
// storages of the tests, unless another process has them.
func openNow(t testing.TB, path string, now func() time.Time) *Journal {
	t.Helper()
	if !postgres.IsDSN(path) {
		ofSQLite(t)
	}
	j, err := openAny(path, now)
	if err == nil && j.leases != nil {
		j.leases.now = func() time.Time { return noon } // now is asked as often as on SQLite
		err = leaseAll(t, j)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// openAny opens a journal for openNow and for child processes.
func openAny(path string, now func() time.Time) (*Journal, error) {
	if postgres.IsDSN(path) {
		// Open compares the clock of the machine with that of the database; now is for what is recorded.
		j, err := openDatabase(context.Background(), path, Options{Now: time.Now}, false, testTerms())
		if err == nil {
			j.now = now
		}
		return j, err
	}
	return Open(context.Background(), path, Options{Now: now})
}

// change runs SQL in the words of SQLite, as another program would.
func change(t testing.TB, j *Journal, sql string) {
	t.Helper()
	if j.leases != nil {
		sql = regexp.MustCompile(`x'([0-9a-f]*)'`).ReplaceAllString(sql, `'\x$1'::bytea`)
		sql = regexp.MustCompile(`(zero|random)blob\((\d+)\)`).ReplaceAllString(sql, "decode(repeat('0a', $2), 'hex')")
		must(j.write.ExecContext(t.Context(), sql, pgx.QueryExecModeSimpleProtocol))(t)
		return
	}
	must(j.write.ExecContext(t.Context(), sql))(t)
}

// ofSQLite leaves a test out on PostgreSQL: it is about files, or about SQLite.
func ofSQLite(t testing.TB) {
	t.Helper()
	if server() != nil {
		t.Skip("about SQLite")
	}
}

// must returns v. It fails the test if err is not nil, for calls that are not under test.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func file(ref, revision string) providers.Entry {
	return providers.Entry{
		Ref: providers.Ref(ref), Revision: providers.Revision(revision), Path: "/pictures/" + ref,
		Size: 1 << 20, Modified: noon.Add(-time.Hour), Created: noon.Add(-2 * time.Hour),
	}
}

// whole returns an error unless the journal is whole: Check reads only a part of a database.
func whole(ctx context.Context, j *Journal) error {
	_, err := j.Verify(ctx)
	return errors.Join(j.Check(ctx), err)
}

func trashOf(e providers.Entry) providers.Op {
	return providers.Op{
		Kind: providers.OpTrash, Storage: "home", Entry: e,
		Cause: providers.Cause{Run: 1, Rule: "old", Reasons: []string{"it is old"}},
	}
}

// proven returns a verdict that makes a record; photo and text make none.
func proven() fingerprint.Verdict {
	return fingerprint.Verdict{
		MediaType: "image/png", Width: 1024, Height: 1536, Confidence: fingerprint.Proven,
		Product: fingerprint.ChatGPT, Made: noon.Add(-48 * time.Hour),
		Evidence: []fingerprint.Evidence{{Detector: "c2pa", Found: "signed by OpenAI", Confidence: fingerprint.Proven}},
	}
}

var (
	photo = fingerprint.Verdict{MediaType: "image/jpeg"}
	prose = fingerprint.Verdict{}
)
