package oauth

import (
	"context"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

// Source returns access tokens, and gets a new one if the last is about to expire or was refused. One call at a time
// gets one; the others wait for it.
type Source struct {
	now  func() time.Time
	get  func(ctx context.Context, last Access, refused secret.Text) (Access, error)
	turn chan struct{} // holds one value while last is unlocked
	last Access
}

var _ cloudhttp.Tokens = (*Source)(nil)

// NewSource returns a source that begins with first, which may be empty, and calls get for another. refused is the
// token that the service has just refused, if any.
func NewSource(now func() time.Time, first Access,
	get func(ctx context.Context, last Access, refused secret.Text) (Access, error),
) *Source {
	s := &Source{now: now, get: get, turn: make(chan struct{}, 1), last: first}
	s.turn <- struct{}{}
	return s
}

// Token returns a token that is valid for a while and is not the refused one. It returns the error of get, or the
// context's if that ends while another call gets a token. A token that was refused to several calls at once is
// replaced once: the later ones find another in place.
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
