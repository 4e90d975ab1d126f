package sweeper

import (
	"cmp"
	"context"
	"errors"
	"sync"
)

// movers is the number of files that are moved at once. A durable move mostly waits for the disk, and moves that wait
// together share its syncs. Each mover holds three or four descriptors.
const movers = 256

// remoteMovers is the same for a remote storage: a service takes many writes at once for an attack, and each mover
// holds a picture in memory.
const remoteMovers = 8

// each calls do for the items, several at once, and report for one at a time, with the item as do left it. It begins
// no further item if ctx has ended or stop returns an error. Each storage has workers of its own, so that a slow one
// does not delay the others.
//
// It returns the first error of stop for which an item was not begun, or with which do was stopped, that is, one that
// wraps ErrPaused. The reason may be over by then, and the item is left all the same.
func (s *Sweeper) each(
	ctx context.Context, items []Item, stop func() error, do func(*Item, *reader) error, report func(Item, error),
) (stopped error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for storage, its := range byStorage(items) {
		// It has room for all items, so that it is closed before the workers begin.
		queue := make(chan Item, len(its))
		for _, it := range its {
			queue <- it
		}
		close(queue)
		for range min(s.movers(storage), len(its)) {
			wg.Go(func() {
				r := new(reader)
				for it := range queue {
					if ctx.Err() != nil {
						return
					}
					if err := stop(); err != nil {
						mu.Lock()
						stopped = cmp.Or(stopped, err)
						mu.Unlock()
						return
					}
					err := do(&it, r)
					mu.Lock()
					if errors.Is(err, ErrPaused) {
						stopped = cmp.Or(stopped, err)
					}
					report(it, err)
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	return stopped
}

// movers returns the number of the storage's files that are moved at once.
func (s *Sweeper) movers(storage string) int {
	if st, err := s.storage(storage); err == nil && isRemote(st) {
		return remoteMovers
	}
	return movers
}

// byStorage returns the items by storage, in their order.
func byStorage(items []Item) map[string][]Item {
	in := map[string][]Item{}
	for _, it := range items {
		in[it.Storage] = append(in[it.Storage], it)
	}
	return in
}
