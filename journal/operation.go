package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"sweepd/providers"
)

// Operation is one operation as the journal has it: open while Ended is zero,
// then done, or failed with Err.
type Operation struct {
	Key     string
	Op      providers.Op
	Began   time.Time         // UTC
	Ended   time.Time         // UTC; zero: it was interrupted, or is under way
	Receipt providers.Receipt // of a trash: what came of it, "" until then; else as in Op
	Err     error             // errors.Is knows it by the kinds of package providers

	// Resolved is what later took a trashed file out of the bin: OpRestore,
	// OpPurge or OpEmpty, or OpGone where that is not known; "" while it is
	// there.
	Resolved   providers.OpKind
	ResolvedAt time.Time

	id int64
}

// State is "open", "done" or "failed".
func (o Operation) State() string {
	switch {
	case o.Ended.IsZero():
		return "open"
	case o.Err != nil:
		return "failed"
	}
	return "done"
}

// Filter chooses operations: those that fulfil every field that is set. The
// zero Filter chooses all.
type Filter struct {
	Key     string
	Run     int64
	Storage string
	Path    string        // of a trash: where the file was, exactly
	Ref     providers.Ref // of a trash: what its storage called the file

	Open    bool // begun and not ended: what is to be finished after a crash
	InTrash bool // trash operations that were done, neither restored nor purged since

	Newest bool // newest first; else in the order in which they began
}

// Operations are those that f chooses. It may be broken off at any time, and
// the journal may be written to between one operation and the next.
func (j *Journal) Operations(ctx context.Context, f Filter) iter.Seq2[Operation, error] {
	return pages(ctx, func(ctx context.Context, last *Operation) ([]Operation, error) {
		query, args := f.query(last)
		rows, err := j.read.QueryContext(ctx, query, args...)
		return collect(rows, err, scanOperation)
	})
}

// query selects the page after last.
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

const operationQuery = `SELECT o.id, o.key, o.run, o.kind, o.storage,
	o.ref, o.revision, o.path, o.size, o.modified, o.created, o.weak,
	o.receipt, o.rule, o.reasons, o.approved, o.began, o.ended, o.error, o.error_kind, r.kind, r.ended
	FROM operations o LEFT JOIN operations r ON r.id = o.resolved WHERE `

func scanOperation(row scanner) (Operation, error) {
	var o Operation
	var e entryScan
	var reasons string
	var began, ended, resolvedAt sql.NullInt64
	var failure, kind, resolved sql.NullString
	targets := append([]any{&o.id, &o.Key, &o.Op.Cause.Run, &o.Op.Kind, &o.Op.Storage}, e.targets()...)
	err := row.Scan(append(targets, &o.Receipt, &o.Op.Cause.Rule, &reasons, &o.Op.Cause.Approved, &began, &ended,
		&failure, &kind, &resolved, &resolvedAt)...)
	if err != nil {
		return Operation{}, err
	}
	if err := json.Unmarshal([]byte(reasons), &o.Op.Cause.Reasons); err != nil {
		return Operation{}, fmt.Errorf("%w: the reasons of operation %s: %w", ErrDamaged, o.Key, err)
	}
	o.Op.Entry, o.Began, o.Ended = e.entry(), moment(began), moment(ended)
	o.Resolved, o.ResolvedAt = providers.OpKind(resolved.String), moment(resolvedAt)
	if o.Op.Kind != providers.OpTrash {
		o.Op.Receipt = o.Receipt
	}
	if failure.Valid {
		o.Err = &recordedError{failure.String, kinds()[kind.String]}
	}
	return o, nil
}
