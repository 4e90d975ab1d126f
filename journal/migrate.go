package journal

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// applicationID is the number that the first migration writes into the file's header: "swpd". See
// sqlite.org/pragma.html#pragma_application_id.
const applicationID = 0x73777064

// migrations are applied in the order of their names, one per version.
//
//go:embed migrations/*.sql
var migrations embed.FS

// latest returns the version that this program writes.
func latest() int {
	return len(steps(migrations))
}

// steps returns the names of the migrations. The one at index i leads to version i+1.
func steps(all fs.FS) []string { return stepsOf(all, "migrations/*.sql") }

// stepsOf returns the names that match pattern, sorted.
func stepsOf(all fs.FS, pattern string) []string {
	names, err := fs.Glob(all, pattern)
	if err != nil { // only for a malformed pattern
		panic(err)
	}
	return names
}

// migrate updates a database from version from to the latest of all. Each step and its version are written in one
// transaction. Another process may do the same concurrently.
func migrate(ctx context.Context, db *sql.DB, all fs.FS, from int) error {
	for i, name := range steps(all)[from:] {
		text, err := fs.ReadFile(all, name)
		if err == nil {
			err = transact(ctx, db, func(tx *sql.Tx) error { return step(ctx, tx, string(text), from+i+1) })
		}
		if err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

// step applies one migration and sets the version, unless another process has already done so.
func step(ctx context.Context, tx *sql.Tx, text string, version int) error {
	// The version is in the file's header, and thus part of the transaction.
	var now int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&now); err != nil || now >= version {
		return err
	}
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}
