package signin

import (
	"context"
	"time"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/secret"
)

// Source gives access tokens and gets a new one when the last is about to end
// or was refused. One call at a time gets one; the others wait for it.
type Source struct {
	now  func() time.Time
	get  func(ctx context.Context, last Access, refused secret.Text) (Access, error)
	turn chan struct{} // holds one value while nobody is at last
	last Access
}

var _ cloudhttp.Tokens = (*Source)(nil)

// NewSource makes a source that begins with first, which may be empty, and
// calls get for another. refused is what the service has just refused, if
// anything.
func NewSource(now func() time.Time, first Access, get func(ctx context.Context, last Access, refused secret.Text) (Access, error)) *Source {
	s := &Source{now: now, get: get, turn: make(chan struct{}, 1), last: first}
	s.turn <- struct{}{}
	return s
}

// Token is a token that is good for a while and is not the refused one.
func (s *Source) Token(ctx context.Context, refused secret.Text) (secret.Text, error) {
	select {
	case <-ctx.Done():
		return secret.Text{}, ctx.Err()
	case <-s.turn:
	}
	defer func() { s.turn <- struct{}{} }()
	if s.last.good(s.now()) && (refused.Empty() || !s.last.Token.Equal(refused)) {
		return s.last.Token, nil
	}
	got, err := s.get(ctx, s.last, refused)
	if err != nil {
		return secret.Text{}, err
	}
	s.last = got
	return got.Token, nil
}
