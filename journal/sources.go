package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"github.com/sweepd/sweepd/known"
)

// sourceRow is a row of table sources.
type sourceRow struct {
	source    known.Source
	digest    []byte
	forgotten time.Time // zero: its pictures are known
}

// sourceReport is the JSON of the column report.
type sourceReport struct {
	Generated int      `json:"generated,omitempty"`
	Uploaded  int      `json:"uploaded,omitempty"`
	Named     int      `json:"named,omitempty"`
	Absent    int      `json:"absent,omitempty"`
	Problems  []string `json:"problems,omitempty"`
}

// sourceColumns are the columns of table sources without the id and the line. The body of the line has them.
const (
	sourceColumns = `kind, path, learnt, complete, report, digest, forgotten`
	sourceQuery   = `SELECT id, ` + sourceColumns + ` FROM sources WHERE forgotten IS NULL`
)

// columns returns the values of sourceColumns.
func (r sourceRow) columns() ([]any, error) {
	s := r.source
	report, err := json.Marshal(sourceReport{s.Generated, s.Uploaded, s.Named, s.Absent, s.Problems})
	if err != nil {
		return nil, err
	}
	return []any{
		s.Kind.String(), []byte(s.Path), micros(s.Learnt), bit(s.Complete), string(report), r.digest,
		micros(r.forgotten),
	}, nil
}

// scanSource reads a row of sourceQuery.
func scanSource(row scanner) (r sourceRow, err error) {
	s := &r.source
	var kind, report string
	var learnt, forgotten sql.NullInt64
	err = row.Scan(&s.ID, &kind, &s.Path, &learnt, &s.Complete, &report, &r.digest, &forgotten)
	if err != nil {
		return r, err
	}
	s.Learnt, r.forgotten = moment(learnt), moment(forgotten)
	var told sourceReport
	if err := json.Unmarshal([]byte(report), &told); err != nil {
		return r, fmt.Errorf("%w: the report on source %d: %w", ErrDamaged, s.ID, err)
	}
	s.Generated, s.Uploaded, s.Named = told.Generated, told.Uploaded, told.Named
	s.Absent, s.Problems = told.Absent, told.Problems
	if err := s.Kind.UnmarshalText([]byte(kind)); err != nil {
		return r, fmt.Errorf("%w: source %d: %w", ErrDamaged, s.ID, err)
	}
	return r, nil
}

// errNoSource returns the error of a number that no source has.
func errNoSource(id int64) error {
	return fmt.Errorf("nothing that was learnt has the number %d: %w", id, fs.ErrNotExist)
}

// Sources returns what pictures were learnt from, in that order.
func (j *Journal) Sources(ctx context.Context) ([]known.Source, error) {
	rows, err := j.read.QueryContext(ctx, sourceQuery+` ORDER BY id`)
	return collect(rows, err, func(row scanner) (known.Source, error) {
		r, err := scanSource(row)
		return r.source, err
	})
}

// KnownPicture is a known picture with its source; the number is 0 for one that a scan verified.
type KnownPicture struct {
	Source int64
	known.Picture
}

// KnownBy returns all pictures with that SHA-256, and all of which the twin has it.
func (j *Journal) KnownBy(ctx context.Context, sha256 [32]byte) ([]KnownPicture, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT `+knownColumns+`, checksum FROM known WHERE sha256 = $1
		UNION ALL SELECT `+knownColumns+`, checksum FROM known WHERE twin_sha256 = $1 AND twin_sha256 <> `+j.d.noBytes+`
		ORDER BY 1, 2`, sha256[:])
	all, err := collect(rows, err, scanKnown)
	var sound []KnownPicture
	for _, k := range all {
		if k.sound {
			sound = append(sound, KnownPicture{k.source, k.picture})
		}
	}
	return sound, err
}

// EachKnown calls each for every known picture, in one snapshot, until it returns false. The error is that of Known.
func (j *Journal) EachKnown(ctx context.Context, each func(KnownPicture) bool) error {
	tx, err := j.read.BeginTx(ctx, &j.d.snapshot)
	if err != nil {
		return fault(err)
	}
	err = walkKnown(ctx, tx, func(source int64, p known.Picture) bool { return each(KnownPicture{source, p}) })
	if failed := ignoreDone(tx.Rollback()); err == nil {
		err = failed
	}
	return fault(err)
}
