package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sweepd/providers"
)

// Word is the user's decision on one file or on one content.
type Word string

// The decisions. One process may record them while another sweeps.
const (
	NoWord  Word = ""
	Keep    Word = "keep"    // do not touch the file
	Approve Word = "approve" // this revision may be trashed although it is held or up for review
)

// said identifies the subject of a decision: a file until it is written to. It leaves out the storage's name and the
// rest of the revision, because a file with new permissions, or back from the trash, is still the one that the user
// meant. An error here keeps a file too many; so Approve, which allows a deletion, counts only for its revision.
type said struct {
	ref            providers.Ref
	size, modified int64
}

func about(e providers.Entry) said {
	return said{e.Ref, e.Size, e.Modified.UnixMicro()}
}

// spoken is the decision on a file with the revision for which it was made.
type spoken struct {
	word     Word
	revision providers.Revision
}

// of returns the decision that is valid for that revision.
func (s spoken) of(r providers.Revision) Word {
	if s.word == Approve && (s.revision != r || r == "") {
		return NoWord
	}
	return s.word
}

// Say records the user's decision on the file until the file is written to. It replaces an earlier one; NoWord
// revokes it. Keep also ends a grace. Approve counts for this revision only. After an error the decision may have
// been recorded.
func (j *Journal) Say(ctx context.Context, e providers.Entry, w Word) error {
	switch w {
	case NoWord, Keep, Approve:
	default:
		return fmt.Errorf("%q is not a word: keep or approve", w)
	}
	err := j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		if w == Keep {
			if err := unmark(ctx, tx, e.Ref); err != nil {
				return err
			}
		}
		return say(tx, c, e, w, j.now())
	})
	if err != nil {
		return err
	}
	return j.writeHead(ctx)
}

const (
	wordOfFile = `SELECT word, revision FROM words WHERE ref = $1 AND size = $2 AND modified = $3`
	sayWord    = `INSERT INTO words (ref, size, modified, revision, word, said, line) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (ref, size, modified) DO UPDATE SET
		revision = excluded.revision, word = excluded.word, said = excluded.said, line = excluded.line RETURNING id`
)

func say(tx *sql.Tx, c *chain, e providers.Entry, w Word, at time.Time) error {
	a := about(e)
	if w == NoWord {
		// No row is needed if there is no decision to revoke.
		before, err := scanSpoken(tx.QueryRow(wordOfFile, []byte(a.ref), a.size, a.modified))
		if err != nil || before.word == NoWord {
			return err
		}
	}
	columns := []any{[]byte(a.ref), a.size, a.modified, []byte(e.Revision), string(w), micros(at)}
	var id int64
	if err := tx.QueryRow(sayWord, append(columns, c.next())...).Scan(&id); err != nil {
		return err
	}
	return c.append(saidFile, id, appendFields(nil, columns...))
}

func scanSpoken(row scanner) (s spoken, err error) {
	if err = row.Scan(&s.word, &s.revision); errors.Is(err, sql.ErrNoRows) {
		return spoken{}, nil
	}
	return s, err
}

// Word returns the latest decision on the file by any process. It returns NoWord if there is none, or if another
// revision was approved.
func (j *Journal) Word(ctx context.Context, e providers.Entry) (Word, error) {
	a := about(e)
	s, err := scanSpoken(one(ctx, j.byFile, []byte(a.ref), a.size, a.modified))
	return s.of(e.Revision), fault(err)
}

// Words holds all decisions of the user.
type Words struct {
	files    map[said]spoken
	contents map[Content]Word
	sizes    map[int64][]Content
}

// Of is Journal.Word at the time when the Words were read. A caller that is about to act asks the Journal instead,
// because the decision may have changed.
func (w Words) Of(e providers.Entry) Word { return w.files[about(e)].of(e.Revision) }

// Words reads all decisions at once, for many files.
func (j *Journal) Words(ctx context.Context) (Words, error) {
	w := Words{map[said]spoken{}, map[Content]Word{}, map[int64][]Content{}}
	rows, err := j.read.QueryContext(ctx, `SELECT ref, size, modified, word, revision FROM words WHERE word <> ''`)
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var a said
		var s spoken
		err = row.Scan(&a.ref, &a.size, &a.modified, &s.word, &s.revision)
		w.files[a] = s
		return none, err
	})
	if err == nil {
		err = j.readContents(ctx, w)
	}
	if err != nil {
		return Words{}, fmt.Errorf("read all words: %w", err)
	}
	return w, nil
}
