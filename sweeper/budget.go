package sweeper

import (
	"context"
	"errors"
	"sync"

	"sweepd/journal"
	"sweepd/providers"
)

// Budget lets several Sweepers with one journal act at the same time under the
// same limits: what one of them was allowed and has not yet begun is spent for
// the others. Other processes are kept out by a lease as long as one of them
// acts. The zero value is ready.
type Budget struct {
	mu      sync.Mutex
	claims  map[*claim]bool
	release func() error // of the lease; nil while nobody acts
}

// claim is what one plan was allowed and has not yet been reported done. What
// is under way counts here and in the journal: too much rather than too little.
type claim struct {
	b    *Budget
	s    *Sweeper
	left Spent
}

// claim has p allowed, or says why not: a *journal.LeasedError when another
// process acts under these limits, or what Allow says.
func (b *Budget) claim(ctx context.Context, s *Sweeper, p *Plan) (*claim, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.take(ctx, s.o.Journal); err != nil {
		return nil, err
	}
	others := Spent{map[string]journal.Amount{}, map[string]journal.Amount{}}
	for c := range b.claims {
		addTo(others.Trash, c.left.Trash)
		addTo(others.Purge, c.left.Purge)
	}
	if err := errors.Join(s.prepare(ctx), s.allow(ctx, p, others)); err != nil {
		b.giveUp(s)
		return nil, err
	}
	c := &claim{b, s, Spent{amounts(p.Trash), amounts(p.Purge)}}
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
	b.release, err = j.Lease(ctx, "(limits)", "apply")
	if other, ok := errors.AsType[*journal.LeasedError](err); ok {
		other.Storage = "storages under the same limits"
	}
	return err
}

// giveUp gives the lease back when nobody acts any more.
func (b *Budget) giveUp(s *Sweeper) {
	if len(b.claims) > 0 {
		return
	}
	if err := b.release(); err != nil {
		s.o.Log.Warn("lease", "err", err)
	}
	b.release = nil
}

// done takes one item off: the journal has it now.
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

// end gives back what is left.
func (c *claim) end() {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	delete(c.b.claims, c)
	c.b.giveUp(c.s)
}

// amounts are the items' by storage.
func amounts(items []Item) map[string]journal.Amount {
	all := map[string]journal.Amount{}
	for storage, its := range byStorage(items) {
		all[storage] = journal.Amount{Files: len(its), Bytes: Bytes(its)}
	}
	return all
}

// addTo adds up, storage by storage.
func addTo(sum, more map[string]journal.Amount) {
	for storage, a := range more {
		was := sum[storage]
		sum[storage] = journal.Amount{Files: was.Files + a.Files, Bytes: was.Bytes + a.Bytes}
	}
}
