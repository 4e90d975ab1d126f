package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/sweepd/sweepd/providers"
)

// Verify goes through the chain once, in one snapshot. It computes the hash of each line from the rows as they
// are now, so that a row that was changed since gives another hash. begun, ended, ofRun and verifyOverride return
// an error if the order or a reference is wrong, and count if there are rows that no line covers.

// Verify reads the whole record and compares it with the chain, line by line and in constant memory. It returns the
// number of lines. The error is a *BrokenError, which wraps ErrDamaged, if a line, an operation, an outcome, a run or
// a decision was changed, lost, added or moved.
func (j *Journal) Verify(ctx context.Context) (lines int64, err error) {
	tx, err := j.read.BeginTx(ctx, &j.d.snapshot)
	if err != nil {
		return 0, fmt.Errorf("verify journal %q: %w", j.name, fault(err))
	}
	lines, err = verifyIn(ctx, tx, j)
	if err = errors.Join(fault(err), ignoreDone(tx.Rollback())); err != nil {
		return 0, fmt.Errorf("verify journal %q: %w", j.name, err)
	}
	return lines, nil
}

// verifier follows the chain in one snapshot of the journal.
type verifier struct {
	ctx context.Context
	tx  *sql.Tx

	links, run, file, content, source, trashed *sql.Stmt

	line  int64 // the last verified line
	hash  digest
	space []byte

	// The counts of lines and of rows that need a line. If two that belong together differ at the end, count
	// reports a row without a line.
	lastOp, lastRun              int64 // the last ids in the order of their lines
	ops, opsEnded, opsToEnd      int64
	resolved, toResolve          int64
	runs, runsEnded, runsToEnd   int64
	filesStanding, contentsStand int64 // decisions that are still valid
	sourcesStand                 int64 // sources in their last state
}

// link is one line with the columns of its operation.
type link struct {
	line, subject int64
	event         string
	body, hash    []byte
	op            operationRow
}

// operationRow is a row of operations as SQLite returns it, or all nil.
type operationRow struct {
	begun                                                     [16]any
	begunLine, endedLine, receipt, ended, err, kind, resolved any
}

// linkQuery returns a page of lines in order, each with the operation that it is about; see dialect.links.
const linkQuery = `SELECT c.line, c.event, c.subject, c.body, c.hash,
	o.key, o.run, o.kind, o.storage, o.ref, o.revision, o.path, o.size, o.modified, o.created, o.weak,
	o.about, o.rule, o.reasons, o.approved, o.began,
	o.begun_line, o.ended_line, o.receipt, o.ended, o.error, o.error_kind, o.resolved
	FROM chain c LEFT JOIN operations o ON o.id = c.subject AND c.event IN ('begun', 'ended') %s
	WHERE %s c.line >= $1 ORDER BY c.line LIMIT $2`

// linksAtOnce is the number of lines in a page. No query is open while they are verified: a transaction of PostgreSQL
// has one at a time.
const linksAtOnce = 64

// targets returns the destinations for Scan, in the order of linkQuery.
func (l *link) targets() []any {
	o := &l.op
	all := []any{&l.line, &l.event, &l.subject, &l.body, &l.hash}
	for i := range o.begun {
		all = append(all, &o.begun[i])
	}
	return append(all, &o.begunLine, &o.endedLine, &o.receipt, &o.ended, &o.err, &o.kind, &o.resolved)
}

// Indexes of some columns in operationRow.begun.
const (
	opKind    = 2
	opStorage = 3
	opAbout   = 11
)

// prepare prepares the queries for the rows that lines are about.
func (v *verifier) prepare(d *dialect) (err error) {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&v.links, d.links},
		{&v.run, `SELECT kind, policy, began, ended, summary, error, ended_line FROM runs WHERE id = $1`},
		{&v.file, `SELECT line, ref, size, modified, revision, word, said FROM words WHERE id = $1`},
		{&v.content, `SELECT line, size, sha256, word, said FROM contents WHERE id = $1`},
		{&v.source, `SELECT line, ` + sourceColumns + ` FROM sources WHERE id = $1`},
		{&v.trashed, `SELECT kind, storage, receipt, error, ended_line, resolved FROM operations WHERE id = $1`},
	} {
		if *p.stmt, err = v.tx.PrepareContext(v.ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

// walk verifies every line of a chain. of is its storage where there are several.
func (v *verifier) walk(of ...any) error {
	var page [linksAtOnce]link
	var targets [linksAtOnce][]any
	for i := range page {
		targets[i] = page[i].targets()
	}
	// The first page also has lines that no writer numbers so.
	for next := int64(math.MinInt64); ; {
		n, err := v.read(append([]any{next, len(page)}, of...), targets[:])
		if err != nil {
			return err
		}
		for i := range page[:n] {
			if err := v.follow(&page[i]); err != nil {
				return err
			}
		}
		if n < len(page) {
			return nil
		}
		next = v.line + 1
	}
}

// read scans the page of lines that args selects, and returns how many there are.
func (v *verifier) read(args []any, targets [][]any) (n int, err error) {
	rows, err := v.links.QueryContext(v.ctx, args...)
	if err != nil {
		return 0, err
	}
	for err == nil && rows.Next() {
		err = rows.Scan(targets[n]...)
		n++
	}
	return n, errors.Join(err, rows.Err(), rows.Close())
}

// follow verifies the next line.
func (v *verifier) follow(l *link) error {
	if l.line != v.line+1 {
		return &BrokenError{v.line + 1, "the line is missing"}
	}
	var columns []any
	var err error
	switch l.event {
	case begun:
		columns, err = v.begun(l)
	case ended:
		columns, err = v.ended(l)
	case runBegun, runEnded:
		columns, err = v.ofRun(l)
	case fileOverridden:
		err = v.verifyOverride(l, v.file, 7, &v.filesStanding)
	case contentOverridden:
		err = v.verifyOverride(l, v.content, 5, &v.contentsStand)
	case restored, copied: // the line says it all
	case sourceSaid:
		err = v.verifyOverride(l, v.source, 8, &v.sourcesStand)
	default:
		err = l.broken("it tells of %q, which is unknown", l.event)
	}
	if err != nil {
		return err
	}
	v.hash, v.space = linked(v.hash, v.space, l.event, l.subject, l.body, columns...)
	if !bytes.Equal(v.hash[:], l.hash) {
		return l.broken("the line (%s), or what it is about, is not what was recorded", l.event)
	}
	v.line = l.line
	return nil
}

// broken returns a *BrokenError for this line.
func (l *link) broken(why string, args ...any) error {
	return &BrokenError{l.line, fmt.Sprintf(why, args...)}
}

// is reports whether two columns of any type are equal.
func is(a, b any) bool { return bytes.Equal(appendFields(nil, a), appendFields(nil, b)) }

// begun returns the columns of an operation that begins.
func (v *verifier) begun(l *link) ([]any, error) {
	o := &l.op
	switch {
	case l.subject <= v.lastOp:
		return nil, l.broken("operation %d is out of order", l.subject)
	case o.begunLine == nil:
		return nil, l.broken("operation %d is missing", l.subject)
	case !is(o.begunLine, l.line):
		return nil, l.broken("operation %d says that it began at another line", l.subject)
	case o.endedLine != nil:
		v.opsToEnd++
	case o.ended != nil || o.err != nil || o.kind != nil || !is(o.receipt, o.begun[opAbout]):
		return nil, l.broken("operation %d has an outcome that nobody recorded", l.subject)
	}
	if o.resolved != nil {
		v.toResolve++
	}
	v.lastOp = l.subject
	v.ops++
	return o.begun[:], nil
}

// ended returns the columns of an operation that ends. It returns an error unless each operation that it resolved
// refers to it.
func (v *verifier) ended(l *link) ([]any, error) {
	o := &l.op
	switch {
	case o.begunLine == nil:
		return nil, l.broken("operation %d is missing", l.subject)
	case !is(o.endedLine, l.line):
		return nil, l.broken("operation %d says that it ended at another line, or not at all", l.subject)
	case l.subject > v.lastOp:
		return nil, l.broken("operation %d ended before it began", l.subject)
	}
	ids, err := unpackIDs(l)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := v.resolves(l, id); err != nil {
			return nil, err
		}
	}
	v.opsEnded++
	return []any{o.ended, o.receipt, o.err, o.kind}, nil
}

// resolves returns an error unless the operation of l took the trashed file of id.
func (v *verifier) resolves(l *link, id int64) error {
	var kind, storage, receipt, failed, endedLine, resolved any
	err := v.trashed.QueryRowContext(v.ctx, id).Scan(&kind, &storage, &receipt, &failed, &endedLine, &resolved)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	before, _ := endedLine.(int64)
	o := &l.op
	justified := err == nil && o.err == nil && id < l.subject && before > 0 && before < l.line && failed == nil &&
		is(kind, string(providers.OpTrash)) && is(storage, o.begun[opStorage]) &&
		(is(o.begun[opKind], string(providers.OpEmpty)) || is(receipt, o.receipt))
	if !justified || !is(resolved, l.subject) {
		return l.broken("operation %d does not say that %d took its file from the bin", id, l.subject)
	}
	v.resolved++
	return nil
}

// unpackIDs returns the ids that packIDs wrote into the body of l.
func unpackIDs(l *link) (ids []int64, err error) {
	// last makes sure that the ids ascend.
	var last uint64
	for b := l.body; len(b) > 0; {
		id, n := binary.Uvarint(b)
		if n <= 0 || id <= last || id > 1<<62 {
			return nil, l.broken("its body is not a list of operations")
		}
		ids, last, b = append(ids, int64(id)), id, b[n:]
	}
	return ids, nil
}

// ofRun returns the columns of a run that begins or ends.
func (v *verifier) ofRun(l *link) ([]any, error) {
	var c [7]any
	err := v.run.QueryRowContext(v.ctx, l.subject).Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6])
	atBegin, atEnd, line := c[:3], c[3:6], c[6]
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, l.broken("run %d is missing", l.subject)
	case err != nil:
		return nil, err
	case l.event == runEnded && (!is(line, l.line) || l.subject > v.lastRun):
		return nil, l.broken("run %d says that it ended at another line, or not at all", l.subject)
	case l.event == runEnded:
		v.runsEnded++
		return atEnd, nil
	case l.subject <= v.lastRun:
		return nil, l.broken("run %d is out of order", l.subject)
	case line != nil:
		v.runsToEnd++
	case atEnd[0] != nil || atEnd[1] != nil || atEnd[2] != nil:
		return nil, l.broken("run %d has an end that nobody recorded", l.subject)
	}
	v.runs, v.lastRun = v.runs+1, l.subject
	return atBegin, nil
}

// verifyOverride returns an error unless the decision is still as in l or was replaced at a later line. The row has n
// columns, of which the first is the line.
func (v *verifier) verifyOverride(l *link, row *sql.Stmt, n int, standing *int64) error {
	columns, targets := make([]any, n), make([]any, n)
	for i := range columns {
		targets[i] = &columns[i]
	}
	err := row.QueryRowContext(v.ctx, l.subject).Scan(targets...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	line, _ := columns[0].(int64)
	switch {
	case line < l.line:
		return l.broken("the word is lost")
	case line == l.line && !bytes.Equal(appendFields(nil, columns[1:]...), l.body):
		return l.broken("the word is not what was said")
	case line == l.line:
		*standing++
	}
	return nil
}

// count returns an error if the journal has rows that no line covers.
func (v *verifier) count() error {
	if err := v.countOperations(`SELECT count(*) FROM operations`); err != nil {
		return err
	}
	return v.countDecisions()
}

// countOperations is count for operations, of which query returns the number.
func (v *verifier) countOperations(query string, of ...any) error {
	err := v.told("operations", v.ops, query, of...)
	switch {
	case err != nil:
	case v.opsEnded != v.opsToEnd:
		err = &BrokenError{
			Why: fmt.Sprintf("%d operations have ended, and the chain tells of %d", v.opsToEnd, v.opsEnded),
		}
	case v.resolved != v.toResolve:
		err = &BrokenError{Why: fmt.Sprintf("%d trashed files were taken from the bin, and the chain tells of %d",
			v.toResolve, v.resolved)}
	}
	return err
}

// countDecisions is count for all but operations.
func (v *verifier) countDecisions() error {
	for _, c := range []struct {
		what, table string
		told        int64
	}{
		{"runs", "runs", v.runs},
		{"words on files", "words", v.filesStanding},
		{"words on contents", "contents", v.contentsStand},
		{"sources of pictures", "sources", v.sourcesStand},
	} {
		if err := v.told(c.what, c.told, "SELECT count(*) FROM "+c.table); err != nil {
			return err
		}
	}
	if v.runsEnded != v.runsToEnd {
		return &BrokenError{Why: fmt.Sprintf("%d runs have ended, and the chain tells of %d", v.runsToEnd, v.runsEnded)}
	}
	return nil
}

// told returns an error if there are more or fewer rows, by the query, than the lines are about.
func (v *verifier) told(what string, told int64, query string, of ...any) error {
	var there int64
	if err := v.tx.QueryRowContext(v.ctx, query, of...).Scan(&there); err != nil {
		return err
	}
	if there != told {
		return &BrokenError{Why: fmt.Sprintf("there are %d %s, and the chain tells of %d", there, what, told)}
	}
	return nil
}
