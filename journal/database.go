package journal

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/internal/postgres"
)

// databaseMigrations are those of PostgreSQL.
//
//go:embed migrations/postgres/*.sql
var databaseMigrations embed.FS

const databaseSteps = "migrations/postgres/*.sql"

// idleReader is how long a transaction or a query that only reads may wait for its reader. It locks nothing.
const idleReader = 10 * time.Minute

// openDatabase opens the journal in the schema of a PostgreSQL database to which the address leads. It makes the tables
// in an empty schema, unless it only reads.
func openDatabase(ctx context.Context, dsn string, o Options, readOnly bool, t terms) (*Journal, error) {
	db, err := postgres.Parse(dsn)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	reading := t.Limits
	reading.Idle, reading.Statement = idleReader, idleReader
	// The leases are written through read.
	read := sql.OpenDB(db.Connector(readOnly, reading))
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	j := &Journal{name: db.Name, d: postgresDialect(), now: o.Now, read: &reader{DB: read}, guard: newGuard(nil)}
	j.leases = &leases{db: read, terms: t, now: o.Now, held: map[string]*heldLease{}}
	if !readOnly {
		j.write = sql.OpenDB(db.Connector(false, t.Limits))
		j.write.SetMaxOpenConns(1)
	}
	err = j.beginDatabase(ctx, cmp.Or(o.Skew, 30*time.Second), o.Heads)
	if err != nil {
		return nil, fmt.Errorf("open journal %q: %w", j.name, errors.Join(fault(err), j.Close()))
	}
	return j, nil
}

// beginDatabase brings the tables to the latest version. dir is Options.Heads.
func (j *Journal) beginDatabase(ctx context.Context, skew time.Duration, dir string) error {
	version, err := databaseVersion(ctx, j.read.DB)
	if err == nil && j.write != nil {
		err = j.compareClocks(ctx, skew)
	}
	switch latest := len(stepsOf(databaseMigrations, databaseSteps)); {
	case err != nil:
		return err
	case version > latest:
		return fmt.Errorf("%w: it is %d, and this program knows %d and before: use a newer program",
			ErrVersion, version, latest)
	case version == latest:
	case j.write == nil && version == 0:
		return fmt.Errorf("there is no journal in this database yet: %w: %w", ErrVersion, fs.ErrNotExist)
	case j.write == nil:
		return fmt.Errorf("%w: it is %d, and is brought to %d when next it is written to", ErrVersion, version, latest)
	default:
		if err := migrateDatabase(ctx, j.write); err != nil {
			return err
		}
	}
	j.leases.version = len(stepsOf(databaseMigrations, databaseSteps))
	if err := j.read.QueryRowContext(ctx, `SELECT id FROM journal`).Scan(&j.id); err != nil {
		return err
	}
	if j.write != nil {
		heads, err := newHeads(ctx, j.leases, dir, j.id)
		if err != nil {
			return err
		}
		j.chain = &chainer{guard: j.guard, heads: heads}
		if err := j.startRecorder(ctx); err != nil {
			return err
		}
	}
	return nil
}

// databaseVersion returns the version of the journal in the present schema; 0 if the schema is empty. It returns
// ErrForeign if it has the tables of another program.
func databaseVersion(ctx context.Context, db *sql.DB) (version int, err error) {
	var schema sql.NullString
	var ours bool
	var tables int
	err = db.QueryRowContext(ctx, `SELECT current_schema(),
		EXISTS (SELECT * FROM information_schema.columns WHERE table_schema = current_schema()
			AND table_name = 'leases' AND column_name = 'epoch'),
		(SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace =
			(SELECT oid FROM pg_namespace WHERE nspname = current_schema()))`).Scan(&schema, &ours, &tables)
	switch {
	case err != nil:
		return 0, err
	case !schema.Valid:
		return 0, errors.New("the search_path of the session names no schema that there is")
	case !ours && tables > 0:
		return 0, fmt.Errorf("%w: the schema %q has the tables of another program", ErrForeign, schema.String)
	case !ours:
		return 0, nil
	}
	err = db.QueryRowContext(ctx, `SELECT version FROM journal`).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) || err == nil && version < 1 {
		err = fmt.Errorf("%w: it has no version", ErrDamaged)
	}
	return version, err
}

// compareClocks returns ErrClocks if the clock of the database differs from Options.Now by more than that.
func (j *Journal) compareClocks(ctx context.Context, most time.Duration) error {
	before := j.now()
	var us int64
	err := j.read.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&us)
	if err != nil {
		return err
	}
	theirs, after := time.UnixMicro(us), j.now()
	if theirs.Before(before.Add(-most)) || theirs.After(after.Add(most)) {
		return fmt.Errorf("%w by more than %s: it shows %s, and this machine %s", ErrClocks, most,
			theirs.UTC().Format(time.DateTime), after.UTC().Format(time.DateTime))
	}
	return nil
}

// migrateDatabase brings the tables to the latest version, in one transaction. Another process may do the same at the
// same time.
func migrateDatabase(ctx context.Context, db *sql.DB) error {
	return transact(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, applicationID); err != nil {
			return err
		}
		var ours bool
		// Not in any other schema of the search_path.
		err := tx.QueryRowContext(ctx,
			`SELECT to_regclass(format('%I.journal', current_schema())) IS NOT NULL`).Scan(&ours)
		var now int
		if err == nil && ours {
			err = tx.QueryRowContext(ctx, `SELECT version FROM journal`).Scan(&now)
		}
		if err != nil {
			return err
		}
		names := stepsOf(databaseMigrations, databaseSteps)
		for i := now; i < len(names); i++ {
			text, err := databaseMigrations.ReadFile(names[i])
			if err == nil {
				_, err = tx.ExecContext(ctx, string(text), pgx.QueryExecModeSimpleProtocol)
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE journal SET version = $1`, i+1)
			}
			if err != nil {
				return fmt.Errorf("migration %s: %w", names[i], err)
			}
		}
		return nil
	})
}
