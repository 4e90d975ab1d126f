package journal

import (
	"context"
	"io/fs"
	"runtime"
	"sync"
)

// batchSize bounds one commit.
const batchSize = 512

// committer turns calls of many goroutines into few commits: while one commit
// is under way the next calls gather, and go together. Nobody waits for a
// batch to fill.
type committer[T any] struct {
	commit  func(batch []T) error // all of it, or nothing and an error
	calls   chan call[T]
	once    sync.Once
	closing chan struct{}
	closed  chan struct{}
}

type call[T any] struct {
	what T
	done chan<- error
}

func newCommitter[T any](commit func([]T) error) *committer[T] {
	c := &committer[T]{
		commit:  commit,
		calls:   make(chan call[T]),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	go c.run()
	return c
}

// do returns when what is committed, or with the error for which it is not.
// The end of ctx is heeded only until a commit has taken it.
func (c *committer[T]) do(ctx context.Context, what T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	select {
	case c.calls <- call[T]{what, done}:
		return <-done
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return fs.ErrClosed
	}
}

// close lets the commit under way finish.
func (c *committer[T]) close() {
	c.once.Do(func() { close(c.closing) })
	<-c.closed
}

func (c *committer[T]) run() {
	defer close(c.closed)
	for {
		select {
		case first := <-c.calls:
			c.serve(c.gather(first))
		case <-c.closing:
			return
		}
	}
}

// gather takes whoever is waiting, after letting those run who are about to.
func (c *committer[T]) gather(first call[T]) []call[T] {
	batch := []call[T]{first}
	runtime.Gosched()
	for len(batch) < batchSize {
		select {
		case next := <-c.calls:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// serve commits the batch and answers every call in it.
func (c *committer[T]) serve(batch []call[T]) {
	all := make([]T, len(batch))
	for i, one := range batch {
		all[i] = one.what
	}
	err := c.commit(all)
	for _, one := range batch {
		one.done <- err
	}
}
