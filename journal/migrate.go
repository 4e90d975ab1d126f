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

// migrate updates a database of version from to the latest of all. All steps and the version are one transaction, so
// that a failure leaves the database as it was. Another process may do the same concurrently.
func migrate(ctx context.Context, db *sql.DB, all fs.FS, from int) error {
	names := steps(all)
	if from == len(names) {
		return nil
	}
	return transact(ctx, db, func(tx *sql.Tx) error {
		// The version is in the file's header, and thus part of the transaction.
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&from); err != nil || from >= len(names) {
			return err
		}
		for _, name := range names[from:] {
			text, err := fs.ReadFile(all, name)
			if err == nil {
				_, err = tx.ExecContext(ctx, string(text))
			}
			if err != nil {
				return fmt.Errorf("migration %s: %w", name, err)
			}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(names)))
		return err
	})
}
