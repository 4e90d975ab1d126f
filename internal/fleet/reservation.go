package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/journal"
)

// quota is the part of a process in the reservations of a service. Calls that wait while the database is asked are
// reserved together by the next question, so that one row serves any rate.
type quota struct {
	store   *store
	service string
	rate    float64 // calls a second, at first
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error

	asking chan struct{} // holds one value while nobody asks the database

	mu      sync.Mutex
	waiting []chan answer
}

// answer has the wait from now after which a call may begin.
type answer struct {
	wait time.Duration
	err  error
}

var _ cloudhttp.Quota = (*quota)(nil)

// newQuota returns the quota of a service.
func newQuota(s *store, service string, rate float64, now func() time.Time) *quota {
	q := &quota{
		store: s, service: service, rate: rate, now: now, sleep: cloudhttp.Sleep, asking: make(chan struct{}, 1),
	}
	q.asking <- struct{}{}
	return q
}

// Wait is cloudhttp.Quota's.
func (q *quota) Wait(ctx context.Context) error {
	mine := make(chan answer, 1)
	q.mu.Lock()
	q.waiting = append(q.waiting, mine)
	q.mu.Unlock()
	var a answer
	select {
	case <-ctx.Done():
		return ctx.Err()
	case a = <-mine:
	case <-q.asking:
		q.ask(ctx)
		q.asking <- struct{}{}
		// Another may have taken this call with its own, and answered before.
		select {
		case a = <-mine:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if a.err != nil {
		return a.err
	}
	return q.sleep(ctx, a.wait)
}

// ask reserves the calls that wait. It is bounded by its own time, because the caller's context is that of one of them.
func (q *quota) ask(ctx context.Context) {
	q.mu.Lock()
	all := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	if len(all) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits().Answer)
	defer cancel()
	first, gap, err := q.store.reserve(ctx, q.service, len(all))
	if postgres.Unreachable(err) || errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", journal.ErrUnreachable, err) // it is the same database
	}
	for i, one := range all {
		one <- answer{first + time.Duration(i)*gap, err}
	}
}

// unsaid is the wait for a service that does not say how long.
const unsaid = time.Second

// Limited is cloudhttp.Quota's. If it cannot be noted, this process is slower by itself.
func (q *quota) Limited(ctx context.Context, asked time.Duration) {
	if asked <= 0 {
		asked = unsaid
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits().Answer)
	defer cancel()
	_ = q.store.slow(ctx, q.service, asked)
}
