package cloudstorage

import (
	"context"
	"errors"
	"iter"
)

// Sink receives the elements of one listing and passes them to its reader. It is used by one goroutine.
type Sink[T any] struct {
	ctx   context.Context
	yield func(T, error) bool
	over  error // why nothing more is taken
}

// errLeft: the reader has stopped the iteration.
var errLeft = errors.New("the listing was left")

// List returns the sequence of the elements that list gives to its Sink. An error that list returns comes last. If
// the Sink has refused an element, and the reader is still there, the sequence ends with an error even if list
// returns none, so that a listing that was cut off does not seem to be complete.
func List[T any](ctx context.Context, list func(*Sink[T]) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s := &Sink[T]{ctx: ctx, yield: yield}
		err := list(s)
		if err == nil {
			err = s.over
		}
		if err != nil && s.over != errLeft {
			yield(*new(T), err)
		}
	}
}

// Give passes an element on. It returns an error if no more elements are taken: the context's if that has ended. The
// caller returns that error; the Sink refuses everything from then on.
func (s *Sink[T]) Give(v T) error { return s.give(v, nil) }

// GiveError passes on an error after which the listing continues: that one place could not be listed. It returns what
// Give returns.
func (s *Sink[T]) GiveError(err error) error { return s.give(*new(T), err) }

// give passes on one of the two. After an error it returns the same one again.
func (s *Sink[T]) give(v T, err error) error {
	if s.over == nil {
		s.over = s.ctx.Err()
	}
	if s.over == nil && !s.yield(v, err) {
		s.over = errLeft
	}
	return s.over
}
