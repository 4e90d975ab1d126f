package sweeper

import (
	"context"
	"errors"
	"sync"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// Budget lets several Sweepers with one journal act at the same time under the same limits: the amount that one plan
// was allowed and has not begun counts as spent for the others. A lease keeps out other processes while any of them
// acts. The zero value is ready.
type Budget struct {
	// mu guards both fields, and left of every claim.
	mu      sync.Mutex
	claims  map[*claim]bool
	release func() error // returns the lease; nil while no Sweeper acts
}

// claim is the amount that one plan was allowed and that was not yet reported done. Files under way count both here
// and in the journal: too much rather than too little.
type claim struct {
	b    *Budget
	s    *Sweeper
	left usage
}

// claim returns the claim of p if the limits allow it. It returns a *journal.LeasedError if another process acts
// under these limits, or the error of Allow. It keeps the lock while it asks the journal, so that two plans are
// never allowed the same amount.
func (b *Budget) claim(ctx context.Context, s *Sweeper, p *Plan) (*claim, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.take(ctx, s.o.Journal); err != nil {
		return nil, err
	}
	others := usage{map[string]journal.Amount{}, map[string]journal.Amount{}}
	for c := range b.claims {
		addTo(others.Trash, c.left.Trash)
		addTo(others.Purge, c.left.Purge)
	}
	if err := s.allow(ctx, p, others); err != nil {
		b.giveUp(s)
		return nil, err
	}
	c := &claim{b, s, usage{amounts(p.Trash), amounts(p.Purge)}}
	if b.claims == nil {
		b.claims = map[*claim]bool{}
	}
	b.claims[c] = true
	return c, nil
}

// take takes the lease, unless this process has it.
func (b *Budget) take(ctx context.Context, j *journal.Journal) (err error) {
	if b.release != nil {
		return nil
	}
	// No storage can have this name, because parentheses are not allowed in one.
	b.release, err = j.Lease(ctx, "(limits)", "apply")
	if other, ok := errors.AsType[*journal.LeasedError](err); ok {
		other.Storage = "storages under the same limits"
	}
	return err
}

// giveUp returns the lease if no claim is left.
func (b *Budget) giveUp(s *Sweeper) {
	if len(b.claims) > 0 {
		return
	}
	if err := b.release(); err != nil {
		s.o.Log.Warn("a lease could not be released", "event", "lease_unreleased", "err", err)
	}
	b.release = nil
}

// done takes one item off the claim: it is in the journal now.
func (c *claim) done(doing providers.OpKind, it Item) {
	left := c.left.Trash
	if doing == providers.OpPurge {
		left = c.left.Purge
	}
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	was := left[it.Storage]
	left[it.Storage] = journal.Amount{Files: was.Files - 1, Bytes: was.Bytes - max(it.Entry.Size, 0)}
}

// end returns the rest of the claim to the budget.
func (c *claim) end() {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	delete(c.b.claims, c)
	c.b.giveUp(c.s)
}

// amounts returns the amounts of the items by storage.
func amounts(items []Item) map[string]journal.Amount {
	all := map[string]journal.Amount{}
	for storage, its := range byStorage(items) {
		all[storage] = journal.Amount{Files: len(its), Bytes: sizeOf(its)}
	}
	return all
}

// addTo adds more to sum, storage by storage.
func addTo(sum, more map[string]journal.Amount) {
	for storage, a := range more {
		was := sum[storage]
		sum[storage] = journal.Amount{Files: was.Files + a.Files, Bytes: was.Bytes + a.Bytes}
	}
}
