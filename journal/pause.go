package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// SetPause stores in a database that the user pauses deletion on all machines, since one time until another; the zero
// time means until further notice. A zero since ends the pause. It returns errors.ErrUnsupported for a journal in a
// file, which has one machine.
func (j *Journal) SetPause(ctx context.Context, since, until time.Time) error {
	if j.leases == nil {
		return fmt.Errorf("pause in the journal: %w", errors.ErrUnsupported)
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE controls SET paused = $1, until = $2`, micros(since), micros(until))
		if err != nil {
			return err
		}
		if rows, err := res.RowsAffected(); err != nil || rows != 1 {
			return errors.Join(err, &BrokenError{Why: "the row of table controls is missing"})
		}
		return nil
	})
}

// Pause returns what SetPause stored; a zero since if there is no pause, as in a file. A caller that may delete treats
// an error as a pause.
func (j *Journal) Pause(ctx context.Context) (since, until time.Time, err error) {
	if j.leases == nil {
		return since, until, nil
	}
	var from, to sql.NullInt64
	if err := j.read.QueryRowContext(ctx, `SELECT paused, until FROM controls`).Scan(&from, &to); err != nil {
		return since, until, fmt.Errorf("read whether deletion is paused: %w", fault(err))
	}
	return moment(from), moment(to), nil
}
