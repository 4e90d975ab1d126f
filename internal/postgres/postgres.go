// Package postgres opens connections to a PostgreSQL server that never wait without end: neither for a server that
// has stopped answering, nor with a lock for a client that has.
package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// Limits bound the waits of a connection. All are required.
type Limits struct {
	Answer    time.Duration // the client's: for the next bytes of an answer, also from a server that is frozen
	Statement time.Duration // the server's: for one statement
	Lock      time.Duration // the server's: for one lock
	Idle      time.Duration // the server's: between two statements of a transaction
}

// IsDSN reports whether s is the address of a database: postgres://... or postgresql://... It is no path of a file.
func IsDSN(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// Text returns s as valid UTF-8 without NUL: PostgreSQL stores no other text.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// Database is where connections lead.
type Database struct {
	// Name is the address without the user, the password and the options, for messages.
	Name   string
	config *pgx.ConnConfig
}

// Parse returns the database of an address. The parts that the address lacks come from the variables and files of
// libpq: see https://www.postgresql.org/docs/current/libpq-envars.html. The error never has the password.
func Parse(dsn string) (*Database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the address of the database: %w", err)
	}
	return &Database{fmt.Sprintf("postgres://%s/%s", config.Host, config.Database), config}, nil
}

// Connector returns what database/sql opens connections with. A session that only reads can change nothing.
func (d *Database) Connector(readOnly bool, l Limits) driver.Connector {
	c := d.config.Copy()
	limit(c, readOnly, l)
	return stdlib.GetConnector(*c)
}

// Pool returns a pool of at most that many connections, for writes that a crash of the server may undo: a commit
// returns before it is on disk. No connection is opened yet.
func (d *Database) Pool(ctx context.Context, most int32, l Limits) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(d.config.ConnString())
	if err != nil {
		return nil, fmt.Errorf("the address of the database: %w", err)
	}
	c.MaxConns = most
	c.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	limit(c.ConnConfig, false, l)
	return pgxpool.NewWithConfig(ctx, c)
}

// limit sets the limits of a session.
func limit(c *pgx.ConnConfig, readOnly bool, l Limits) {
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &patient{Conn: conn, patience: l.Answer}, nil
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = l.Answer
	}
	for name, value := range map[string]string{
		"application_name":                    "sweepd",
		"client_encoding":                     "UTF8",
		"default_transaction_isolation":       "read committed",
		"default_transaction_read_only":       map[bool]string{true: "on", false: "off"}[readOnly],
		"statement_timeout":                   millis(l.Statement),
		"lock_timeout":                        millis(l.Lock),
		"idle_in_transaction_session_timeout": millis(l.Idle),
		// The server ends a query whose client is gone, and with it the locks.
		"client_connection_check_interval": millis(l.Lock),
	} {
		c.RuntimeParams[name] = value
	}
	// A server may be set up to lose the last commits in a crash. Only the address itself can ask for that.
	if c.RuntimeParams["synchronous_commit"] == "" {
		c.RuntimeParams["synchronous_commit"] = "on"
	}
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// patient is a connection that is closed if the server takes or sends nothing for that long. A context would bound a
// query only where the caller passes one that ends.
//
// pgx reads in the background when a write is slow, and on a busy machine such a read stays behind on a connection that
// nobody uses. So a write starts the time of pending reads anew, and a connection that ended itself closes in order.
// When pgx gives a connection up, it reads to its end, also beside such a read.
type patient struct {
	net.Conn
	patience time.Duration
	tired    atomic.Bool

	mu      sync.Mutex
	pending map[*time.Timer]bool // each ends a Read under way
}

// Read is net.Conn's.
func (p *patient) Read(b []byte) (int, error) {
	end := time.AfterFunc(p.patience, p.tire)
	p.mu.Lock()
	if p.pending == nil {
		p.pending = map[*time.Timer]bool{}
	}
	p.pending[end] = true
	p.mu.Unlock()
	n, err := p.Conn.Read(b)
	p.mu.Lock()
	delete(p.pending, end)
	end.Stop()
	p.mu.Unlock()
	return n, p.explain(err)
}

// Write is net.Conn's.
func (p *patient) Write(b []byte) (int, error) {
	p.mu.Lock()
	for end := range p.pending {
		end.Reset(p.patience)
	}
	p.mu.Unlock()
	end := time.AfterFunc(p.patience, p.tire)
	n, err := p.Conn.Write(b)
	end.Stop()
	return n, p.explain(err)
}

// Close is net.Conn's. It returns nil for a connection that is closed already.
func (p *patient) Close() error {
	if err := p.Conn.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (p *patient) tire() {
	p.tired.Store(true)
	_ = p.Close() // the error of the call that it ends says why
}

func (p *patient) explain(err error) error {
	if err != nil && p.tired.Load() {
		return fmt.Errorf("no answer for %s: %w", p.patience, os.ErrDeadlineExceeded)
	}
	return err
}

// Code returns the SQLSTATE of an error of the server, or "": see
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func Code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// Unreachable reports whether err means that the server could not be asked, or that its answer was lost: it may or may
// not have done what it was asked.
func Unreachable(err error) bool {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, driver.ErrBadConn), errors.Is(err, net.ErrClosed):
		return true
	}
	switch code := Code(err); {
	// Class 08 is a lost connection, class 57 a server that ends: 57P01 to 57P05.
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), code == "25P03", code == "53300":
		return true
	case code != "":
		return false
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	return refused || network || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// Repeatable reports whether err ended a transaction that can be run again: a deadlock, or a conflict of two
// serializable ones.
func Repeatable(err error) bool {
	code := Code(err)
	return code == "40P01" || code == "40001"
}
