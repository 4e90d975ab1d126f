package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/providers"
)

// Begin and End give a record to the committer, which gathers those of concurrent calls. recorder.commit writes a
// batch in one transaction, each record with its line in the chain. If an outcome is that of a done operation,
// follow and keepRestored also write the rows that depend on it. A caller gets its result only after the commit.

// Begin makes the intent durable; see providers.Recorder. After an error the caller must not move anything: the
// intent may or may not be stored, and is harmless if it is.
func (j *Journal) Begin(ctx context.Context, op providers.Op) (string, error) {
	one, err := intentOf(j.keys.next(), op)
	if err != nil {
		return "", err
	}
	return one.key, j.record(ctx, one)
}

// intentOf returns the record of an intent.
func intentOf(key string, op providers.Op) (*record, error) {
	reasons, err := json.Marshal(op.Cause.Reasons)
	if err != nil {
		return nil, err
	}
	args := append([]any{key, op.Cause.Run, string(op.Kind), op.Storage}, entryValues(op.Entry)...)
	args = append(args, []byte(op.Receipt), postgres.Text(op.Cause.Rule), string(reasons), bit(op.Cause.Approved))
	e := ending{
		kind:     op.Kind,
		storage:  op.Storage,
		ref:      []byte(op.Entry.Ref),
		revision: []byte(op.Entry.Revision),
		receipt:  []byte(op.Receipt),
	}
	one := &record{intent: args, key: key, op: e}
	if op.Kind == providers.OpTrash {
		one.sums = op.Entry.Hashes
	}
	return one, nil
}

// End makes the outcome durable; see providers.Recorder. A done restore, purge, empty or gone also resolves the trash
// operation with its receipt. After a done trash the file has no Record any more. If a file is back, through an undo
// or another program, End also records Keep for it, and for its content if Restored has its SHA-256, because a person
// wanted it back. Ending an operation again with the same outcome is no error; with another outcome it is, and the
// first one remains. The error wraps fs.ErrNotExist if the key is unknown.
func (j *Journal) End(ctx context.Context, key string, o providers.Outcome) error {
	out := &record{key: key, receipt: []byte(o.Receipt), restored: o.Restored, opErr: o.Err}
	return j.record(context.WithoutCancel(ctx), out)
}

// record waits until r is committed with its batch. It returns the error of the commit, or the one for which r
// alone was refused.
func (j *Journal) record(ctx context.Context, r *record) error {
	if j.records == nil {
		return errReadOnly
	}
	r.at = j.now()
	if err := j.records.do(ctx, r); err != nil {
		return err
	}
	return r.refused
}

// record is an intent or an outcome to be written.
type record struct {
	at time.Time

	intent []any            // of Begin: the columns before began; nil for an outcome
	sums   providers.Hashes // of Begin of a trash: what is known of the bytes

	op ending // of Begin, as far as known

	// key names the operation. The other three are its providers.Outcome.
	key      string
	receipt  []byte
	restored providers.Entry
	opErr    error

	refused error // set if only this record of the batch was refused
}

// recorder writes records through prepared statements.
type recorder struct {
	db    *sql.DB
	d     *dialect
	chain *chainer

	// find and ended look up an operation by its key. binned and empty store that an operation resolves trash
	// operations, and return these. forget deletes a Record.
	begin, moved, end, find, ended, binned, empty, forget *sql.Stmt

	begun map[string]ending // by key: operations of this process that are begun and not ended
}

// newRecorder prepares the statements on the connection that writes. They live as long as db.
func newRecorder(ctx context.Context, db *sql.DB, d *dialect, c *chainer) (*recorder, error) {
	r := &recorder{db: db, d: d, chain: c, begun: map[string]ending{}}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&r.begin, d.insertOperations},
		{&r.moved, d.insertMoved},
		{&r.end, `UPDATE operations SET ended = $3, receipt = COALESCE($4, receipt), error = $5, error_kind = $6,
			ended_line = $7
			WHERE id = $1 AND key = $2 AND ended IS NULL`},
		{
			&r.find,
			`SELECT id, kind, storage, ref, revision, began, receipt FROM operations WHERE key = $1 AND ended IS NULL`,
		},
		{&r.ended, `SELECT receipt, error FROM operations WHERE key = $1`},
		{&r.binned, `UPDATE operations SET resolved = $1 WHERE storage = $2 AND receipt = $3 AND id < $1
			AND kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL RETURNING id`},
		{&r.empty, `UPDATE operations SET resolved = $1 WHERE storage = $2 AND ended <= $3 AND id < $1
			AND kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL RETURNING id`},
		{&r.forget, `DELETE FROM matches WHERE storage = $1 AND ref = $2 AND revision = $3`},
	} {
		var err error
		if *p.stmt, err = db.PrepareContext(ctx, p.text); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// commit writes a batch in one transaction.
func (r *recorder) commit(batch []*record) error {
	err := r.chain.transact(context.Background(), r.db, func(tx *sql.Tx, c *chain) error {
		if err := r.lock(tx, c, batch); err != nil {
			return err
		}
		if err := r.putIntents(tx, c, batch); err != nil {
			return err
		}
		for _, one := range batch {
			if one.intent != nil {
				continue
			}
			if err := r.putOutcome(tx, c, one); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.fence(batch)
	}
	// An outcome is the last use of its operation. After an error the rows decide and not this map.
	for _, one := range batch {
		if one.intent == nil || err != nil || one.refused != nil {
			delete(r.begun, one.key)
		}
	}
	return err
}

// lock makes the chains of the batch this transaction's own, if there are several.
func (r *recorder) lock(tx *sql.Tx, c *chain, batch []*record) error {
	if c.open == nil {
		return nil
	}
	var storages []string
	for _, one := range batch {
		one.refused = nil // by an earlier try of this transaction
		if one.intent == nil && one.restored.Ref != "" {
			storages = append(storages, "") // for the decision to keep the file
		}
		e := one.op
		if one.intent == nil {
			var err error
			if e, err = r.open(tx, one.key); errors.Is(err, sql.ErrNoRows) {
				continue // it has ended, or it never began
			} else if err != nil {
				return err
			}
		}
		storages = append(storages, e.storage)
	}
	return c.open.lock(context.Background(), tx, storages...)
}

// fence refuses the intents whose lease was lost while they were committed, which may take longer than the grace: the
// next holder may have ended them already.
func (r *recorder) fence(batch []*record) {
	if r.chain.heads == nil {
		return
	}
	for _, one := range batch {
		if one.intent == nil || one.refused != nil {
			continue
		}
		if _, held := r.chain.heads.leases.holds(one.op.storage); !held {
			one.refused = fmt.Errorf("%w: %s", ErrFenced, one.op.storage)
		}
	}
}

// putIntents writes the intents of a batch and their lines. One that is refused does not stop the rest.
func (r *recorder) putIntents(tx *sql.Tx, common *chain, batch []*record) error {
	var intents []*record
	var rows, moved [][]any
	lines := map[*chain]int64{} // of each chain, that these intents will have
	for _, one := range batch {
		if one.intent == nil {
			continue
		}
		c := common.of(one.op.storage)
		if one.refused = c.refuses(one); one.refused != nil {
			continue
		}
		rows = append(rows, append(one.intent, micros(one.at), c.next()+lines[c]))
		intents = append(intents, one)
		lines[c]++
	}
	if len(intents) == 0 {
		return nil
	}
	ids, err := r.d.operations(tx.Stmt(r.begin), rows)
	if err != nil {
		return err
	}
	for i, one := range intents {
		if one.sums != (providers.Hashes{}) {
			values := movedValues(ids[i], one.sums)
			moved = append(moved, append(values, checksumOf(values...)))
		}
		one.op.id, one.op.began = ids[i], one.at.UnixMicro()
		r.begun[one.key] = one.op
		columns := rows[i][:len(rows[i])-1]
		if err := common.of(one.op.storage).append(begun, ids[i], nil, columns...); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return r.d.insert(tx.Stmt(r.moved), moved)
}

// refuses returns why an intent is not recorded.
func (c *chain) refuses(one *record) error {
	switch {
	case c.open == nil:
		return nil
	case c.open.fenced:
		return fmt.Errorf("%w: %s", ErrFenced, one.op.storage)
	case c.open.taken && (one.op.kind == providers.OpPurge || one.op.kind == providers.OpEmpty):
		return fmt.Errorf("%w: %s", ErrTakenOver, one.op.storage)
	}
	return nil
}

// movedValues returns the columns of table moved without the checksum.
func movedValues(operation int64, sums providers.Hashes) []any {
	return []any{operation, sumValue(sums.SHA256), sumValue(sums.ContentHash)}
}

// ending is the operation whose outcome is written.
type ending struct {
	id            int64
	kind          providers.OpKind
	storage       string
	ref, revision []byte
	began         int64
	receipt       []byte // of the intent; of a done operation: of the outcome
}

// putOutcome ends an open operation and writes its line with all that depends on it: the trash operations that it
// resolves, and the decision to keep a file that is back.
func (r *recorder) putOutcome(tx *sql.Tx, c *chain, one *record) error {
	e, err := r.open(tx, one.key)
	if errors.Is(err, sql.ErrNoRows) {
		return r.repeated(tx, one)
	}
	common := c
	if err == nil {
		c = c.of(e.storage)
	}
	var receipt, opErr, kind any
	if one.opErr == nil {
		receipt, e.receipt = one.receipt, one.receipt
	} else {
		opErr, kind = postgres.Text(one.opErr.Error()), kindOf(one.opErr)
	}
	var res sql.Result
	if err == nil {
		res, err = tx.Stmt(r.end).Exec(e.id, one.key, micros(one.at), receipt, opErr, kind, c.next())
	}
	var rows int64
	if err == nil {
		rows, err = res.RowsAffected()
	}
	if err == nil && rows == 0 { // another process has ended it
		return r.repeated(tx, one)
	}
	var resolved []int64
	if err == nil && one.opErr == nil {
		resolved, err = r.follow(tx, e)
	}
	if err != nil {
		return err
	}
	if err := c.append(ended, e.id, packIDs(resolved), micros(one.at), e.receipt, opErr, kind); err != nil {
		return err
	}
	brought := e.kind == providers.OpRestore || e.kind == providers.OpGone
	if back := one.restored; one.opErr == nil && brought && back.Ref != "" {
		if c != common {
			if err := common.append(restored, e.id, nil); err != nil {
				return err
			}
		}
		return keepRestored(tx, common, back, one.at)
	}
	return nil
}

// keepRestored records Keep for a file that is back and, if its hash is known, for its content, so that the file is
// kept under any name. It does not replace an earlier Keep of that content, because ClearOverrides would then revoke
// it.
func keepRestored(tx *sql.Tx, c *chain, back providers.Entry, at time.Time) error {
	err := setOverride(tx, c, back, Keep, at)
	if err != nil || back.SHA256 == ([sha256.Size]byte{}) {
		return err
	}
	of := Content{Size: back.Size, SHA256: back.SHA256}
	if before, err := scanOverride(tx.QueryRow(overrideOfContent, of.Size, of.SHA256[:])); err != nil ||
		before == Keep {
		return err
	}
	return setContentOverride(tx, c, of, Keep, at)
}

// open returns the open operation of that key, begun by this process or an earlier one. It returns sql.ErrNoRows if
// there is none.
func (r *recorder) open(tx *sql.Tx, key string) (e ending, err error) {
	if e, ok := r.begun[key]; ok {
		return e, nil
	}
	err = tx.Stmt(r.find).QueryRow(key).Scan(&e.id, &e.kind, &e.storage, &e.ref, &e.revision, &e.began, &e.receipt)
	return e, err
}

// follow updates the rows that depend on a done operation, and returns the trash operations that it resolves.
func (r *recorder) follow(tx *sql.Tx, e ending) (resolved []int64, err error) {
	var rows *sql.Rows
	switch {
	case e.kind == providers.OpTrash:
		_, err = tx.Stmt(r.forget).Exec(e.storage, e.ref, e.revision)
		return nil, err
	// Files that were trashed after OpEmpty began may still be in the bin.
	case e.kind == providers.OpEmpty:
		rows, err = tx.Stmt(r.empty).Query(e.id, e.storage, e.began)
	case len(e.receipt) > 0:
		rows, err = tx.Stmt(r.binned).Query(e.id, e.storage, e.receipt)
	default:
		return nil, nil
	}
	resolved, err = collect(rows, err, func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
	slices.Sort(resolved)
	return resolved, err
}

// repeated compares the record with the outcome that is already stored, and refuses the record if they differ.
func (r *recorder) repeated(tx *sql.Tx, one *record) error {
	var receipt []byte
	var opErr sql.NullString
	err := tx.Stmt(r.ended).QueryRow(one.key).Scan(&receipt, &opErr)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		one.refused = fmt.Errorf("operation %q: %w", one.key, fs.ErrNotExist)
	case err != nil:
		return err
	case opErr.Valid != (one.opErr != nil) || !opErr.Valid && string(receipt) != string(one.receipt):
		one.refused = fmt.Errorf("operation %q has ended otherwise before", one.key)
	}
	return nil
}
