package fleet

import (
	"context"
	"time"
)

// reserve reserves n calls to a service and returns when they may begin, from now, and the time between two of them. A
// reservation is never refused: those who ask next wait longer, in the order in which they ask.
func (s *store) reserve(ctx context.Context, service string, n int) (first, gap time.Duration, err error) {
	var wait, between float64
	err = s.pool.QueryRow(ctx, `UPDATE fleet_quotas
		SET next = greatest(next, clock_timestamp() - burst * interval '1 second') + $2 * gap * interval '1 second'
		WHERE service = $1 RETURNING extract(epoch FROM next - clock_timestamp())::float8, gap`, service, n).
		Scan(&wait, &between)
	gap = seconds(between)
	return max(seconds(wait)-time.Duration(n)*gap, 0), gap, err
}

// slow lets no call to a service begin for so long, of any worker.
func (s *store) slow(ctx context.Context, service string, pause time.Duration) error {
	_, err := s.pool.Exec(ctx, `UPDATE fleet_quotas
		SET next = greatest(next, clock_timestamp() + $2::interval), limited = limited + 1
		WHERE service = $1`, service, pause)
	return err
}

// addQuota notes the quota of a service unless it has one: so many calls a second, and in a burst as many as in a
// second.
func (s *store) addQuota(ctx context.Context, service string, rate float64) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO fleet_quotas VALUES ($1, clock_timestamp(), $2, 1)
		ON CONFLICT (service) DO NOTHING`, service, 1/rate)
	return err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
