package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"sync/atomic"
)

// The chain records the order of all events that may justify or prevent a deletion. A line's hash is SHA-256 over the
// hash of the previous line and over the event, so that changing, removing, adding or moving a line changes all
// following hashes. The last hash is also stored outside, in the head. A line does not repeat the row that it is
// about, but only covers it by the hash.
const (
	runBegun       = "run begun"    // kind, policy, began
	runEnded       = "run ended"    // ended, summary, error
	begun          = "begun"        // the columns of an operation that never change
	ended          = "ended"        // ended, receipt, error, error_kind; the body lists what it resolved
	fileOverridden = "said of file" // the body is the row of table words
	// contentOverridden has the encoded row of table contents as its body.
	contentOverridden = "said of content"
	// restored is that the next line has the word on a file that the operation brought back. If all lines are in one
	// chain, the line of its outcome is there instead.
	restored = "restored"
	// sourceSaid is that pictures were learnt from a source, or that it was forgotten. The body is the row of table
	// sources, with a digest over the pictures.
	sourceSaid = "said of source"
)

// digest is the hash of a line. The hash before the first line is zero.
type digest [sha256.Size]byte

// linked returns the hash of a line, given the hash of the previous one. It also returns the buffer space for reuse.
func linked(before digest, space []byte, event string, subject int64, body []byte, columns ...any) (digest, []byte) {
	b := append(space[:0], before[:]...)
	b = appendFields(b, event, subject, body)
	b = appendFields(b, columns...)
	return sha256.Sum256(b), b
}

// chainer appends to the chain of one database.
type chainer struct {
	// last reads the last line and its hash, add appends one. Both are prepared on the connection that writes.
	last, add *sql.Stmt
	guard     *guard
	grown     atomic.Bool // lines were appended since the head was written
	heads     *heads      // of a database with several chains; else nil
}

// newChainer prepares the statements of a chainer. They live as long as db.
func newChainer(ctx context.Context, db *sql.DB, g *guard) (*chainer, error) {
	last, err := db.PrepareContext(ctx, `SELECT line, hash FROM chain ORDER BY line DESC LIMIT 1`)
	if err != nil {
		return nil, err
	}
	add, err := db.PrepareContext(ctx,
		`INSERT INTO chain (line, event, subject, body, hash) VALUES ($1, $2, $3, $4, $5)`)
	return &chainer{last: last, add: add, guard: g}, err
}

// transact runs do in a transaction that may append to the chain. do may run twice, because a full disk is tried
// again without the reserve. After the commit the new end is known to be durable.
func (w *chainer) transact(ctx context.Context, db *sql.DB, do func(*sql.Tx, *chain) error) error {
	if w.heads != nil {
		return w.heads.transact(ctx, w.guard, db, do)
	}
	var c *chain
	err := w.guard.sparing(ctx, db, func(tx *sql.Tx) error {
		c = &chain{add: tx.StmtContext(ctx, w.add)}
		// The end is read each time, because another process may have appended. The transaction is immediate, so that
		// no other process writes until it ends.
		if err := readLast(tx.StmtContext(ctx, w.last).QueryRowContext(ctx), &c.line, &c.hash); err != nil {
			return err
		}
		// A chain without the last durable line of this process is another record: a restored copy, for example.
		if err := w.guard.place.follows(ctx, tx, c.end()); err != nil {
			return err
		}
		before := c.line
		err := do(tx, c)
		// This may precede a rollback. The head is then written once too often, which does no harm.
		if c.line != before {
			w.grown.Store(true)
		}
		return err
	})
	if err == nil {
		w.guard.place.reached(c.end())
	}
	return err
}

// readLast reads the line of row. It leaves line and hash unchanged if there is none.
func readLast(row scanner, line *int64, hash *digest) error {
	var b []byte
	err := row.Scan(line, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && (copy(hash[:], b) != len(hash) || len(b) != len(hash)) {
		err = &BrokenError{*line, "its hash has another length"}
	}
	return err
}

// chain is the end of the chain within one transaction.
type chain struct {
	add *sql.Stmt
	// line and hash are those of the last line, including the lines of this transaction.
	line  int64
	hash  digest
	space []byte
	// open has the lines of one of several chains until the end of the transaction; nil if there is one chain.
	open *openChain
}

// of returns the chain of operations on that storage.
func (c *chain) of(storage string) *chain {
	if c.open == nil {
		return c
	}
	return c.open.all[storage]
}

// end returns the last line.
func (c *chain) end() head { return head{c.line, hex.EncodeToString(c.hash[:])} }

// next returns the number of the next line.
func (c *chain) next() int64 { return c.line + 1 }

// append writes the next line. The hash covers columns and body; only body is also stored, because no row keeps
// it.
func (c *chain) append(event string, subject int64, body []byte, columns ...any) error {
	c.hash, c.space = linked(c.hash, c.space, event, subject, body, columns...)
	c.line++
	if c.open != nil {
		return c.open.add(c, event, subject, body)
	}
	var stored any // NULL if there is no body
	if len(body) > 0 {
		stored = body
	}
	_, err := c.add.Exec(c.line, event, subject, stored, c.hash[:])
	return err
}

// appending runs do in one durable transaction that may append to the chain. It returns errReadOnly if the journal is
// read-only.
func (j *Journal) appending(ctx context.Context, do func(*sql.Tx, *chain) error) error {
	if j.write == nil {
		return errReadOnly
	}
	return j.chain.transact(ctx, j.write, func(tx *sql.Tx, c *chain) error {
		if c.open != nil {
			if err := c.open.lock(ctx, tx, ""); err != nil {
				return err
			}
		}
		return do(tx, c)
	})
}

// packIDs encodes ascending ids; unpackIDs reads them. The order makes the form of a set unique; unpackIDs
// refuses any other.
func packIDs(ids []int64) (b []byte) {
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}
