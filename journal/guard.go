package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
)

// guard lets nothing more be written once the record was found not to be relied
// on: what is written then no other process reads, or it is written to a record
// that lacks something.
type guard struct {
	place   *place   // nil for a temporary journal
	reserve *reserve // nil for a temporary journal
	lost    chan struct{}

	mu  sync.Mutex
	err error
}

func newGuard(p *place) *guard { return &guard{place: p, lost: make(chan struct{})} }

// transact is transact, after a look at whether the record is still itself.
func (g *guard) transact(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	if err := g.Err(); err != nil {
		return err
	}
	return g.judge(transact(ctx, db, func(tx *sql.Tx) error {
		if err := g.place.check(ctx, tx); err != nil {
			return err
		}
		return do(tx)
	}))
}

// sparing is transact, for which the reserve is given up where the disk is full.
func (g *guard) sparing(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	return g.reserve.spare(func() error { return g.transact(ctx, db, do) })
}

// judge returns err, and remembers the first for which the record is not to be
// relied on.
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

// Err is why the record was found not to be relied on, nil as long as it was not.
func (g *guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Lost is closed when the record was found not to be relied on while it was open:
// it was removed, replaced, put back or damaged. From then on every write gives
// the error that Err returns.
func (j *Journal) Lost() <-chan struct{} { return j.guard.lost }

// Err is why the journal is lost, nil as long as it is not.
func (j *Journal) Err() error { return j.guard.Err() }

// Intact looks whether the journal's files are still at their place, and returns
// Err.
func (j *Journal) Intact() error {
	if err := j.Err(); err != nil || j.guard.place == nil {
		return err
	}
	return j.guard.judge(j.guard.place.look())
}

// File identifies the journal's file, see the function File.
func (j *Journal) File() string {
	if j.guard.place == nil {
		return ""
	}
	return j.guard.place.file
}

// File identifies the file at path among all of this machine; "" where the system
// has no such thing. Two open journals with one File are one record.
func File(path string) (string, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return identity(fi), nil
}

// Unreliable reports whether err is of a record that is there, or should be, and
// cannot be relied on.
func Unreliable(err error) bool {
	for _, kind := range []error{ErrDamaged, ErrForeign, ErrVersion, ErrOlder, ErrMissing, ErrReplaced} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
