package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Operation is one operation of the journal. It is open while Ended is zero, and then done, or failed with Err.
type Operation struct {
	Key string
	// Op is the intent as it was passed to Begin, with its times to the microsecond.
	Op      providers.Op
	Began   time.Time         // UTC
	Ended   time.Time         // UTC; zero: interrupted or running
	Receipt providers.Receipt // of a done trash: its receipt, "" until then; else as in Op
	Err     error             // errors.Is recognises the kinds of package providers

	// Sums are the hashes of a trashed file, as far as they were known. They are for reports: no line of the chain has
	// them.
	Sums providers.Hashes

	// Resolved is the kind of operation that later took a trashed file out of the bin: OpRestore, OpPurge or OpEmpty,
	// or OpGone if it is unknown. It is "" while the file is there.
	Resolved   providers.OpKind
	ResolvedAt time.Time

	// id orders the operations by their begin.
	id int64
}

// State returns "open", "done" or "failed".
func (o Operation) State() string {
	switch {
	case o.Ended.IsZero():
		return "open"
	case o.Err != nil:
		return "failed"
	}
	return "done"
}

// Filter selects operations that match every field that is set. The zero Filter selects all.
type Filter struct {
	Key     string
	Run     int64
	Storage string
	Path    string        // of a trash: the exact former path of the file
	Ref     providers.Ref // of a trash: the file's ref in its storage

	Open    bool // begun and not ended: to be finished after a crash
	InTrash bool // done trash operations whose files were neither restored nor purged since

	Newest bool // newest first; else in the order of their begin
}

// Operations returns the selected operations. The caller may stop at any time and write to the journal during the
// iteration.
func (j *Journal) Operations(ctx context.Context, f Filter) iter.Seq2[Operation, error] {
	return pages(ctx, func(ctx context.Context, last *Operation) ([]Operation, error) {
		query, args := f.query(last)
		rows, err := j.read.QueryContext(ctx, query, args...)
		return collect(rows, err, scanOperation)
	})
}

// query returns the query for the page after last. Values are always arguments and never part of the text.
func (f Filter) query(last *Operation) (string, []any) {
	var where []string
	var args []any
	is := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if f.Key != "" {
		is("o.key = $%d", f.Key)
	}
	if f.Run != 0 {
		is("o.run = $%d", f.Run)
	}
	if f.Storage != "" {
		is("o.storage = $%d", f.Storage)
	}
	if f.Path != "" {
		is("o.kind = 'trash' AND o.path = $%d", []byte(f.Path))
	}
	if f.Ref != "" {
		is("o.kind = 'trash' AND o.ref = $%d", []byte(f.Ref))
	}
	if f.Open {
		where = append(where, "o.ended IS NULL")
	}
	if f.InTrash {
		where = append(where, "o.kind = 'trash' AND o.ended IS NOT NULL AND o.error IS NULL AND o.resolved IS NULL")
	}
	after, order := "o.id > $%d", ""
	if f.Newest {
		after, order = "o.id < $%d", " DESC"
	}
	if last != nil {
		is(after, last.id)
	}
	return operationQuery + strings.Join(append([]string{"TRUE"}, where...), " AND ") +
		fmt.Sprintf(" ORDER BY o.id%s LIMIT %d", order, pageSize), args
}

// operationQuery returns the columns of scanOperation; r is the operation that resolved o. A condition follows
// it.
const operationQuery = `SELECT o.id, o.key, o.run, o.kind, o.storage,
	o.ref, o.revision, o.path, o.size, o.modified, o.created, o.weak,
	o.receipt, o.rule, o.reasons, o.approved, o.began, o.ended, o.error, o.error_kind, r.kind, r.ended,
	m.sha256, m.content_hash, m.checksum
	FROM operations o LEFT JOIN operations r ON r.id = o.resolved LEFT JOIN moved m ON m.operation = o.id WHERE `

// scanOperation reads a row of operationQuery. The error wraps ErrDamaged if the reasons cannot be decoded.
func scanOperation(row scanner) (Operation, error) {
	var o Operation
	var e entryScan
	var reasons string
	var began, ended, resolvedAt sql.NullInt64
	var failure, kind, resolved sql.NullString
	var sum, content, checksum []byte
	targets := append([]any{&o.id, &o.Key, &o.Op.Cause.Run, &o.Op.Kind, &o.Op.Storage}, e.targets()...)
	err := row.Scan(append(targets, &o.Receipt, &o.Op.Cause.Rule, &reasons, &o.Op.Cause.Approved, &began, &ended,
		&failure, &kind, &resolved, &resolvedAt, &sum, &content, &checksum)...)
	if err != nil {
		return Operation{}, err
	}
	if err := json.Unmarshal([]byte(reasons), &o.Op.Cause.Reasons); err != nil {
		return Operation{}, fmt.Errorf("%w: the reasons of operation %s: %w", ErrDamaged, o.Key, err)
	}
	o.Op.Entry, o.Began, o.Ended = e.entry(), moment(began), moment(ended)
	o.Sums = movedSums(o.id, sum, content, checksum)
	o.Resolved, o.ResolvedAt = providers.OpKind(resolved.String), moment(resolvedAt)
	// Until a trash is done it has no receipt. All others begin with the receipt that they are about.
	if o.Op.Kind != providers.OpTrash {
		o.Op.Receipt = o.Receipt
	}
	if failure.Valid {
		o.Err = &recordedError{failure.String, kinds()[kind.String]}
	}
	return o, nil
}

// movedSums returns the hashes of a row of table moved, or none if the checksum is wrong or there is no row.
func movedSums(operation int64, sum, content, checksum []byte) (h providers.Hashes) {
	if !sumInto(&h.SHA256, sum) || !sumInto(&h.ContentHash, content) || checksum == nil ||
		!bytes.Equal(checksum, checksumOf(movedValues(operation, h)...)) {
		return providers.Hashes{}
	}
	return h
}
