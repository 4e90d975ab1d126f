package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sweepd/providers"
)

// Word is what a person said of one file, or of one content.
type Word string

// The words. They may be said by one process while another sweeps.
const (
	NoWord  Word = ""
	Keep    Word = "keep"    // the file is not to be touched
	Approve Word = "approve" // this revision may go though it is held or up for review
)

// said is what a word is about: a file as long as nobody writes to it. Neither
// the storage's name in a policy nor the rest of a revision is part of it, for
// a file is still the one that the person meant when it got other permissions,
// or came back from the trash. Where that errs, it keeps a file too many; so
// Approve, which takes files away, counts only for the revision of which it
// was said.
type said struct {
	ref            providers.Ref
	size, modified int64
}

func about(e providers.Entry) said {
	return said{e.Ref, e.Size, e.Modified.UnixMicro()}
}

// spoken is the word on a file, and the revision of which it was said.
type spoken struct {
	word     Word
	revision providers.Revision
}

// of is the word as it stands for that revision.
func (s spoken) of(r providers.Revision) Word {
	if s.word == Approve && (s.revision != r || r == "") {
		return NoWord
	}
	return s.word
}

// Say records a person's word on the file, in place of an earlier one, until
// it is written to; NoWord takes it back. Keep also ends a grace. Approve
// counts for this revision only. After an error the
// word may have been recorded.
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

// say writes a word and its line. What nobody said needs no taking back.
func say(tx *sql.Tx, c *chain, e providers.Entry, w Word, at time.Time) error {
	a := about(e)
	if w == NoWord {
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

// Word is what was last said of the file, by whichever process; NoWord when
// nothing was, or when another revision was approved.
func (j *Journal) Word(ctx context.Context, e providers.Entry) (Word, error) {
	a := about(e)
	s, err := scanSpoken(one(ctx, j.byFile, []byte(a.ref), a.size, a.modified))
	return s.of(e.Revision), fault(err)
}

// Words are all that persons said.
type Words struct {
	files    map[said]spoken
	contents map[Content]Word
	sizes    map[int64][]Content
}

// Of is Journal.Word of the file as the Words were read. Before acting, ask
// the Journal: it may have been said since.
func (w Words) Of(e providers.Entry) Word { return w.files[about(e)].of(e.Revision) }

// Words reads all words at once, for many files.
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
