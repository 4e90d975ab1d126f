package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Content identifies the bytes of a file, regardless of its name, storage or bin.
type Content struct {
	Size   int64 // bytes
	SHA256 [sha256.Size]byte
}

// A revoked decision keeps its row, with the decision NoOverride, because a line of the chain refers to it.
const (
	overrideOfContent = `SELECT word FROM contents WHERE size = $1 AND sha256 = $2`
	anyOverrideOfSize = `SELECT EXISTS (SELECT * FROM contents WHERE size = $1 AND word <> '')`
	sumsOfSize        = `SELECT sha256 FROM contents WHERE size = $1 AND word <> ''`
)

// SetContentOverride durably records the user's decision Keep for every file with that content; NoOverride revokes it.
// Its error is like that of SetOverride.
func (j *Journal) SetContentOverride(ctx context.Context, of Content, w Override) error {
	if w != NoOverride && w != Keep {
		return fmt.Errorf("%q is not a word on a content: keep", w)
	}
	err := j.appending(ctx, func(tx *sql.Tx, c *chain) error { return setContentOverride(tx, c, of, w, j.now()) })
	if err != nil {
		return err
	}
	return j.writeHead(ctx)
}

// setContentOverride writes a decision on a content and its line. It writes nothing if NoOverride would revoke nothing.
func setContentOverride(tx *sql.Tx, c *chain, of Content, w Override, at time.Time) error {
	if w == NoOverride {
		before, err := scanOverride(tx.QueryRow(overrideOfContent, of.Size, of.SHA256[:]))
		if err != nil || before == NoOverride {
			return err
		}
	}
	columns := []any{of.Size, of.SHA256[:], string(w), micros(at)}
	var id int64
	err := tx.QueryRow(`INSERT INTO contents (size, sha256, word, said, line) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (size, sha256) DO UPDATE SET word = excluded.word, said = excluded.said, line = excluded.line
		RETURNING id`, append(columns, c.next())...).Scan(&id)
	if err != nil {
		return err
	}
	return c.append(contentOverridden, id, appendFields(nil, columns...))
}

// scanOverride returns the decision in row, or NoOverride if there is no row.
func scanOverride(row scanner) (w Override, err error) {
	if err = row.Scan(&w); errors.Is(err, sql.ErrNoRows) {
		return NoOverride, nil
	}
	return w, err
}

// ContentOverride returns the latest decision on that content, or NoOverride if there is none.
func (j *Journal) ContentOverride(ctx context.Context, of Content) (Override, error) {
	w, err := scanOverride(j.read.QueryRowContext(ctx, overrideOfContent, of.Size, of.SHA256[:]))
	return w, fault(err)
}

// OverriddenContents returns the contents of that size with a decision. If there are none, a file of that size need not
// be read.
func (j *Journal) OverriddenContents(ctx context.Context, size int64) ([]Content, error) {
	// Almost every file has a size without a decision, and the prepared query settles that.
	var some bool
	if err := j.read.one(ctx, anyOverrideOfSize, size).Scan(&some); err != nil || !some {
		return nil, fault(err)
	}
	rows, err := j.read.QueryContext(ctx, sumsOfSize, size)
	return collect(rows, err, func(row scanner) (Content, error) {
		c := Content{Size: size}
		var sum sql.RawBytes
		if err := row.Scan(&sum); err != nil {
			return c, err
		}
		return c, c.is(sum)
	})
}

// OverriddenContents is Journal.OverriddenContents at the time when the Overrides were read.
func (w Overrides) OverriddenContents(size int64) []Content { return w.sizes[size] }

// is sets the hash from its stored form. It returns ErrDamaged if the length is wrong.
func (c *Content) is(sum []byte) error {
	if copy(c.SHA256[:], sum) != len(c.SHA256) || len(sum) != len(c.SHA256) {
		return fmt.Errorf("%w: a content's hash has %d bytes", ErrDamaged, len(sum))
	}
	return nil
}

// OfContent is Journal.ContentOverride at the time when the Overrides were read.
func (w Overrides) OfContent(c Content) Override { return w.contents[c] }

// readContents reads the decisions on contents into w.
func (j *Journal) readContents(ctx context.Context, w Overrides) error {
	rows, err := j.read.QueryContext(ctx, `SELECT size, sha256, word FROM contents WHERE word <> ''`)
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var c Content
		var sum sql.RawBytes
		var word Override
		if err := row.Scan(&c.Size, &sum, &word); err != nil {
			return none, err
		}
		if err := c.is(sum); err != nil {
			return none, err
		}
		w.contents[c], w.sizes[c.Size] = word, append(w.sizes[c.Size], c)
		return none, nil
	})
	return err
}
