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

	"sweepd/providers"
)

// Begin makes the intent durable; see providers.Recorder. After an error
// nothing may be moved: whether the intent is on the disk is not known, and it
// does no harm there.
func (j *Journal) Begin(ctx context.Context, op providers.Op) (string, error) {
	reasons, err := json.Marshal(op.Cause.Reasons)
	if err != nil {
		return "", err
	}
	key := j.keys.next()
	args := append([]any{key, op.Cause.Run, string(op.Kind), op.Storage}, entryValues(op.Entry)...)
	args = append(args, []byte(op.Receipt), text(op.Cause.Rule), string(reasons), op.Cause.Approved)
	e := ending{kind: op.Kind, storage: op.Storage, ref: []byte(op.Entry.Ref), revision: []byte(op.Entry.Revision), receipt: []byte(op.Receipt)}
	return key, j.record(ctx, &record{intent: args, key: key, op: e})
}

// End makes the outcome durable; see providers.Recorder. A done restore, purge,
// empty or gone also resolves the trash operation that gave its receipt, and
// what was trashed is no longer among the Records; a file that is back, by an
// undo or by another program, is one to Keep as it is, because a person wanted
// it, and so is its content if Restored has its SHA-256. Ending an operation once more
// with the same outcome is no error; with another it is, and the first stands.
// An unknown key: fs.ErrNotExist.
func (j *Journal) End(ctx context.Context, key string, o providers.Outcome) error {
	out := &record{key: key, receipt: []byte(o.Receipt), restored: o.Restored, opErr: o.Err}
	return j.record(context.WithoutCancel(ctx), out)
}

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

// record is a row of an operation to write: an intent, or an outcome.
type record struct {
	at time.Time

	intent []any // of Begin: the columns up to reasons; nil for an outcome

	op ending // of Begin, as far as it is known

	key      string
	receipt  []byte
	restored providers.Entry
	opErr    error

	refused error // why this one was not written though the batch was
}

// recorder writes records through statements that were prepared once.
type recorder struct {
	db    *sql.DB
	chain *chainer

	begin, end, find, ended, binned, empty, resolve, forget *sql.Stmt

	begun map[string]ending // by key: what this process began and has not ended
}

func newRecorder(ctx context.Context, db *sql.DB, c *chainer) (*recorder, error) {
	r := &recorder{db: db, chain: c, begun: map[string]ending{}}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&r.begin, `INSERT INTO operations (key, run, kind, storage, ` + entryColumns + `,
			about, rule, reasons, approved, began, begun_line, receipt)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $12)`},
		{&r.end, `UPDATE operations SET ended = $3, receipt = COALESCE($4, receipt), error = $5, error_kind = $6, ended_line = $7
			WHERE id = $1 AND key = $2 AND ended IS NULL`},
		{&r.find, `SELECT id, kind, storage, ref, revision, began, receipt FROM operations WHERE key = $1 AND ended IS NULL`},
		{&r.ended, `SELECT receipt, error FROM operations WHERE key = $1`},
		{&r.binned, `SELECT id FROM operations WHERE storage = $2 AND receipt = $3 AND id < $1
			AND kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL`},
		{&r.empty, `SELECT id FROM operations WHERE storage = $2 AND ended <= $3 AND id < $1
			AND kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL`},
		{&r.resolve, `UPDATE operations SET resolved = $1 WHERE id = $2`},
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
		for _, one := range batch {
			if err := r.put(tx, c, one); err != nil {
				return err
			}
		}
		return nil
	})
	for _, one := range batch {
		if one.intent == nil || err != nil {
			delete(r.begun, one.key)
		}
	}
	return err
}

func (r *recorder) put(tx *sql.Tx, c *chain, one *record) error {
	if one.intent == nil {
		return r.putOutcome(tx, c, one)
	}
	columns := append(one.intent, micros(one.at))
	res, err := tx.Stmt(r.begin).Exec(append(columns, c.next())...)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	one.op.id, one.op.began = id, one.at.UnixMicro()
	r.begun[one.key] = one.op
	return c.append(begun, id, nil, columns...)
}

// ending is the operation whose outcome is written.
type ending struct {
	id            int64
	kind          providers.OpKind
	storage       string
	ref, revision []byte
	began         int64
	receipt       []byte // of what it is about; of a done one, what came of it
}

func (r *recorder) putOutcome(tx *sql.Tx, c *chain, one *record) error {
	e, err := r.open(tx, one.key)
	var receipt, opErr, kind any
	if one.opErr == nil {
		receipt, e.receipt = one.receipt, one.receipt
	} else {
		opErr, kind = text(one.opErr.Error()), kindOf(one.opErr)
	}
	var res sql.Result
	if err == nil {
		res, err = tx.Stmt(r.end).Exec(e.id, one.key, micros(one.at), receipt, opErr, kind, c.next())
	}
	var rows int64
	if err == nil {
		rows, err = res.RowsAffected()
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && rows == 0 {
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
		return keepRestored(tx, c, back, one.at)
	}
	return nil
}

// keepRestored says Keep of a file that is back and, where its hash is known, of
// its content, so that the file stays under any name. What a person said of that
// content before stands as it was said: to forget the file does not take it back.
func keepRestored(tx *sql.Tx, c *chain, back providers.Entry, at time.Time) error {
	err := say(tx, c, back, Keep, at)
	if err != nil || back.SHA256 == ([sha256.Size]byte{}) {
		return err
	}
	of := Content{Size: back.Size, SHA256: back.SHA256}
	if before, err := scanWord(tx.QueryRow(wordOfContent, of.Size, of.SHA256[:])); err != nil || before == Keep {
		return err
	}
	return sayOf(tx, c, of, Keep, at)
}

// open is the operation as it was begun: by this process, or by one before.
// sql.ErrNoRows: there is none that is open.
func (r *recorder) open(tx *sql.Tx, key string) (e ending, err error) {
	if e, ok := r.begun[key]; ok {
		return e, nil
	}
	err = tx.Stmt(r.find).QueryRow(key).Scan(&e.id, &e.kind, &e.storage, &e.ref, &e.revision, &e.began, &e.receipt)
	return e, err
}

// follow writes what a done operation means for other rows, and returns the
// trash operations that it resolves.
func (r *recorder) follow(tx *sql.Tx, e ending) (resolved []int64, err error) {
	var rows *sql.Rows
	switch {
	case e.kind == providers.OpTrash:
		_, err = tx.Stmt(r.forget).Exec(e.storage, e.ref, e.revision)
		return nil, err
	case e.kind == providers.OpEmpty: // what came in while it ran may still be there
		rows, err = tx.Stmt(r.empty).Query(e.id, e.storage, e.began)
	case len(e.receipt) > 0:
		rows, err = tx.Stmt(r.binned).Query(e.id, e.storage, e.receipt)
	default:
		return nil, nil
	}
	resolved, err = collect(rows, err, func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
	slices.Sort(resolved)
	for _, id := range resolved {
		if err == nil {
			_, err = tx.Stmt(r.resolve).Exec(e.id, id)
		}
	}
	return resolved, err
}

// repeated looks at the outcome that is there already, or refuses the record.
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
