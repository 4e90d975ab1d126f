package local

import (
	"context"

	"sweepd/providers"
)

// Guards implements providers.Driver. Package guards lists their limits.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	p, err := r.pin(rel)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if !identify(&p.stat).is(string(rev)) {
		return nil, providers.ErrChanged
	}
	return d.guards.ask(ctx, guarded{Root: r, Path: string(ref), Rel: rel, Pinned: p}, of)
}

// newGuards returns the guards of the roots.
func (d *Driver) newGuards() *guards {
	return newGuards(guardOptions{
		Roots: d.roots, Mounts: d.mounts, Workers: d.o.Workers, Now: d.o.Now, Listing: d.listings.Load,
		Programs: d.rules.programs,
	})
}
