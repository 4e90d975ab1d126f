package local

import (
	"context"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/guards"
)

// Guards implements providers.Driver. Package guards lists their limits.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	p, err := r.Pin(rel)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if !disk.Identify(&p.Stat).Is(string(rev)) {
		return nil, providers.ErrChanged
	}
	return d.guards.Ask(ctx, guards.File{Root: r, Path: string(ref), Rel: rel, Pinned: p}, of)
}

// newGuards returns the guards of the roots.
func (d *Driver) newGuards() *guards.Guards {
	return guards.New(guards.Options{
		Roots: d.roots, Mounts: d.mounts, Workers: d.o.Workers, Now: d.o.Now, Listing: d.listings.Load,
		Programs: d.rules.programs,
	})
}
