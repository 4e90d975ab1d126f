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

// Usage is what the limits count, by storage.
type Usage struct{ Trash, Purge map[string]Amount }

// Usage returns what operations have taken since a time, and what plans may still take: see Claim. It counts the
// operations that began at that time or later and are done or open, except for files that were restored since. Those of
// a run after one of that time count too, even if the clock was wrong then; a run after now is not one of that time.
// The zero time is before everything.
func (j *Journal) Usage(ctx context.Context, since, now time.Time) (used Usage, err error) {
	var claimed []claim
	if j.leases != nil {
		claimed, err = j.leases.claimed(ctx, j.read)
	} else {
		claimed, err = j.claims.left(ctx, j.read)
	}
	if err == nil {
		used, err = usage(ctx, j.read, claimed, since, now)
	}
	if err != nil {
		return Usage{}, fmt.Errorf("what was used of the limits: %w", err)
	}
	return used, nil
}

// usage is Journal.Usage. The claims were read before, so that an operation that begins meanwhile counts twice rather
// than not at all.
func usage(ctx context.Context, db queries, claimed []claim, since, now time.Time) (used Usage, err error) {
	rows, err := db.QueryContext(ctx, `SELECT o.storage, o.kind, count(*), sum(o.size)
		FROM operations o LEFT JOIN operations r ON r.id = o.resolved
		WHERE o.kind IN ('trash', 'purge') AND o.error IS NULL AND r.kind IS DISTINCT FROM 'restore'
		AND (o.began >= $1 OR o.run > (SELECT min(id) FROM runs WHERE began >= $1 AND began <= $2))
		GROUP BY o.storage, o.kind`, from(since), from(now))
	all, err := collect(rows, err, func(row scanner) (c claim, err error) {
		return c, row.Scan(&c.storage, &c.kind, &c.amount.Files, &c.amount.Bytes)
	})
	if err != nil {
		return used, err
	}
	used = Usage{map[string]Amount{}, map[string]Amount{}}
	for _, c := range append(all, claimed...) {
		of := used.Trash
		if c.kind == providers.OpPurge {
			of = used.Purge
		}
		was := of[c.storage]
		of[c.storage] = Amount{was.Files + max(c.amount.Files, 0), was.Bytes + max(c.amount.Bytes, 0)}
	}
	return used, nil
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
