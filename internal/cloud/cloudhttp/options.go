package cloudhttp

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/sweepd/sweepd/internal/secret"
)

// Tokens provides access tokens. It is called by several goroutines at once.
type Tokens interface {
	// Token returns the access token to send. If refused is not empty, the service has just refused that token: Token
	// returns another one, or an error if there is none. The caller gets the error.
	Token(ctx context.Context, refused secret.Text) (secret.Text, error)
}

// Options define how one account's calls are made. The zero Options sign nothing and classify by the status.
type Options struct {
	Tokens Tokens // nil: requests are sent unsigned
	// Hosts are the hosts that may receive the token; a request to another fails. ".example.com" matches all hosts
	// below it. They count only with Tokens.
	Hosts    []string
	Classify func(Answer) Meaning // nil: ByStatus

	// Name returns the name of a call for logs, errors and counts, without any name or id of a file; nil: the method
	// and the host.
	Name func(*http.Request) string

	Rate  float64 // the most calls a second; 0: 100
	Quota Quota   // is shared with other transports; nil: none is
	// May is asked right before each try of a call that changes something. An error of it ends the call, and nothing is
	// sent. nil: every call may be sent.
	May func(context.Context) error

	Tries   int           // the most times that one call is sent; 0: 6
	Budget  int           // how many calls may be repeated in all, in addition to a tenth of those made; 0: 50
	Timeout time.Duration // how long the service may be silent; 0: a minute
	// Patience is the longest wait that the service may ask for before the call fails as Exhausted; 0: 2 minutes.
	Patience time.Duration

	Log    *slog.Logger                                     // at debug, each try; nil: none
	Now    func() time.Time                                 // must be given
	Sleep  func(ctx context.Context, d time.Duration) error // nil: Sleep
	Random func(n int64) int64                              // returns a number from 0 to n-1; nil: math/rand/v2
}

// withDefaults returns o with its defaults set.
func (o Options) withDefaults() Options {
	if o.Classify == nil {
		o.Classify = ByStatus
	}
	if o.Name == nil {
		o.Name = func(r *http.Request) string { return r.Method + " " + r.URL.Hostname() }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Sleep == nil {
		o.Sleep = Sleep
	}
	if o.Random == nil {
		o.Random = rand.Int64N
	}
	o.Rate = or(o.Rate, 100)
	o.Tries = or(o.Tries, 6)
	o.Budget = or(o.Budget, 50)
	o.Timeout = or(o.Timeout, time.Minute)
	o.Patience = or(o.Patience, 2*time.Minute)
	return o
}

// or returns v, or instead if v is zero.
func or[T comparable](v, instead T) T {
	if v == *new(T) {
		return instead
	}
	return v
}
