package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Override is the user's decision on one file or on one content.
type Override string

// The decisions. One process may record them while another sweeps.
const (
	NoOverride Override = ""
	Keep       Override = "keep"    // do not touch the file
	Approve    Override = "approve" // this revision may be trashed although it is held or up for review
)

// overrideKey identifies the subject of a decision: a file until it is written to. It leaves out the storage's name and
// the rest of the revision, because a file with new permissions, or back from the trash, is still the one that the user
// meant. An error here keeps a file too many; so Approve, which allows a deletion, counts only for its revision.
type overrideKey struct {
	ref providers.Ref
	// modified is in microseconds since 1970.
	size, modified int64
}

// overrideKeyOf returns the subject of a decision on e.
func overrideKeyOf(e providers.Entry) overrideKey {
	return overrideKey{e.Ref, e.Size, e.Modified.UnixMicro()}
}

// fileOverride is the decision on a file with the revision for which it was made.
type fileOverride struct {
	override Override
	revision providers.Revision
}

// of returns the decision that is valid for that revision. An approval of a file without a revision is never
// valid.
func (s fileOverride) of(r providers.Revision) Override {
	if s.override == Approve && (s.revision != r || r == "") {
		return NoOverride
	}
	return s.override
}

// SetOverride records the user's decision on the file until the file is written to. It replaces an earlier one;
// NoOverride revokes it. Keep also ends a grace. Approve counts for this revision only. After an error the decision may
// have been recorded.
func (j *Journal) SetOverride(ctx context.Context, e providers.Entry, w Override) error {
	switch w {
	case NoOverride, Keep, Approve:
	default:
		return fmt.Errorf("%q is not a word: keep or approve", w)
	}
	err := j.appending(ctx, func(tx *sql.Tx, c *chain) error {
		if w == Keep {
			if err := j.unmark(ctx, tx, e.Ref); err != nil {
				return err
			}
		}
		return setOverride(tx, c, e, w, j.now())
	})
	if err != nil {
		return err
	}
	return j.writeHead(ctx)
}

// A file in one state has one row, which a later decision replaces.
const (
	overrideOfFile = `SELECT word, revision FROM words WHERE ref = $1 AND size = $2 AND modified = $3`
	upsertOverride = `INSERT INTO words (ref, size, modified, revision, word, said, line)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (ref, size, modified) DO UPDATE SET
		revision = excluded.revision, word = excluded.word, said = excluded.said, line = excluded.line RETURNING id`
)

// setOverride writes a decision on a file and its line. It writes nothing if NoOverride would revoke nothing.
func setOverride(tx *sql.Tx, c *chain, e providers.Entry, w Override, at time.Time) error {
	a := overrideKeyOf(e)
	if w == NoOverride {
		// No row is needed if there is no decision to revoke.
		before, err := scanFileOverride(tx.QueryRow(overrideOfFile, []byte(a.ref), a.size, a.modified))
		if err != nil || before.override == NoOverride {
			return err
		}
	}
	columns := []any{[]byte(a.ref), a.size, a.modified, []byte(e.Revision), string(w), micros(at)}
	var id int64
	// This may replace the row of an earlier decision, whose line keeps the former values in its body.
	if err := tx.QueryRow(upsertOverride, append(columns, c.next())...).Scan(&id); err != nil {
		return err
	}
	return c.append(fileOverridden, id, appendFields(nil, columns...))
}

// scanFileOverride returns the decision in row, or none if there is no row.
func scanFileOverride(row scanner) (s fileOverride, err error) {
	if err = row.Scan(&s.override, &s.revision); errors.Is(err, sql.ErrNoRows) {
		return fileOverride{}, nil
	}
	return s, err
}

// Override returns the latest decision on the file by any process. It returns NoOverride if there is none, or if
// another revision was approved.
func (j *Journal) Override(ctx context.Context, e providers.Entry) (Override, error) {
	a := overrideKeyOf(e)
	s, err := scanFileOverride(j.read.one(ctx, overrideOfFile, []byte(a.ref), a.size, a.modified))
	return s.of(e.Revision), fault(err)
}

// Overrides holds all decisions of the user.
type Overrides struct {
	files    map[overrideKey]fileOverride
	contents map[Content]Override
	// sizes has the keys of contents by their size.
	sizes map[int64][]Content
}

// Of is Journal.Override at the time when the Overrides were read. A caller that is about to act asks the Journal
// instead, because the decision may have changed.
func (w Overrides) Of(e providers.Entry) Override { return w.files[overrideKeyOf(e)].of(e.Revision) }

// Overrides reads all decisions at once, for many files.
func (j *Journal) Overrides(ctx context.Context) (Overrides, error) {
	w := Overrides{map[overrideKey]fileOverride{}, map[Content]Override{}, map[int64][]Content{}}
	rows, err := j.read.QueryContext(ctx, `SELECT ref, size, modified, word, revision FROM words WHERE word <> ''`)
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var a overrideKey
		var s fileOverride
		err = row.Scan(&a.ref, &a.size, &a.modified, &s.override, &s.revision)
		w.files[a] = s
		return none, err
	})
	if err == nil {
		err = j.readContents(ctx, w)
	}
	if err != nil {
		return Overrides{}, fmt.Errorf("read all words: %w", err)
	}
	return w, nil
}
