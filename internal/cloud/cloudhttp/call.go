package cloudhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/secret"
)

// call is one request with all its tries.
type call struct {
	t      *Transport
	req    *http.Request
	name   string
	effect effect

	token   secret.Text // as sent last
	refused secret.Text // by the service
	unsure  bool        // a try may have changed something
}

// run sends the request until it has a final answer. A quota that another call has found used up is checked
// before every try, so that the calls that wait for theirs end too.
func (c *call) run() (*http.Response, error) {
	if err := c.mayHaveToken(); err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if over := c.t.exhausted(); over != nil {
			return nil, c.final(&Error{
				Kind: Exhausted, Status: over.Status, Reason: over.Reason, Text: over.Text, Until: over.Until,
			})
		}
		resp, fault, err := c.try()
		if err != nil {
			return nil, c.stopped(err)
		}
		if fault == nil {
			return resp, nil
		}
		if !c.again(n, fault) {
			return nil, c.final(fault)
		}
		if fault.Kind == Unauthorized {
			continue // with another token, at once
		}
		d := backoff(n, fault.after, c.t.o.Random)
		c.t.waited(d)
		if err := c.t.o.Sleep(c.req.Context(), d); err != nil {
			return nil, c.stopped(err)
		}
	}
}

// again reports whether the request is sent again after its nth try, counted from 0.
//
// It is not if a second try would meet the same fault, if the request is marked as Once, if there is no second
// copy of its body, or if the service asks for more patience than the options have. A call that changes something
// is repeated only if it was certainly not carried out (Limited, Unreached, Unauthorized); after Unavailable only
// one that reads or is Repeatable. Another token is tried once. Every other repeat is taken from the budget, so
// that a service that fails everywhere does not multiply the calls.
func (c *call) again(n int, fault *Error) bool {
	if n+1 >= c.t.o.Tries || fault.after > c.t.o.Patience || c.req.Context().Err() != nil ||
		!c.resendable() || c.effect == once {
		return false
	}
	switch fault.Kind {
	case Unauthorized:
		if c.t.o.Tokens == nil || !c.refused.Empty() {
			return false
		}
		c.refused = c.token
		return true
	case Limited, Unreached:
	case Unavailable:
		if c.effect == changes {
			return false
		}
	default:
		return false
	}
	fault.Budget = !c.t.spend()
	return !fault.Budget
}

// resendable reports whether there is a second copy of the request's body.
func (c *call) resendable() bool {
	return c.req.Body == nil || c.req.Body == http.NoBody || c.req.GetBody != nil
}

// final returns fault as the call's error.
func (c *call) final(fault *Error) error {
	fault.Call, fault.Unsure = c.name, c.unsure
	return fault
}

// stopped returns the error of a call that could not continue: the caller's context ended, or there is no token. The
// outcome of an earlier try stays unknown.
func (c *call) stopped(err error) error { return c.final(&Error{Kind: Unsent, Err: err}) }

// mayHaveToken returns an error if the token must not be sent to the request's host. It checks each request, because
// a redirect is a request of its own here.
func (c *call) mayHaveToken() error {
	if c.t.o.Tokens == nil {
		return nil
	}
	host := strings.ToLower(c.req.URL.Hostname())
	if !slices.ContainsFunc(c.t.o.Hosts,
		func(h string) bool { return h == host || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h) }) {
		return c.final(&Error{Kind: Unsent, Err: fmt.Errorf("%q is not a host of this service", host)})
	}
	if c.req.URL.Scheme != "https" && !loopback(host) {
		return c.final(&Error{Kind: Unsent, Err: errors.New("the sign-in goes only over https")})
	}
	return nil
}

// loopback reports whether host is this machine, by its number.
func loopback(host string) bool { return host == "127.0.0.1" || host == "::1" }

// turn waits for the call's turn and returns when it came. An error means that nothing was sent.
func (c *call) turn(ctx context.Context) (time.Time, error) {
	asked := c.t.o.Now()
	start, err := c.t.pace.wait(ctx)
	if err == nil && c.t.o.Quota != nil {
		err = c.t.o.Quota.Wait(ctx)
		start = c.t.o.Now()
	}
	if d := start.Sub(asked); err == nil && d > 0 {
		c.t.waited(d)
	}
	return start, err
}
