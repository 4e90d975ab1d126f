package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// OverrideRecord is one valid decision on a file or on a content.
type OverrideRecord struct {
	Override Override
	At       time.Time     // UTC
	Ref      providers.Ref // of the file; "" of a content
	Modified time.Time     // of the file; UTC
	Content  Content       // of a file only its size
	Undo     int64         // the run that restored the file and thereby made the decision; 0: the user made it

	// Places are the known places of the file, or of files with the content: from the last scan, or from an operation
	// on the file.
	Places []Place
}

// Place is a file's storage and its path in it.
type Place struct{ Storage, Path string }

// A restore that also records a decision on the file writes its line right after the line of the outcome: see
// recorder.putOutcome and dialect.outcomeBefore.
const selectOverrides = `SELECT w.word, w.said, w.ref, w.size, w.modified, coalesce(o.run, 0),
	coalesce(o.storage, ''), o.path
	FROM words w
	LEFT JOIN chain c ON %s AND w.word = 'keep'
	LEFT JOIN operations o ON o.id = c.subject AND o.kind = 'restore' AND o.ref = w.ref
	WHERE w.word <> ''`

// The line of the decision on the content of such a file follows.
const saidWith = `SELECT k.size, k.sha256 FROM words w
	JOIN contents k ON k.line = w.line + 1 AND k.size = w.size AND k.word = 'keep'
	JOIN chain c ON %s
	JOIN operations o ON o.id = c.subject AND o.kind IN ('restore', 'gone') AND o.ref = w.ref
	WHERE w.word = 'keep' AND w.ref = $1`

// selectOverrides returns the query with what the database has of the line before.
func (j *Journal) selectOverrides() string { return fmt.Sprintf(selectOverrides, j.d.outcomeBefore) }

// OverrideRecord returns the decision on the file in its present state, with its origin. Its Override is NoOverride if
// there is none.
func (j *Journal) OverrideRecord(ctx context.Context, e providers.Entry) (OverrideRecord, error) {
	a := overrideKeyOf(e)
	s, err := scanOverrideRecord(j.read.QueryRowContext(ctx,
		j.selectOverrides()+` AND w.ref = $1 AND w.size = $2 AND w.modified = $3`, []byte(a.ref), a.size, a.modified))
	if errors.Is(err, sql.ErrNoRows) {
		return OverrideRecord{}, nil
	}
	return s, fault(err)
}

// OverrideRecords returns all valid decisions in the order in which they were made.
func (j *Journal) OverrideRecords(ctx context.Context) ([]OverrideRecord, error) {
	rows, err := j.read.QueryContext(ctx, j.selectOverrides())
	all, err := collect(rows, err, scanOverrideRecord)
	var contents []OverrideRecord
	if err == nil {
		rows, err = j.read.QueryContext(ctx, `SELECT word, said, size, sha256 FROM contents WHERE word <> ''`)
		contents, err = collect(rows, err, scanContentSaying)
	}
	if all = append(all, contents...); err == nil && len(all) > 0 {
		err = j.locate(ctx, all)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was said: %w", err)
	}
	slices.SortStableFunc(all, func(a, b OverrideRecord) int { return a.At.Compare(b.At) })
	return all, nil
}

// scanOverrideRecord reads a row of selectOverrides. Its one place is that of the operation that restored the
// file.
func scanOverrideRecord(row scanner) (s OverrideRecord, err error) {
	var said sql.NullInt64
	var modified int64
	var back Place
	var path []byte
	if err = row.Scan(&s.Override, &said, &s.Ref, &s.Content.Size, &modified, &s.Undo,
		&back.Storage, &path); err != nil {
		return s, err
	}
	s.At, s.Modified = moment(said), time.UnixMicro(modified).UTC()
	if back.Path = string(path); back.Path != "" {
		s.Places = []Place{back}
	}
	return s, nil
}

// scanContentSaying reads a row of table contents. It returns ErrDamaged for a hash of another length.
func scanContentSaying(row scanner) (s OverrideRecord, err error) {
	var said sql.NullInt64
	var sum sql.RawBytes
	if err = row.Scan(&s.Override, &said, &s.Content.Size, &sum); err != nil {
		return s, err
	}
	s.At = moment(said)
	return s, s.Content.is(sum)
}

// locate sets the places from the last scans, which are newer than those of the operations.
func (j *Journal) locate(ctx context.Context, all []OverrideRecord) error {
	byRef, byContent := map[providers.Ref]int{}, map[Content]int{}
	for i, s := range all {
		if s.Ref != "" {
			byRef[s.Ref] = i
		} else {
			byContent[s.Content] = i
		}
	}
	rows, err := j.read.QueryContext(ctx, `SELECT storage, ref, path, size, sha256 FROM matches ORDER BY storage, path`)
	seen := map[int]bool{}
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var at Place
		var ref providers.Ref
		var c Content
		var sum sql.RawBytes
		if err := row.Scan(&at.Storage, &ref, &at.Path, &c.Size, &sum); err != nil {
			return none, err
		}
		if i, ok := byRef[ref]; ok {
			if !seen[i] {
				seen[i], all[i].Places = true, nil
			}
			all[i].Places = append(all[i].Places, at)
		}
		if c.is(sum) == nil { // else its content is unknown
			if i, ok := byContent[c]; ok {
				all[i].Places = append(all[i].Places, at)
			}
		}
		return none, nil
	})
	return err
}

// ClearOverrides revokes every decision on the file of that ref, for all its states, and the decisions on its content
// that were made when it was restored. It returns the number of decisions on the file.
func (j *Journal) ClearOverrides(ctx context.Context, ref providers.Ref) (words int, err error) {
	err = j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		// The contents are read first, because revoking the decisions on the file would cut them off from it.
		rows, err := tx.QueryContext(ctx, fmt.Sprintf(saidWith, j.d.outcomeBefore), []byte(ref))
		contents, err := collect(rows, err, func(row scanner) (of Content, err error) {
			var sum sql.RawBytes
			if err = row.Scan(&of.Size, &sum); err == nil {
				err = of.is(sum)
			}
			return of, err
		})
		if err != nil {
			return err
		}
		rows, err = tx.QueryContext(ctx,
			`SELECT revision, size, modified FROM words WHERE ref = $1 AND word <> ''`, []byte(ref))
		all, err := collect(rows, err, func(row scanner) (providers.Entry, error) {
			e := providers.Entry{Ref: ref}
			var modified int64
			err := row.Scan(&e.Revision, &e.Size, &modified)
			e.Modified = time.UnixMicro(modified)
			return e, err
		})
		for _, e := range all {
			if err == nil {
				err = setOverride(tx, c, e, NoOverride, j.now())
			}
		}
		for _, of := range contents {
			if err == nil {
				err = setContentOverride(tx, c, of, NoOverride, j.now())
			}
		}
		words = len(all)
		return err
	})
	if err != nil {
		return 0, err
	}
	return words, j.writeHead(ctx)
}
