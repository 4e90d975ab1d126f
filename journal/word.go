package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sweepd/providers"
)

// Word is what a person said of one revision of one file.
type Word string

// The words. They may be said by one process while another sweeps.
const (
	NoWord  Word = ""
	Keep    Word = "keep"
	Approve Word = "approve"
)

const sayWord = `INSERT INTO words (storage, ref, revision, word, said) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (storage, ref, revision) DO UPDATE SET word = excluded.word, said = excluded.said`

// Say records a person's word on that revision of a file, in place of an
// earlier one; NoWord takes it back.
func (j *Journal) Say(ctx context.Context, storage string, ref providers.Ref, rev providers.Revision, w Word) error {
	return j.update(ctx, func(tx *sql.Tx) (err error) {
		switch w {
		case NoWord:
			_, err = tx.ExecContext(ctx, `DELETE FROM words WHERE storage = $1 AND ref = $2 AND revision = $3`,
				storage, []byte(ref), []byte(rev))
		case Keep, Approve:
			_, err = tx.ExecContext(ctx, sayWord, storage, []byte(ref), []byte(rev), string(w), micros(j.now()))
		default:
			err = fmt.Errorf("%q is not a word: keep or approve", w)
		}
		return err
	})
}

// Word is what was last said of that revision of a file, by whichever process;
// NoWord when nothing was.
func (j *Journal) Word(ctx context.Context, storage string, ref providers.Ref, rev providers.Revision) (Word, error) {
	var w Word
	err := j.read.QueryRowContext(ctx, `SELECT word FROM words WHERE storage = $1 AND ref = $2 AND revision = $3`,
		storage, []byte(ref), []byte(rev)).Scan(&w)
	if errors.Is(err, sql.ErrNoRows) {
		return NoWord, nil
	}
	return w, fault(err)
}

// Said is what a word is about: one revision of one file of a storage.
type Said struct {
	Ref      providers.Ref
	Revision providers.Revision
}

// Words are all that was said of a storage's files. Before acting on one, ask
// for its Word: it may have been said since.
func (j *Journal) Words(ctx context.Context, storage string) (map[Said]Word, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT ref, revision, word FROM words WHERE storage = $1`, storage)
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close()
	all := map[Said]Word{}
	for rows.Next() {
		var s Said
		var w Word
		if err := rows.Scan(&s.Ref, &s.Revision, &w); err != nil {
			return nil, fault(err)
		}
		all[s] = w
	}
	return all, fault(rows.Err())
}
