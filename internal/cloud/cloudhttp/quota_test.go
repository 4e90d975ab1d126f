package cloudhttp_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// shared is a quota that counts what it is asked.
type shared struct {
	waits, limited atomic.Int64
	err            error
	asked          atomic.Int64 // the last wait that a service asked for
}

func (s *shared) Wait(context.Context) error { s.waits.Add(1); return s.err }

func (s *shared) Limited(_ context.Context, asked time.Duration) {
	s.limited.Add(1)
	s.asked.Store(int64(asked))
}

func TestEachTryWaitsForTheSharedQuota(t *testing.T) {
	s := serve(t, says(429, "", "Retry-After", "7"), done)
	var q shared
	tr, _ := account(t, cloudhttp.Options{Quota: &q})
	if _, err := send(t.Context(), tr, "GET", s.URL, ""); err != nil {
		t.Fatal(err)
	}
	if q.waits.Load() != 2 || q.limited.Load() != 1 || time.Duration(q.asked.Load()) != 7*time.Second {
		t.Errorf("got %d waits, and %d limits of %s; want 2, and one of 7s", q.waits.Load(), q.limited.Load(),
			time.Duration(q.asked.Load()))
	}
}

func TestNothingIsSentWithoutTheSharedQuota(t *testing.T) {
	s := serve(t, done)
	q := shared{err: errors.New("the database does not answer")}
	tr, _ := account(t, cloudhttp.Options{Quota: &q})
	_, err := send(t.Context(), tr, "POST", s.URL, "x")
	if !errors.Is(err, cloudhttp.Unsent) || !errors.Is(err, q.err) || len(s.requests()) != 0 {
		t.Errorf("got %v after %d requests", err, len(s.requests()))
	}
}
