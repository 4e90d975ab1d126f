package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// Record is the result for a file with a confidence of possible or more. It does not include the user's decision,
// which callers get from Override when they act.
type Record struct {
	Entry     providers.Entry // times to the microsecond
	Verdict   fingerprint.Verdict
	FirstSeen time.Time // when this revision was first found; UTC
	Marked    time.Time // when a grace began for this revision and verdict; zero: not begun
}

// recordByRef is the query of Record.
const recordByRef = matchQuery + `storage = $1 AND version = $2 AND ref = $3`

// Record returns the record of the file ref by that version of the detectors. The error wraps fs.ErrNotExist if there
// is none, or if its checksum is wrong.
func (j *Journal) Record(ctx context.Context, storage string, version int, ref providers.Ref) (r Record, err error) {
	m, err := scanMatch(j.read.one(ctx, recordByRef, storage, version, []byte(ref)))
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && !m.sound:
		err = fs.ErrNotExist
	case err == nil:
		r, err = m.record()
	}
	if err != nil {
		return Record{}, fmt.Errorf("the record of %q in %s: %w", ref, storage, fault(err))
	}
	return r, nil
}

// recordsAtOnce is the number of files that recordsOf asks about in one query.
const recordsAtOnce = 64

// recordsOf returns the records of those files, as Record does, by their refs. It leaves out files that have none.
func (j *Journal) recordsOf(
	ctx context.Context, storage string, version int, refs []providers.Ref,
) (map[providers.Ref]*Record, error) {
	all := make(map[providers.Ref]*Record, len(refs))
	for some := range slices.Chunk(refs, recordsAtOnce) {
		query, args := matchQuery+`storage = $1 AND version = $2 AND ref IN ($3`, []any{storage, version}
		for i := range recordsAtOnce {
			if i > 0 {
				query += `, $` + strconv.Itoa(i+3)
			}
			args = append(args, []byte(some[min(i, len(some)-1)])) // one text of the query, whatever their number
		}
		rows, err := j.read.QueryContext(ctx, query+`)`, args...)
		found, err := collect(rows, err, scanMatch)
		for i := range found {
			if err == nil && found[i].sound {
				var r Record
				r, err = found[i].record()
				all[r.Entry.Ref] = &r
			}
		}
		if err != nil {
			return nil, fmt.Errorf("the records of %d files in %s: %w", len(refs), storage, err)
		}
	}
	return all, nil
}

// Records returns all records of a storage by that version of the detectors, in the order of their refs. It skips
// those whose checksum is wrong. The caller may stop at any time and write to the journal during the iteration.
func (j *Journal) Records(ctx context.Context, storage string, version int) iter.Seq2[Record, error] {
	all := pages(ctx, func(ctx context.Context, last *match) ([]match, error) {
		query, args := matchQuery+`storage = $1 AND version = $2`, []any{storage, version}
		if last != nil {
			query, args = query+` AND ref > $3`, append(args, []byte(last.e.Ref))
		}
		rows, err := j.read.QueryContext(ctx, query+fmt.Sprintf(` ORDER BY ref LIMIT %d`, pageSize), args...)
		page, err := collect(rows, err, scanMatch)
		// Without this check, a damaged file could cause an endless loop.
		if last != nil && len(page) > 0 && page[len(page)-1].e.Ref <= last.e.Ref {
			err = errors.Join(err, fmt.Errorf("%w: the records of %s are out of order", ErrDamaged, storage))
		}
		return page, err
	})
	return func(yield func(Record, error) bool) {
		for m, err := range all {
			var r Record
			if err == nil {
				if !m.sound {
					continue
				}
				r, err = m.record()
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Mark records that a grace began at that time for those files, each only at the given revision and only if it has a
// saved Record. It does not change a running grace. The zero time ends the grace and removes the mark. Mark returns
// how many files have such a Record.
func (j *Journal) Mark(
	ctx context.Context, storage string, files []providers.Entry, at time.Time,
) (marked int64, err error) {
	if len(files) == 0 {
		return 0, nil
	}
	err = j.update(ctx, func(tx *sql.Tx) error {
		w, err := newMatchWriter(ctx, tx, j.d)
		if err != nil {
			return err
		}
		for _, e := range files {
			m, err := w.read(ctx, storage, e.Ref)
			if err != nil {
				return err
			}
			if !m.sound || m.e.Revision != e.Revision {
				continue
			}
			marked++
			if err := w.mark(ctx, m, at); err != nil {
				return err
			}
		}
		return nil
	})
	return marked, err
}

// Unmark ends the graces of those files that the journal has at these revisions. The next grace begins anew.
func (j *Journal) Unmark(ctx context.Context, storage string, files []providers.Entry) error {
	if len(files) == 0 {
		return nil
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		w, err := newMatchWriter(ctx, tx, j.d)
		if err != nil {
			return err
		}
		for _, e := range files {
			m, err := w.read(ctx, storage, e.Ref)
			if err == nil && m.sound && m.e.Revision == e.Revision {
				err = w.mark(ctx, m, time.Time{})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// mark writes the mark of m if that changes it.
func (w matchWriter) mark(ctx context.Context, m match, at time.Time) error {
	if m.marked.IsZero() == at.IsZero() {
		return nil
	}
	m.marked = at
	return w.write(ctx, &m)
}

// unmark ends the graces of a file in all storages.
func (j *Journal) unmark(ctx context.Context, tx *sql.Tx, ref providers.Ref) error {
	rows, err := tx.QueryContext(ctx, matchQuery+`ref = $1 AND marked IS NOT NULL`+j.d.forUpdate, []byte(ref))
	all, err := collect(rows, err, scanMatch)
	if err != nil || len(all) == 0 {
		return err
	}
	w, err := newMatchWriter(ctx, tx, j.d)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.sound {
			if err := w.mark(ctx, m, time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}
