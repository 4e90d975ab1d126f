package journal

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// queries is a database or a transaction.
type queries interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is a *sql.Row or the current row of *sql.Rows.
type scanner interface{ Scan(targets ...any) error }

// collect returns the scanned rows. err is the error of the query. It closes rows, and returns no rows with an
// error.
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

// pageSize is the number of rows in a page of pages.
const pageSize = 100

// pages yields the rows of one page after another. No query is open while the caller handles a row, because an open
// query prevents SQLite from reusing its log. next returns the page after last; a short page is the last.
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
