package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// LastRun returns the time that SetLastRun stored for a scheduled task, or the zero time if there is none. what is the
// caller's name for the task.
func (j *Journal) LastRun(ctx context.Context, what string) (time.Time, error) {
	var at sql.NullInt64
	err := j.read.QueryRowContext(ctx, `SELECT at FROM lately WHERE what = $1`, what).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("when %s was last: %w", what, fault(err))
	}
	return moment(at), nil
}

// SetLastRun durably stores the time. what and at replace an earlier entry.
func (j *Journal) SetLastRun(ctx context.Context, what string, at time.Time) error {
	return j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO lately (what, at) VALUES ($1, $2)
			ON CONFLICT (what) DO UPDATE SET at = excluded.at`, what, micros(at))
		return err
	})
}
