package cloudhttp_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// A call may have waited for its turn, and may be sent again after a wait: it is asked for each time.
func TestEachTryOfAChangeIsAskedFor(t *testing.T) {
	lost := errors.New("the lease is lost")
	for name, c := range map[string]struct {
		ctx   func(context.Context) context.Context
		allow int // so many tries
		want  error
		sent  int
	}{
		"a change, never":      {nil, 0, lost, 0},
		"a change, once":       {nil, 1, lost, 1},
		"a change, repeatable": {cloudhttp.Repeatable, 1, lost, 1},
		"a change, at once":    {cloudhttp.Once, 0, lost, 0},
		"a change":             {nil, 2, nil, 2},
		"a reading one":        {cloudhttp.Reading, 0, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s, asked := serve(t, says(http.StatusTooManyRequests, ""), done), 0
			tr, _ := account(t, cloudhttp.Options{May: func(context.Context) error {
				if asked++; asked > c.allow {
					return lost
				}
				return nil
			}})
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx(ctx)
			}
			_, err := send(ctx, tr, http.MethodPost, s.URL, "x")
			if !errors.Is(err, c.want) || errors.Is(err, cloudhttp.ErrUnknownOutcome) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if n := len(s.requests()); n != c.sent {
				t.Errorf("%d requests were sent, want %d", n, c.sent)
			}
		})
	}
}

// A change that may be made already, and whose second try is refused, has an unknown outcome.
func TestARefusedTryLeavesTheOutcomeOfTheOneBeforeUnknown(t *testing.T) {
	lost := errors.New("the lease is lost")
	s, asked := serve(t, says(http.StatusServiceUnavailable, ""), done), 0
	tr, _ := account(t, cloudhttp.Options{May: func(context.Context) error {
		if asked++; asked > 1 {
			return lost
		}
		return nil
	}})
	_, err := send(cloudhttp.Repeatable(t.Context()), tr, http.MethodPost, s.URL, "x")
	if !errors.Is(err, lost) || !errors.Is(err, cloudhttp.ErrUnknownOutcome) {
		t.Errorf("got %v, want %v and that the outcome is unknown", err, lost)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests were sent, want 1", n)
	}
}
