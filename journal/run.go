package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/sweepd/sweepd/internal/postgres"
)

// Run is one pass over the storages, or one action of the user.
type Run struct {
	ID      int64           // small and consecutive, because users type it
	Kind    string          // "apply", "undo", "recover"; "report" for one that changes nothing
	Policy  string          // hash of the policy
	Began   time.Time       // UTC
	Ended   time.Time       // UTC; zero: see Interrupted
	Summary json.RawMessage // as passed to EndRun; nil if there is none
	Err     string          // "" if the run did not fail
}

// Interrupted reports whether the run has no end: it was killed, or is still running.
func (r Run) Interrupted() bool { return r.Ended.IsZero() }

// runColumns are the columns of scanRun.
const runColumns = "id, kind, policy, began, ended, summary, error"

// BeginRun records the beginning of a run and returns its number. kind is one of those of Run; policyHash is only
// stored.
func (j *Journal) BeginRun(ctx context.Context, kind, policyHash string) (id int64, err error) {
	err = j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		columns := []any{kind, policyHash, micros(j.now())}
		err := tx.QueryRowContext(ctx,
			`INSERT INTO runs (id, kind, policy, began)
			VALUES ((SELECT coalesce(max(id), 0) + 1 FROM runs), $1, $2, $3) RETURNING id`, columns...).Scan(&id)
		if err != nil {
			return err
		}
		return c.append(runBegun, id, nil, columns...)
	})
	return id, err
}

// EndRun records the end of run id; runErr and summary may be nil. The error wraps fs.ErrNotExist if the run does not
// exist or has already ended. Like End, it ignores the end of ctx. After another error the end may have been
// recorded.
func (j *Journal) EndRun(ctx context.Context, id int64, summary json.RawMessage, runErr error) error {
	var sum, failure any
	if summary != nil {
		if !json.Valid(summary) {
			return fmt.Errorf("the summary of run %d is not JSON", id)
		}
		sum = postgres.Text(string(summary))
	}
	if runErr != nil {
		failure = postgres.Text(runErr.Error())
	}
	ctx = context.WithoutCancel(ctx)
	err := j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		columns := []any{micros(j.now()), sum, failure}
		res, err := tx.Exec(
			`UPDATE runs SET ended = $1, summary = $2, error = $3, ended_line = $4 WHERE id = $5 AND ended IS NULL`,
			append(columns, c.next(), id)...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("run %d under way: %w", id, fs.ErrNotExist))
		}
		return c.append(runEnded, id, nil, columns...)
	})
	if err != nil {
		return err
	}
	return j.writeHead(ctx)
}

// Run returns the run numbered id, or fs.ErrNotExist.
func (j *Journal) Run(ctx context.Context, id int64) (Run, error) {
	r, err := scanRun(j.read.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Run{}, fmt.Errorf("run %d: %w", id, fault(err))
	}
	return r, nil
}

// Runs returns the latest limit runs, newest first.
func (j *Journal) Runs(ctx context.Context, limit int) ([]Run, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT `+runColumns+` FROM runs ORDER BY id DESC LIMIT $1`, limit)
	return collect(rows, err, scanRun)
}

// RunsSince returns the runs that began at that time or later, newest first.
func (j *Journal) RunsSince(ctx context.Context, since time.Time) ([]Run, error) {
	rows, err := j.read.QueryContext(ctx,
		`SELECT `+runColumns+` FROM runs WHERE began >= $1 ORDER BY id DESC`, micros(since))
	return collect(rows, err, scanRun)
}

// TimeBefore returns for each run the latest time at which any earlier run began or ended. The run cannot have been
// before that, even if its clock was wrong. Times after now are left out: the clock of those runs was wrong.
func (j *Journal) TimeBefore(ctx context.Context, now time.Time) (map[int64]time.Time, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT id, began, ended FROM runs ORDER BY id`)
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close()
	all := map[int64]time.Time{}
	var latest time.Time
	for rows.Next() {
		var id int64
		var began, ended sql.NullInt64
		if err := rows.Scan(&id, &began, &ended); err != nil {
			return nil, fault(err)
		}
		all[id] = latest
		for _, t := range []time.Time{moment(began), moment(ended)} {
			if t.After(latest) && !t.After(now) {
				latest = t
			}
		}
	}
	return all, fault(rows.Err())
}

// scanRun reads a row of runColumns.
func scanRun(row scanner) (Run, error) {
	var r Run
	var began, ended sql.NullInt64
	var summary, failure sql.NullString
	err := row.Scan(&r.ID, &r.Kind, &r.Policy, &began, &ended, &summary, &failure)
	r.Began, r.Ended, r.Err = moment(began), moment(ended), failure.String
	if summary.Valid {
		r.Summary = json.RawMessage(summary.String)
	}
	return r, err
}
