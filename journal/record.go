package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// Record is what was found of a file that is, or may be, ours: its verdict has
// a confidence of possible or more. What a person said of it is not here: ask
// Word at the moment of acting.
type Record struct {
	Entry     providers.Entry // times to the microsecond
	Verdict   fingerprint.Verdict
	FirstSeen time.Time // when this revision was first met; UTC
	Marked    time.Time // when a grace began for this revision and verdict; zero: not yet
}

const (
	recordColumns = entryColumns + ", verdict, first_seen, marked"
	recordByRef   = `SELECT ` + recordColumns + ` FROM matches WHERE storage = $1 AND version = $2 AND ref = $3`
)

// Record is the one of the file ref, if it was found by that version of the
// detectors, else fs.ErrNotExist.
func (j *Journal) Record(ctx context.Context, storage string, version int, ref providers.Ref) (Record, error) {
	r, err := scanRecord(j.byRef.QueryRowContext(ctx, storage, version, []byte(ref)))
	if errors.Is(err, sql.ErrNoRows) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Record{}, fmt.Errorf("the record of %q in %s: %w", ref, storage, fault(err))
	}
	return r, nil
}

// Records are all of a storage that were found by that version of the
// detectors, in the order of their refs. It may be broken off at any time, and
// the journal may be written to between one record and the next.
func (j *Journal) Records(ctx context.Context, storage string, version int) iter.Seq2[Record, error] {
	return pages(ctx, func(ctx context.Context, last *Record) ([]Record, error) {
		query, args := `SELECT `+recordColumns+` FROM matches WHERE storage = $1 AND version = $2`, []any{storage, version}
		if last != nil {
			query, args = query+` AND ref > $3`, append(args, []byte(last.Entry.Ref))
		}
		rows, err := j.read.QueryContext(ctx, query+fmt.Sprintf(` ORDER BY ref LIMIT %d`, pageSize), args...)
		return collect(rows, err, scanRecord)
	})
}

func scanRecord(row scanner) (Record, error) {
	var r Record
	var e entryScan
	var verdict string
	var first, marked sql.NullInt64
	if err := row.Scan(append(e.targets(), &verdict, &first, &marked)...); err != nil {
		return Record{}, err
	}
	r.Entry, r.FirstSeen, r.Marked = e.entry(), moment(first), moment(marked)
	if err := json.Unmarshal([]byte(verdict), &r.Verdict); err != nil {
		return Record{}, fmt.Errorf("%w: the verdict on %q: %w", ErrDamaged, r.Entry.Ref, err)
	}
	return r, nil
}

// Mark records that a grace began at that time for those files, each only at
// the revision given and only if it has a saved Record. A grace that is running
// goes on as it is. With the zero time, it ends and the mark is removed. It
// returns how many files have such a Record.
func (j *Journal) Mark(ctx context.Context, storage string, files []providers.Entry, at time.Time) (marked int64, err error) {
	if len(files) == 0 {
		return 0, nil
	}
	query := `UPDATE matches SET marked = COALESCE(marked, $4) WHERE storage = $1 AND ref = $2 AND revision = $3`
	if at.IsZero() {
		query = `UPDATE matches SET marked = $4 WHERE storage = $1 AND ref = $2 AND revision = $3`
	}
	err = j.update(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, e := range files {
			res, err := stmt.ExecContext(ctx, storage, []byte(e.Ref), []byte(e.Revision), micros(at))
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			marked += n
		}
		return nil
	})
	return marked, err
}
