package cloudhttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The waits between tries: a random part of a span that doubles up to a maximum ("full jitter"), so that many clients
// that failed together do not return together:
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
const (
	firstWait = 500 * time.Millisecond
	mostWait  = 64 * time.Second
)

// backoff returns how long to wait after the nth failed try, counted from 0: at least the time that the service asked
// for.
func backoff(n int, asked time.Duration, random func(int64) int64) time.Duration {
	span := mostWait
	if n < 7 {
		span = min(firstWait<<n, mostWait)
	}
	return asked + time.Duration(random(int64(span)+1))
}

// retryAfter returns how long the header Retry-After asks to wait, in seconds or until a date (RFC 9110, section
// 10.2.3); 0 if it is absent or unreadable.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		return Seconds(s)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// Sleep waits for d, or returns the error of ctx if that ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Seconds returns a wait that a service asks for, ten years at most; 0 if s is not a positive number.
func Seconds(s float64) time.Duration {
	const most = 10 * 365 * 24 * 3600 // much longer waits do not fit a Duration
	if !(s > 0) {                     // NaN too
		return 0
	}
	return time.Duration(min(s, most) * float64(time.Second))
}
