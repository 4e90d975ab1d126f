package local

import (
	"context"
	"sync"
	"sync/atomic"
)

// queue is the folders of one walk that are still to be read: workers take them from a stack, and push those in them.
// The stack holds paths and no descriptors, so that only memory bounds how many folders wait (but see anchor); last in,
// first out keeps it short.
type queue struct {
	ctx     context.Context
	anchors atomic.Int64
	group   sync.WaitGroup

	mu      sync.Mutex
	more    sync.Cond // a folder was pushed, or nothing more will come
	waiting []folder
	open    int // folders that were pushed and are not done
}

// newQueue returns an empty queue, whose workers stop when the context ends.
func newQueue(ctx context.Context) *queue {
	w := &queue{ctx: ctx}
	w.more.L = &w.mu
	return w
}

// folder is one folder that is still to be read.
type folder struct {
	root *root
	path string
	base *anchor
}

// in returns the path of the name in the folder.
func (f folder) in(name []byte) string { return withoutSlash(f.path) + "/" + string(name) }

// work calls a worker in a goroutine of its own. end waits for it.
func (w *queue) work(worker func()) { w.group.Go(worker) }

// idle reports whether no folder waits.
func (w *queue) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) == 0
}

func (w *queue) push(f folder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.base.users.Add(1)
	w.waiting = append(w.waiting, f)
	w.open++
	w.more.Signal()
}

// next waits for a folder; it returns false when none will come. A worker that notices the end of the context wakes
// the others: while one waits, at least one other is at work.
func (w *queue) next() (folder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.waiting) == 0 && w.open > 0 && w.ctx.Err() == nil {
		w.more.Wait()
	}
	if len(w.waiting) == 0 || w.ctx.Err() != nil {
		w.more.Broadcast()
		return folder{}, false
	}
	f := w.waiting[len(w.waiting)-1]
	w.waiting = w.waiting[:len(w.waiting)-1]
	return f, true
}

// end stops the workers and releases the folders that were still waiting.
func (w *queue) end(cancel context.CancelFunc) {
	cancel()
	w.group.Wait()
	for _, f := range w.waiting {
		f.base.drop()
	}
}

func (w *queue) done(f folder) {
	f.base.drop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open--; w.open == 0 {
		w.more.Broadcast()
	}
}
