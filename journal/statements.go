package journal

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements limits the memory of the statements. The texts of all queries are fewer.
const maxStatements = 100

// reader is a pool of connections that read.
type reader struct {
	*sql.DB
	// most is the number of queries of which a statement is prepared, once on each connection: SQLite takes longer to
	// prepare most of them than to run them. It is 0 for PostgreSQL, whose driver keeps statements itself.
	most     int
	mu       sync.Mutex
	prepared map[string]*sql.Stmt // by query
}

// newReader returns a reader of an SQLite database.
func newReader(db *sql.DB) *reader {
	return &reader{DB: db, most: maxStatements, prepared: map[string]*sql.Stmt{}}
}

// statement returns the query as a prepared statement. ok is false if that was not possible. No lock is held while the
// database answers.
func (r *reader) statement(ctx context.Context, query string) (s *sql.Stmt, ok bool) {
	if s, ok, full := r.known(query); ok || full {
		return s, ok
	}
	s, err := r.PrepareContext(ctx, query)
	if err != nil {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first, ok := r.prepared[query]; ok { // another goroutine was faster
		_ = s.Close() // frees memory only
		return first, true
	}
	r.prepared[query] = s
	return s, true
}

// known returns the statement that was prepared for the query. full reports that no further ones are kept.
func (r *reader) known(query string) (s *sql.Stmt, ok, full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok = r.prepared[query]
	return s, ok, len(r.prepared) >= r.most
}

// QueryContext is that of sql.DB, with a statement that is prepared once.
func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s, ok := r.statement(ctx, query); ok {
		return s.QueryContext(ctx, args...)
	}
	return r.DB.QueryContext(ctx, query, args...) // which returns the error
}

// QueryRowContext is that of sql.DB, with a statement that is prepared once.
func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s, ok := r.statement(ctx, query); ok {
		return s.QueryRowContext(ctx, args...)
	}
	return r.DB.QueryRowContext(ctx, query, args...) // which returns the error
}

// one returns the row that a query looks up by its key. It checks ctx only before the query, which takes microseconds,
// because database/sql and the driver would each start a goroutine to watch ctx.
func (r *reader) one(ctx context.Context, query string, key ...any) scanner {
	if err := ctx.Err(); err != nil {
		return noRow{err}
	}
	return r.QueryRowContext(context.WithoutCancel(ctx), query, key...)
}

// noRow is the result of a query that was not run.
type noRow struct{ error }

// Scan returns the error for which the query was not run.
func (r noRow) Scan(...any) error { return r.error }
