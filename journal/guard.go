package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"

	"github.com/sweepd/sweepd/internal/postgres"
)

// guard refuses all writes once the record was found to be unreliable: other processes would not read them, or the
// record lacks earlier ones.
type guard struct {
	place   *place   // nil for a temporary journal
	reserve *reserve // nil for a temporary journal
	// lost is closed when err is set.
	lost chan struct{}

	// mu guards err, the first error for which Unreliable is true.
	mu  sync.Mutex
	err error
}

// newGuard returns a guard of the files at p, which may be nil, without a reserve.
func newGuard(p *place) *guard { return &guard{place: p, lost: make(chan struct{})} }

// transact runs do in a transaction, after checking that the journal's files are in place. Once the record is
// unreliable, it returns the error of Err and begins no transaction.
func (g *guard) transact(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	if err := g.Err(); err != nil {
		return err
	}
	var err error
	for range tries {
		err = transact(ctx, db, func(tx *sql.Tx) error {
			if err := g.place.check(ctx, tx); err != nil {
				return err
			}
			return do(tx)
		})
		if !postgres.Repeatable(err) {
			break
		}
	}
	return g.judge(err)
}

// tries is how often a transaction is begun that the database ends in favour of another one.
const tries = 8

// sparing is like transact, but frees the reserve and retries if the disk is full.
func (g *guard) sparing(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	return g.reserve.spare(func() error { return g.transact(ctx, db, do) })
}

// judge returns err and stores the first one that makes the record unreliable. It then also closes lost.
func (g *guard) judge(err error) error {
	if !Unreliable(err) {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
		close(g.lost)
	}
	return err
}

// Err returns the reason for which the record is unreliable, or nil.
func (g *guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Lost returns a channel that is closed when the open record is found to be unreliable: it was removed, replaced,
// restored from a copy or damaged. From then on every write returns the error of Err.
func (j *Journal) Lost() <-chan struct{} { return j.guard.lost }

// Err returns the reason for which the journal is lost, or nil.
func (j *Journal) Err() error { return j.guard.Err() }

// Intact checks whether the journal's files are still in place, and returns Err.
func (j *Journal) Intact() error {
	if err := j.Err(); err != nil || j.guard.place == nil {
		return err
	}
	return j.guard.judge(j.guard.place.look())
}

// Shared reports whether the journal is in a database, where it is that of several machines: the same path in two of
// its storages need not be the same file.
func (j *Journal) Shared() bool { return j.id != "" }

// File returns the identity of the journal's file; see the function File.
func (j *Journal) File() string {
	if j.guard.place == nil {
		return j.id
	}
	return j.guard.place.file
}

// File returns the identity of the file at path on this machine, or "" if the system has none. Two open journals with
// the same File are one record.
func File(path string) (string, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return identity(fi), nil
}

// Unreliable reports whether err means that a record exists, or should exist, and cannot be relied on.
func Unreliable(err error) bool {
	for _, kind := range []error{ErrDamaged, ErrForeign, ErrVersion, ErrOlder, ErrMissing, ErrReplaced} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
