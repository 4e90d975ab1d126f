package journal

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Amount is a number of files and their total size in bytes.
type Amount struct {
	Files int
	Bytes int64
}

// Usage returns the amount of each storage that operations of that kind have taken since a time: those that began
// then or later and are done or open, except for files that were restored since. Those of a run after one of that time
// count too, whatever the clock said then; a run after now is not one of that time. The zero time is before
// everything.
func (j *Journal) Usage(
	ctx context.Context, kind providers.OpKind, since, now time.Time,
) (map[string]Amount, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT o.storage, count(*), sum(o.size)
		FROM operations o LEFT JOIN operations r ON r.id = o.resolved
		WHERE o.kind = $1 AND o.error IS NULL AND r.kind IS DISTINCT FROM 'restore'
		AND (o.began >= $2 OR o.run > (SELECT min(id) FROM runs WHERE began >= $2 AND began <= $3))
		GROUP BY o.storage`, string(kind), from(since), from(now))
	type one struct {
		storage string
		amount  Amount
	}
	all, err := collect(rows, err, func(row scanner) (o one, err error) {
		return o, row.Scan(&o.storage, &o.amount.Files, &o.amount.Bytes)
	})
	if err != nil {
		return nil, fmt.Errorf("what was spent on %s: %w", kind, err)
	}
	spent := map[string]Amount{}
	for _, o := range all {
		spent[o.storage] = o.amount
	}
	return spent, nil
}

// TrashedByDay returns, for each UTC day in [since, until) on which a run "apply" began, how many files those runs
// trashed, including files restored since. The oldest day is first.
func (j *Journal) TrashedByDay(ctx context.Context, since, until time.Time) ([]int, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT count(o.id) FROM runs r LEFT JOIN operations o
		ON o.run = r.id AND o.kind = 'trash' AND o.ended IS NOT NULL AND o.error IS NULL
		WHERE r.kind = 'apply' AND r.began >= $1 AND r.began < $2
		GROUP BY r.began / $3 ORDER BY r.began / $3`,
		from(since), from(until), (24 * time.Hour).Microseconds())
	days, err := collect(rows, err, func(row scanner) (n int, err error) { return n, row.Scan(&n) })
	if err != nil {
		return nil, fmt.Errorf("what was trashed by day: %w", err)
	}
	return days, nil
}

// from returns the form of a time for comparison with stored ones. The zero time becomes a number, so that SQLite can
// still use an index.
func from(t time.Time) any {
	if t.IsZero() {
		return int64(math.MinInt64)
	}
	return micros(t)
}
