package roots

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sweepd/sweepd/internal/disk"
)

// Queue is the folders of one walk that are still to be read: workers take them from a stack, and push those in them.
// The stack holds paths and no descriptors, so that only memory bounds how many folders wait (but see anchor); last in,
// first out keeps it short.
type Queue struct {
	ctx context.Context
	// anchors counts the open anchors other than roots.
	anchors atomic.Int64
	group   sync.WaitGroup

	// mu guards waiting and open.
	mu      sync.Mutex
	more    sync.Cond // a folder was pushed, or nothing more will come
	waiting []Folder
	open    int // folders that were pushed and are not done
}

// NewQueue returns an empty queue, whose workers stop when the context ends.
func NewQueue(ctx context.Context) *Queue {
	w := &Queue{ctx: ctx}
	w.more.L = &w.mu
	return w
}

// Folder is one folder that is still to be read.
type Folder struct {
	Root *Root
	// Path is absolute. Base is the anchor from which the folder is opened.
	Path string
	Base *anchor
}

// In returns the path of the name in the folder.
func (f Folder) In(name []byte) string { return disk.WithoutSlash(f.Path) + "/" + string(name) }

// Work calls a worker in a goroutine of its own. End waits for it.
func (w *Queue) Work(worker func()) { w.group.Go(worker) }

// Idle reports whether no folder waits.
func (w *Queue) Idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) == 0
}

// Push adds a folder.
func (w *Queue) Push(f Folder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.Base.users.Add(1)
	w.waiting = append(w.waiting, f)
	w.open++
	w.more.Signal()
}

// Next waits for a folder; it returns false when none will come. A worker that notices the end of the context wakes
// the others: while one waits, at least one other is at work.
func (w *Queue) Next() (Folder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.waiting) == 0 && w.open > 0 && w.ctx.Err() == nil {
		w.more.Wait()
	}
	if len(w.waiting) == 0 || w.ctx.Err() != nil {
		w.more.Broadcast()
		return Folder{}, false
	}
	f := w.waiting[len(w.waiting)-1]
	w.waiting = w.waiting[:len(w.waiting)-1]
	return f, true
}

// End stops the workers and releases the folders that were still waiting.
func (w *Queue) End(cancel context.CancelFunc) {
	cancel()
	w.group.Wait()
	for _, f := range w.waiting {
		f.Base.Drop()
	}
}

// Done ends the reading of a folder that Next has returned.
func (w *Queue) Done(f Folder) {
	f.Base.Drop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open--; w.open == 0 {
		w.more.Broadcast()
	}
}
