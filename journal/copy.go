package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// A copy has the same rows, and chains of its own: a file has one chain, and a database one for each storage, so that
// no line can have the same number and hash. The first line of the chain "" has the ends of the source's chains. All
// others are computed from the copied rows, in the order of the source; the lines of several chains have no order among
// each other, except that operations begin in the order of their IDs. Both records are verified from their first line.

// copied begins the chain of a copy. The body has the ends of the chains of its source, by storage.
const copied = "copied"

// copiedTables returns the tables of which every row is copied, those first to which others refer.
func copiedTables() []string {
	return []string{
		"runs", "operations", "moved", "matches", "seen", "cursors", "again", "found", "binned", "words", "contents",
		"clocks", "lately", "sources", "known", "looks", "uploads", "verified",
	}
}

// Copy copies a journal to a place where there is none: from a file to a PostgreSQL database, or back. It returns the
// number of lines of the copy. It leases every storage of the source, so that nobody sweeps meanwhile, and returns a
// *LeasedError if somebody does. Both records are verified. The copy appears whole or not at all; fs.ErrExist is
// returned if the target has a record.
func Copy(ctx context.Context, from, to string, o Options) (lines int64, err error) {
	if !postgres.IsDSN(from) {
		if _, err := os.Stat(from); err != nil { // Open would make it
			return 0, fmt.Errorf("copy a journal: %w", err)
		}
	}
	src, err := Open(ctx, from, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	release, err := src.leaseAll(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	dst, err := Open(ctx, to, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if lines, err = copyJournal(ctx, src, dst); err != nil {
		return 0, fmt.Errorf("copy %q to %q: %w", src.name, dst.name, err)
	}
	return lines, nil
}

// leaseAll leases every storage, the limits and the service.
func (j *Journal) leaseAll(ctx context.Context) (release func() error, err error) {
	storages, err := j.storages(ctx, j.read)
	var held []func() error
	release = func() (err error) {
		for _, r := range held {
			err = errors.Join(err, r())
		}
		return err
	}
	for _, storage := range append(storages, limitsLease, "(service)") {
		if err != nil {
			break
		}
		var r func() error
		if r, err = j.Lease(ctx, storage, "copy"); err == nil {
			held = append(held, r)
		}
	}
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return release, nil
}

// storages returns the storages of which the journal has any row.
func (j *Journal) storages(ctx context.Context, db queries) ([]string, error) {
	var parts []string
	for _, table := range []string{"operations", "matches", "seen", "cursors", "again", "binned", "looks"} {
		parts = append(parts, "SELECT storage FROM "+table)
	}
	rows, err := db.QueryContext(ctx, strings.Join(parts, " UNION ")+" ORDER BY 1")
	return collect(rows, err, func(row scanner) (storage string, err error) { return storage, row.Scan(&storage) })
}

// copyJournal copies one snapshot of src to dst.
func copyJournal(ctx context.Context, src, dst *Journal) (lines int64, err error) {
	from, err := src.read.BeginTx(ctx, &src.d.snapshot)
	if err != nil {
		return 0, fault(err)
	}
	defer func() { err = errors.Join(err, ignoreDone(from.Rollback())) }()
	if lines, err = verifyIn(ctx, from, src); err != nil {
		return 0, err
	}
	ends, err := src.ends(ctx, from)
	if err != nil {
		return 0, err
	}
	storages, err := src.storages(ctx, from)
	if err != nil {
		return 0, err
	}
	err = dst.chain.transact(ctx, dst.write, func(tx *sql.Tx, c *chain) error {
		if c.open != nil {
			if err := c.open.lock(ctx, tx, append(storages, "")...); err != nil {
				return err
			}
		}
		w := &copying{ctx: ctx, src: src, dst: dst, from: from, tx: tx, c: c}
		if err := w.do(ends); err != nil {
			return err
		}
		lines, err = verifyIn(ctx, tx, dst)
		return err
	})
	if err != nil {
		return 0, err
	}
	now, err := src.ends(ctx, src.read)
	if err == nil && string(now) != string(ends) {
		err = errors.New("the source has changed meanwhile: remove the copy, and stop whatever uses the source")
	}
	return lines, err
}

// verifyIn is Verify in a transaction.
func verifyIn(ctx context.Context, tx *sql.Tx, j *Journal) (lines int64, err error) {
	v := verifier{ctx: ctx, tx: tx}
	if err = v.prepare(j.d); err == nil && !j.Shared() {
		err = v.walk()
		lines = v.line
	} else if err == nil {
		lines, err = v.walkAll()
	}
	if err == nil {
		err = v.count()
	}
	if err == nil {
		err = walkKnown(ctx, tx, func(int64, known.Picture) bool { return true })
	}
	return lines, err
}

// ends returns the ends of the chains as JSON.
func (j *Journal) ends(ctx context.Context, db queries) ([]byte, error) {
	query := `SELECT '', line, lower(hex(hash)) FROM chain ORDER BY line DESC LIMIT 1`
	if j.leases != nil {
		query = `SELECT storage, line, encode(hash, 'hex') FROM leases WHERE line > 0`
	}
	ends := map[string]head{}
	rows, err := db.QueryContext(ctx, query)
	_, err = collect(rows, err, func(row scanner) (_ struct{}, err error) {
		var storage string
		var h head
		err = row.Scan(&storage, &h.Lines, &h.Hash)
		ends[storage] = h
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(ends)
}

// copying is a copy under way.
type copying struct {
	ctx      context.Context
	src, dst *Journal
	from, tx *sql.Tx
	c        *chain
}

// do copies the rows and then the lines.
func (w *copying) do(ends []byte) error {
	for _, table := range append(copiedTables(), "chain") {
		var n int64
		if table == "verified" { // its row comes with the table
			continue
		}
		if err := w.tx.QueryRowContext(w.ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("the target has a record: %w", fs.ErrExist)
		}
	}
	if _, err := w.tx.ExecContext(w.ctx, "DELETE FROM verified"); err != nil {
		return err
	}
	for _, table := range copiedTables() {
		if err := w.rows(table); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	if err := w.resolve(); err != nil {
		return err
	}
	if err := w.c.append(copied, 0, ends); err != nil {
		return err
	}
	if err := w.lines(); err != nil {
		return err
	}
	if w.c.open == nil {
		return nil
	}
	if err := w.c.open.flush(w.ctx, w.tx); err != nil {
		return err
	}
	for _, table := range []string{"operations", "words", "contents", "uploads"} {
		_, err := w.tx.ExecContext(w.ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', 'id'),
			coalesce(max(id), 1), max(id) IS NOT NULL) FROM %[1]s`, table))
		if err != nil {
			return err
		}
	}
	return nil
}

// rows copies a table. It leaves out the operation that resolves another one, which may come later.
func (w *copying) rows(table string) error {
	order := ""
	if table == "operations" || table == "runs" {
		order = " ORDER BY id"
	}
	rows, err := w.from.QueryContext(w.ctx, "SELECT * FROM "+table+order)
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if err != nil {
		return errors.Join(err, rows.Close())
	}
	insert, take, err := w.insert(table, columns)
	var n int64
	for err == nil && rows.Next() {
		values := make([]any, len(take))
		targets := make([]any, len(take))
		for i := range values {
			targets[i] = &values[i]
		}
		if err = rows.Scan(targets...); err != nil {
			break
		}
		var kept []any
		for i, v := range values {
			if b, ok := v.([]byte); ok && b == nil { // no bytes, which pgx would store as NULL
				v = []byte{}
			}
			if take[i] {
				kept = append(kept, v)
			}
		}
		_, err = insert.ExecContext(w.ctx, kept...)
		n++
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return err
	}
	var there int64
	if err := w.tx.QueryRowContext(w.ctx, "SELECT count(*) FROM "+table).Scan(&there); err != nil || there != n {
		return errors.Join(err, fmt.Errorf("%d rows of %d are there", there, n))
	}
	return insert.Close()
}

// insert prepares the statement that writes the rows, and reports which of the columns it takes.
func (w *copying) insert(table string, columns []string) (_ *sql.Stmt, take []bool, err error) {
	var names, places []string
	for _, name := range columns {
		own := table == "operations" && (name == "epoch" || name == "resolved")
		take = append(take, !own)
		if !own {
			names, places = append(names, name), append(places, fmt.Sprintf("$%d", len(places)+1))
		}
	}
	if table == "operations" && w.dst.leases != nil { // under no lease of the copy
		names, places = append(names, "epoch"), append(places, "0")
	}
	stmt, err := w.tx.PrepareContext(w.ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table,
		strings.Join(names, ", "), strings.Join(places, ", ")))
	return stmt, take, err
}

// resolve copies what operations are resolved by.
func (w *copying) resolve() error {
	stmt, err := w.tx.PrepareContext(w.ctx, `UPDATE operations SET resolved = $1 WHERE id = $2`)
	if err != nil {
		return err
	}
	rows, err := w.from.QueryContext(w.ctx, `SELECT id, resolved FROM operations WHERE resolved IS NOT NULL`)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		var id, by int64
		if err = rows.Scan(&id, &by); err == nil {
			_, err = stmt.ExecContext(w.ctx, by, id)
		}
	}
	return errors.Join(err, rows.Err(), rows.Close(), stmt.Close())
}

// The lines of a source in the order of its copy, each with the columns of the operation that it is about.
const (
	linesOfFile = `SELECT coalesce(o.storage, ''), c.event, c.subject, c.body, ` + lineColumns + `
		FROM chain c LEFT JOIN operations o ON o.id = c.subject AND c.event IN ('begun', 'ended') ORDER BY c.line`
	// After each line of a storage follow those up to its next operation.
	linesOfDatabase = `SELECT c.storage, c.event, c.subject, c.body, ` + lineColumns + ` FROM (
		SELECT *, max(CASE WHEN event = 'begun' THEN subject ELSE 0 END)
			OVER (PARTITION BY storage ORDER BY line) AS last
		FROM chain) c LEFT JOIN operations o ON o.id = c.subject AND c.event IN ('begun', 'ended')
		ORDER BY c.storage <> '', CASE WHEN c.storage = '' THEN 0 ELSE c.last END, c.storage, c.line`
	lineColumns = `o.key, o.run, o.kind, o.storage, o.ref, o.revision, o.path, o.size, o.modified, o.created, o.weak,
		o.about, o.rule, o.reasons, o.approved, o.began, o.receipt, o.ended, o.error, o.error_kind`
)

// lines appends the lines of the source to the chains of the copy.
func (w *copying) lines() error {
	query := linesOfFile
	if w.src.leases != nil {
		query = linesOfDatabase
	}
	set, err := w.setters()
	if err != nil {
		return err
	}
	run, err := w.tx.PrepareContext(w.ctx,
		`SELECT kind, policy, began, ended, summary, error FROM runs WHERE id = $1`)
	if err != nil {
		return err
	}
	rows, err := w.from.QueryContext(w.ctx, query)
	if err != nil {
		return err
	}
	var before link
	for err == nil && rows.Next() {
		var l link
		var storage string
		o := &l.op
		targets := []any{&storage, &l.event, &l.subject, &l.body}
		for i := range o.begun {
			targets = append(targets, &o.begun[i])
		}
		if err = rows.Scan(append(targets, &o.receipt, &o.ended, &o.err, &o.kind)...); err == nil {
			err = w.line(storage, &l, &before, run, set[l.event])
		}
		before = l
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// line appends one line. set stores its number in the row that it is about; nil if none has it.
func (w *copying) line(storage string, l, before *link, run, set *sql.Stmt) error {
	c, o := w.c.of(storage), &l.op
	var columns []any
	switch l.event {
	case begun:
		columns = o.begun[:]
	case ended:
		columns = []any{o.ended, o.receipt, o.err, o.kind}
	case runBegun, runEnded:
		var all [6]any
		err := run.QueryRowContext(w.ctx, l.subject).Scan(&all[0], &all[1], &all[2], &all[3], &all[4], &all[5])
		if err != nil {
			return err
		}
		if columns = all[:3]; l.event == runEnded {
			columns = all[3:]
		}
	case fileOverridden:
		// See restored: in a file the outcome itself is the line before.
		if c.open != nil && before.event == ended && before.op.err == nil &&
			slices.Contains([]any{string(providers.OpRestore), string(providers.OpGone)}, before.op.begun[opKind]) {
			if err := c.append(restored, before.subject, nil); err != nil {
				return err
			}
		}
	}
	if set != nil {
		if _, err := set.ExecContext(w.ctx, c.next(), l.subject); err != nil {
			return err
		}
	}
	return c.append(l.event, l.subject, l.body, columns...)
}

// setters returns the statements that store the number of a line, by its event.
func (w *copying) setters() (map[string]*sql.Stmt, error) {
	set := map[string]*sql.Stmt{}
	for event, column := range map[string]string{
		begun: "operations SET begun_line", ended: "operations SET ended_line", runEnded: "runs SET ended_line",
		fileOverridden: "words SET line", contentOverridden: "contents SET line", sourceSaid: "sources SET line",
	} {
		var err error
		if set[event], err = w.tx.PrepareContext(w.ctx, "UPDATE "+column+" = $1 WHERE id = $2"); err != nil {
			return nil, err
		}
	}
	return set, nil
}
