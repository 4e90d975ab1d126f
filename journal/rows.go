package journal

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// scanner is a *sql.Row or the current row of *sql.Rows.
type scanner interface{ Scan(targets ...any) error }

// one is the row that a prepared statement looks up by its key. That takes
// microseconds: whether ctx has ended is seen before, and not watched meanwhile,
// for which database/sql and the driver would start a goroutine each.
func one(ctx context.Context, stmt *sql.Stmt, key ...any) scanner {
	if err := ctx.Err(); err != nil {
		return noRow{err}
	}
	return stmt.QueryRowContext(context.WithoutCancel(ctx), key...)
}

// noRow is a row that was not even asked for.
type noRow struct{ error }

func (r noRow) Scan(...any) error { return r.error }

// collect reads all rows; err is the query's.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fault(err)
	}
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, errors.Join(fault(err), rows.Close())
		}
		all = append(all, one)
	}
	return all, fault(errors.Join(rows.Err(), rows.Close()))
}

// pageSize is how many rows a page of pages has.
const pageSize = 100

// pages yields the rows of one page after another. No query is open while the
// caller has a row, however long that takes: an open one would keep SQLite from
// reusing its log. next gives the page after last; a short page is the end.
func pages[T any](ctx context.Context, next func(ctx context.Context, last *T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		for {
			page, err := next(ctx, last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range page {
				if !yield(one, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			last = &page[len(page)-1]
		}
	}
}
