package journal

import (
	"context"
	"io/fs"
	"runtime"
	"sync"
)

// batchSize limits the calls of one commit.
const batchSize = 512

// committer combines concurrent calls into few commits: calls that arrive during a commit form the next batch. It
// does not wait for a batch to fill.
type committer[T any] struct {
	commit  func(batch []T) error // commits all of the batch, or nothing and returns an error
	calls   chan call[T]
	once    sync.Once
	closing chan struct{}
	closed  chan struct{}
}

// call is one value to commit and the channel for the result. The channel has room for one error, so that serve
// never waits for a caller.
type call[T any] struct {
	what T
	done chan<- error
}

// newCommitter starts the goroutine that calls commit, never concurrently, until close.
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

// do returns nil when what is committed, or the error of the commit. Once a commit has taken what, the end of ctx has
// no effect. It returns fs.ErrClosed after close.
func (c *committer[T]) do(ctx context.Context, what T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	select {
	case c.calls <- call[T]{what, done}:
		return <-done
	// In the other two cases the value was not taken, and nothing of it is written.
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return fs.ErrClosed
	}
}

// close waits for the current commit and stops the committer.
func (c *committer[T]) close() {
	c.once.Do(func() { close(c.closing) })
	<-c.closed
}

// run commits one batch after another until close. Calls that still wait then get fs.ErrClosed from do.
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

// gather returns a batch of all waiting calls. It first yields to goroutines that are about to call.
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

// serve commits the batch and answers every call in it. They all get the same error.
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
