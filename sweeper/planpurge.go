package sweeper

import (
	"context"
	"fmt"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// planPurge adds the entries of the bins for which want returns true. The bins are listed only if the policy asks for
// it: sweepd's own entries are known from the journal, and the journal's time of trashing counts, not the bin's.
func (s *Sweeper) planPurge(
	ctx context.Context, doubt *journal.ClockError, p *Plan, sum *Summary, want func(TrashEntry) bool,
) error {
	take := func(b TrashEntry) {
		if s.purges(b) && want(b) {
			p.Purge = append(p.Purge, b.item())
		}
	}
	switch ages := s.o.Policy.Trash; {
	case ages.Matching > 0 || ages.Everything > 0:
		return s.bins(ctx, doubt, sum, nil, take)
	case ages.Ours > 0:
		return s.ownEntries(ctx, doubt, sum, take)
	}
	return nil
}

// purges reports whether the entry belongs to a storage that is open and can purge. To a part of a storage belong
// only sweepd's own entries from its folders: a bin is no part of the folders that were named.
func (s *Sweeper) purges(b TrashEntry) bool {
	st, err := s.storage(b.Storage)
	if err != nil || !st.Can().Has(providers.CanPurge) {
		return false
	}
	return !st.Part() || b.PurgeReason == PurgeReasonOurs && inRoots(st, b.Op.Op.Entry.Path)
}

// ownEntries calls take for sweepd's own entries that are due by the journal, are still in the bin as far as that can
// be seen cheaply, and have no content that the user keeps.
func (s *Sweeper) ownEntries(
	ctx context.Context, doubt *journal.ClockError, sum *Summary, take func(TrashEntry),
) error {
	by, err := s.binDecider(ctx, doubt)
	if err != nil {
		return err
	}
	r := new(reader)
	for op, err := range s.operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return fmt.Errorf("read what is in the trash: %w", err)
		}
		b := by.oursOf(op)
		st, err := s.storage(b.Storage)
		if err != nil || !b.Due || !isRemote(st) && left(ctx, st, op) {
			continue
		}
		switch kept, err := by.keptInBin(ctx, st, r, b.Trashed); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			sum.problem(b.Storage, b.Trashed.Path, "examine in the trash", err)
		case kept.IsZero():
			take(b)
		}
	}
	return nil
}
