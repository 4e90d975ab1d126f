package sweeper

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// Bins lists every entry of every trash bin of the storages and calls each once per entry, also if several storages
// share the bin. It changes nothing. A bin that cannot be listed and an entry that cannot be examined are
// problems in the Summary.
func (s *Sweeper) Bins(ctx context.Context, each func(TrashEntry)) (*Summary, error) {
	sum := s.summary()
	doubt, err := s.prepare(ctx)
	if err != nil {
		return sum, err
	}
	s.lacking(sum)
	return sum, s.bins(ctx, doubt, sum, nil, each)
}

// bins calls each for every entry of the bins. If only is not nil, for a purge, it calls each for the entries with
// these receipts alone, and reads all of each.
func (s *Sweeper) bins(
	ctx context.Context, doubt *journal.ClockError, sum *Summary, only map[providers.Receipt]bool,
	each func(TrashEntry),
) error {
	ours := map[providers.Receipt]journal.Operation{}
	for op, err := range s.o.Journal.Operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return fmt.Errorf("read what is in the trash: %w", err)
		}
		// A bin's entry is sweepd's own if the journal has its receipt.
		ours[op.Receipt] = op
	}
	by, err := s.binDecider(ctx, doubt)
	if err != nil {
		return err
	}
	b := bins{by: by, ours: ours, only: only, listed: map[providers.Receipt]bool{}, each: each, sum: sum}
	for _, st := range s.o.Storages {
		if !st.Can().Has(providers.CanListTrash) {
			continue
		}
		if err := b.of(ctx, st); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// bins is one look into the bins of some storages.
type bins struct {
	by     decider
	ours   map[providers.Receipt]journal.Operation // those that put sweepd's entries there
	only   map[providers.Receipt]bool              // for a purge: the entries to look at; nil: all
	listed map[providers.Receipt]bool              // so far: storages may share a bin
	each   func(TrashEntry)
	sum    *Summary
}

// of looks into the bin of one storage.
func (b *bins) of(ctx context.Context, st *providers.Storage) error {
	m, err := b.by.s.recallBin(ctx, b.by.doubt, st)
	if err != nil {
		return err
	}
	entries, whole, err := b.list(ctx, st, m)
	if err != nil {
		return err
	}
	b.judge(ctx, st, entries)
	for _, e := range entries {
		m.note(e)
		b.each(*e)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := m.save(ctx, whole); err != nil {
		b.sum.problem(st.Name(), "", "remember", err)
	}
	return nil
}

// list returns the entries of the bin that are wanted and were not listed yet. whole is set if these are all that are
// there. The only error is that of ctx.
func (b *bins) list(
	ctx context.Context, st *providers.Storage, m *binMemory,
) (entries []*TrashEntry, whole bool, err error) {
	whole = b.only == nil
	for t, err := range st.Trashed(ctx) {
		switch {
		case ctx.Err() != nil:
			return nil, false, ctx.Err()
		case err != nil:
			whole = false
			b.sum.unlistedBin(st, err)
		case b.only != nil && !b.only[t.Receipt]:
		// Without a receipt no two entries can be compared, so each of them is listed.
		case t.Receipt == "" || !b.listed[t.Receipt]:
			b.listed[t.Receipt] = true
			e := &TrashEntry{Storage: st.Name(), Trashed: t, Op: b.ours[t.Receipt]}
			m.recall(e)
			entries = append(entries, e)
		}
	}
	return entries, whole, nil
}

// unlistedBin notes that a bin, or a place in it, could not be listed.
func (s *Summary) unlistedBin(st *providers.Storage, err error) {
	path := ""
	if u, ok := errors.AsType[*providers.UnlistedError](err); ok {
		path, err = u.Path, u.Err
	}
	s.problem(st.Name(), path, "list the trash", err)
}

// judge judges the entries: several at once on a remote storage, where most of the time is spent on waiting.
func (b *bins) judge(ctx context.Context, st *providers.Storage, entries []*TrashEntry) {
	var mu sync.Mutex
	var workers sync.WaitGroup
	queue := make(chan *TrashEntry)
	for range min(b.workers(st), len(entries)) {
		workers.Go(func() {
			r := new(reader)
			for e := range queue {
				if err := b.by.judgeTrashEntry(ctx, st, r, e, b.only != nil); err != nil {
					mu.Lock()
					b.sum.problem(st.Name(), e.Trashed.Path, "examine in the trash", err)
					mu.Unlock()
				}
			}
		})
	}
	for _, e := range entries {
		queue <- e
	}
	close(queue)
	workers.Wait()
}

// workers returns the number of entries that are judged at once.
func (b *bins) workers(st *providers.Storage) int {
	switch {
	case !isRemote(st):
		return 1
	case b.only != nil:
		return remoteMovers // each holds a picture in memory
	}
	return b.by.s.o.RemoteWorkers
}
