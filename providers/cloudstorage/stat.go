package cloudstorage

import (
	"context"
	"sync"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// StatTTL is how long the answer to one request for a file is reused: Storage calls Stat and Guards and then Trash. A
// file that changes meanwhile must be noticed by the driver's Trash itself.
const StatTTL = time.Second

// maxStats is the number of answers at which old ones are removed.
const maxStats = 1000

// StatCache holds the latest answers about files, for as long as StatTTL. F is the service's own type for a file. It
// may be used by several goroutines.
type StatCache[F any] struct {
	now func() time.Time
	ask func(context.Context, providers.Ref) (F, error)

	// mu guards all and looks.
	mu    sync.Mutex
	all   map[providers.Ref]stat[F]
	looks map[*look]bool // under way
}

// stat is one answer.
type stat[F any] struct {
	file F
	at   time.Time // a moment before the request
}

// look is one request that is under way.
type look struct {
	ref       providers.Ref
	forgotten bool // the file, since the request began
}

// NewStatCache returns an empty cache; ask requests a file from the service.
func NewStatCache[F any](
	now func() time.Time, ask func(context.Context, providers.Ref) (F, error),
) *StatCache[F] {
	return &StatCache[F]{now: now, ask: ask, all: map[providers.Ref]stat[F]{}, looks: map[*look]bool{}}
}

// Recent returns the file as it is, or as it was within the last second.
func (c *StatCache[F]) Recent(ctx context.Context, ref providers.Ref) (F, error) {
	if err := ctx.Err(); err != nil {
		return *new(F), err
	}
	if f, ok := c.get(ref); ok {
		return f, nil
	}
	return c.Look(ctx, ref)
}

// Look asks for the file as it is now. The age of the answer counts from before the request, because the answer may
// be as old as that. If the file is forgotten meanwhile, the answer may be from before the change, and is not kept.
func (c *StatCache[F]) Look(ctx context.Context, ref providers.Ref) (F, error) {
	one := &look{ref: ref}
	c.begin(one)
	at := c.now()
	f, err := c.ask(ctx, ref)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.looks, one)
	if err != nil {
		return *new(F), err
	}
	if !one.forgotten {
		c.put(ref, f, at)
	}
	return f, nil
}

// begin notes a request that is under way, so that Forget reaches it.
func (c *StatCache[F]) begin(one *look) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks[one] = true
}

// Put stores the file as it was at a moment: one that came in another answer than Look's.
func (c *StatCache[F]) Put(ref providers.Ref, f F, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(ref, f, at)
}

// put is Put; the caller holds the lock.
func (c *StatCache[F]) put(ref providers.Ref, f F, at time.Time) {
	if len(c.all) >= maxStats {
		now := c.now()
		for ref, one := range c.all {
			if !Fresh(one.at, now, StatTTL) {
				delete(c.all, ref)
			}
		}
	}
	c.all[ref] = stat[F]{f, at}
}

// Forget has the next Recent ask, whatever a request that is under way is answered. A driver calls it before it changes
// the file, and when it learns of a change.
func (c *StatCache[F]) Forget(ref providers.Ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, ref)
	for one := range c.looks {
		one.forgotten = one.forgotten || one.ref == ref
	}
}

// get returns an answer that is still fresh.
func (c *StatCache[F]) get(ref providers.Ref) (f F, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.all[ref]
	if !ok || !Fresh(one.at, c.now(), StatTTL) {
		return f, false
	}
	return one.file, true
}

// Fresh reports whether an answer from the time at may be reused at the time now, for as long as ttl. An answer from
// the future may not: the clock was set back, and nothing is known about its age.
func Fresh(at, now time.Time, ttl time.Duration) bool {
	age := now.Sub(at)
	return 0 <= age && age < ttl
}
