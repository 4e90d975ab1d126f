package journal

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/postgres"
)

// terms are the times of a journal in PostgreSQL.
type terms struct {
	lease time.Duration // a lease lasts so long
	renew time.Duration // it is renewed so often; a renewal may take as long
	// margin is how long before its end the holder gives a lease up by itself: from then on it begins no call. The
	// lease is free grace after its end. A call that was begun before has both times to be carried out.
	grace, margin time.Duration
	// elapsed returns a time that grows also while the machine sleeps.
	elapsed func() time.Duration
	postgres.Limits
}

// standardTerms are those of leases that last so long; 0: a minute.
func standardTerms(lease time.Duration) terms {
	lease = cmp.Or(lease, time.Minute)
	return terms{
		lease: lease, renew: lease / 3, grace: lease / 4, margin: lease / 6,
		elapsed: elapsed,
		Limits: postgres.Limits{
			Answer: 35 * time.Second, Statement: 30 * time.Second, Lock: 10 * time.Second, Idle: 5 * time.Second,
		},
	}
}

// leases are the leases that one process has. The database's clock decides, and a lease has an epoch, which is asked in
// each transaction that records an intent: a process that was stopped, or cut off, and has lost its lease without
// noticing can record none.
type leases struct {
	// db is not the connection that writes, so that a long transaction does not delay a renewal.
	db    *sql.DB
	terms terms
	now   func() time.Time
	// version is that of the tables when they were opened. A newer program brings them to another one while this one
	// runs; from then on no intent of this one is recorded, because it does not know what the newer one relies on.
	version int

	mu   sync.Mutex
	held map[string]*heldLease // by storage
}

// heldLease is a lease that is renewed until stop or until it is lost.
type heldLease struct {
	epoch int64
	who   LeasedError // its owner in this process
	stop  context.CancelFunc
	ended chan struct{} // closed when it is renewed no more

	// Guarded by leases.mu:
	until time.Duration // by terms.elapsed
	lost  bool
}

// holds returns the epoch of the lease of a storage. ok is false if it is not held, or may have ended by now.
func (l *leases) holds(storage string) (epoch int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[storage]
	if h == nil || h.over(l.terms.elapsed()) {
		return 0, false
	}
	return h.epoch, true
}

// over reports whether the lease is lost. It stays lost.
func (h *heldLease) over(now time.Duration) bool {
	h.lost = h.lost || now >= h.until
	return h.lost
}

// lose ends the lease of a storage for this process, if it has it.
func (l *leases) lose(storage string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.held[storage]; h != nil {
		h.lost = true
	}
}

// confirm asks the database for the lease of a storage. It returns ErrFenced if it is lost, or may have ended.
func (l *leases) confirm(ctx context.Context, storage string) error {
	fenced := fmt.Errorf("%w: %s", ErrFenced, storage)
	epoch, held := l.holds(storage)
	if !held {
		return fenced
	}
	err := l.db.QueryRowContext(ctx, `SELECT epoch FROM leases WHERE storage = $1 AND epoch = $2
		AND expires_at > clock_timestamp()`, storage, epoch).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		l.lose(storage)
		return fenced
	}
	if err != nil {
		return fault(err)
	}
	if _, held = l.holds(storage); !held { // the answer may have taken long
		return fenced
	}
	return nil
}

const (
	// A lease that was not given back may have calls under way. So nothing is purged for as long as a lease lasts; the
	// next holders in that time wait too.
	acquireLease = `INSERT INTO leases (storage, epoch, holder, expires_at, line, hash)
		VALUES ($1, 1, $2, clock_timestamp() + $3::float8 * interval '1 second', 0, '')
		ON CONFLICT (storage) DO UPDATE
		SET epoch = leases.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at,
		purge_from = CASE WHEN leases.expires_at = '-infinity' THEN leases.purge_from ELSE excluded.expires_at END
		WHERE leases.expires_at + $4::float8 * interval '1 second' < clock_timestamp()
		RETURNING epoch, (SELECT version FROM journal)`
	renewLease = `UPDATE leases SET expires_at = clock_timestamp() + $3::float8 * interval '1 second'
		WHERE storage = $1 AND epoch = $2 AND expires_at > clock_timestamp()`
	// A holder that gives a lease back has no call under way, so that the next one need not wait for the grace.
	releaseLease = `UPDATE leases SET expires_at = '-infinity', holder = '' WHERE storage = $1 AND epoch = $2`
)

// take is Journal.Lease. A lease of this process that was lost is not taken again before it is given back: until then
// its owner may be at work, and could record intents under the new one.
func (l *leases) take(ctx context.Context, storage, purpose string) (release func() error, err error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	who := LeasedError{Storage: storage, PID: os.Getpid(), Host: host, Purpose: purpose, Since: l.now().UTC()}
	if first := l.owner(storage); first != nil {
		return nil, first
	}
	text, err := json.Marshal(who)
	if err != nil {
		return nil, err
	}
	h := &heldLease{ended: make(chan struct{}), who: who}
	h.until = l.ending() // from the moment of asking, because the answer may take long
	var version int
	err = l.db.QueryRowContext(ctx, acquireLease, storage, string(text), l.terms.lease.Seconds(),
		l.terms.grace.Seconds()).Scan(&h.epoch, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, l.holder(ctx, storage)
	}
	if err != nil {
		return nil, fault(err)
	}
	ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	l.mu.Lock()
	l.held[storage] = h
	l.mu.Unlock()
	go l.keep(ctx, storage, h)
	if version != l.version {
		err := fmt.Errorf("%w: it was brought from %d to %d meanwhile: use a newer program", ErrVersion, l.version,
			version)
		return nil, errors.Join(err, l.release(storage, h))
	}
	return func() error { return l.release(storage, h) }, nil
}

// owner returns the *LeasedError of the one in this process that has not given the lease back; nil: there is none.
func (l *leases) owner(storage string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.held[storage]; h != nil {
		return &h.who
	}
	return nil
}

// ending returns when a lease must be given up that is asked for now.
func (l *leases) ending() time.Duration { return l.terms.elapsed() + l.terms.lease - l.terms.margin }

// holder returns the *LeasedError of the present holder.
func (l *leases) holder(ctx context.Context, storage string) error {
	who := LeasedError{Storage: storage}
	var text string
	err := l.db.QueryRowContext(ctx, `SELECT holder FROM leases WHERE storage = $1`, storage).Scan(&text)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fault(err)
	}
	if json.Unmarshal([]byte(text), &who) != nil {
		return &LeasedError{Storage: storage}
	}
	return &who
}

// keep renews a lease until ctx ends or the lease is lost.
func (l *leases) keep(ctx context.Context, storage string, h *heldLease) {
	defer close(h.ended)
	tick := time.NewTicker(l.terms.renew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		until := l.ending()
		if _, ok := l.holds(storage); !ok {
			return
		}
		renewal, cancel := context.WithTimeout(ctx, l.terms.renew)
		res, err := l.db.ExecContext(renewal, renewLease, storage, h.epoch, l.terms.lease.Seconds())
		cancel()
		var rows int64
		if err == nil {
			rows, err = res.RowsAffected()
		}
		if err != nil { // the next tick may be in time
			continue
		}
		l.mu.Lock()
		h.lost = rows == 0 || h.over(l.terms.elapsed())
		h.until = until
		l.mu.Unlock()
	}
}

// release gives a lease back. It is no error if it was lost.
func (l *leases) release(storage string, h *heldLease) error {
	h.stop()
	<-h.ended
	l.mu.Lock()
	if l.held[storage] == h {
		delete(l.held, storage)
	}
	l.mu.Unlock()
	_, err := l.db.ExecContext(context.Background(), releaseLease, storage, h.epoch)
	return fault(err)
}

// close stops the renewals of the leases that were not given back, which so end by themselves.
func (l *leases) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.held {
		h.stop()
		h.lost = true
	}
}
