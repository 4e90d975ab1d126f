package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sweepd/providers"
)

// Word is what a person said of one file.
type Word string

// The words. They may be said by one process while another sweeps.
const (
	NoWord Word = ""
	Keep   Word = "keep"
)

// said is what a word is about: a file as long as nobody writes to it. Neither
// the storage's name in a policy nor the rest of a revision is part of it, for
// a file is still the one that the person meant when it got other permissions,
// or came back from the trash. Where that errs, it keeps a file too many.
type said struct {
	ref            providers.Ref
	size, modified int64
}

func about(e providers.Entry) said {
	return said{e.Ref, e.Size, e.Modified.UnixMicro()}
}

const sayWord = `INSERT INTO words (ref, size, modified, word, said) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (ref, size, modified) DO UPDATE SET word = excluded.word, said = excluded.said`

// Say records a person's word on the file, in place of an earlier one, until
// it is written to; NoWord takes it back. Keep also ends a grace.
func (j *Journal) Say(ctx context.Context, e providers.Entry, w Word) error {
	a := about(e)
	return j.update(ctx, func(tx *sql.Tx) (err error) {
		switch w {
		case NoWord:
			_, err = tx.ExecContext(ctx, `DELETE FROM words WHERE ref = $1 AND size = $2 AND modified = $3`, []byte(a.ref), a.size, a.modified)
		case Keep:
			if _, err = tx.ExecContext(ctx, sayWord, []byte(a.ref), a.size, a.modified, string(w), micros(j.now())); err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE matches SET marked = NULL WHERE ref = $1`, []byte(a.ref))
			}
		default:
			err = fmt.Errorf("%q is not a word: keep", w)
		}
		return err
	})
}

// Word is what was last said of the file, by whichever process; NoWord when
// nothing was.
func (j *Journal) Word(ctx context.Context, e providers.Entry) (Word, error) {
	var w Word
	a := about(e)
	err := j.read.QueryRowContext(ctx, `SELECT word FROM words WHERE ref = $1 AND size = $2 AND modified = $3`,
		[]byte(a.ref), a.size, a.modified).Scan(&w)
	if errors.Is(err, sql.ErrNoRows) {
		return NoWord, nil
	}
	return w, fault(err)
}

// Words are all that persons said.
type Words struct{ all map[said]Word }

// Of is Journal.Word of the file as the Words were read. Before acting, ask
// the Journal: it may have been said since.
func (w Words) Of(e providers.Entry) Word { return w.all[about(e)] }

// Words reads all words at once, for many files.
func (j *Journal) Words(ctx context.Context) (Words, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT ref, size, modified, word FROM words`)
	if err != nil {
		return Words{}, fault(err)
	}
	defer rows.Close()
	w := Words{map[said]Word{}}
	for rows.Next() {
		var s said
		var word Word
		if err := rows.Scan(&s.ref, &s.size, &s.modified, &word); err != nil {
			return Words{}, fault(err)
		}
		w.all[s] = word
	}
	return w, fault(rows.Err())
}
