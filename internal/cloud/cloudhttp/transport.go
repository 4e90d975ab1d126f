package cloudhttp

import (
	"net/http"
	"sync"
	"time"
)

// Transport makes one account's calls. It may be used by several goroutines.
type Transport struct {
	base http.RoundTripper
	o    Options
	pace *pace
	n    counter

	mu   sync.Mutex
	over *Error // the Exhausted error that stops every call
}

var _ http.RoundTripper = (*Transport)(nil)

// New returns a transport over base; if that is nil, over a fresh *http.Transport that honours HTTPS_PROXY and
// SSL_CERT_FILE as net/http does. A base must not repeat calls that change something; *http.Transport does not.
func New(base http.RoundTripper, o Options) *Transport {
	o = o.withDefaults()
	if base == nil {
		base = fresh()
	}
	return &Transport{base: base, o: o, pace: newPace(o.Rate, o.Now, o.Sleep)}
}

// fresh returns net/http's default with as many idle connections to one host as a scan uses at once. The pings close
// a dead connection that HTTP/2 shares among all calls: without them, calls are sent over it, one after another,
// until the kernel notices.
func fresh() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = 64
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}
	return t
}

// RoundTrip sends req until it is answered or another try is pointless. A failed call is an *Error, regardless of its
// status; the response is nil then. If a context ends while a call that changes something is under way, the error is
// ErrUnknownOutcome as well as the context's error.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	c := &call{t: t, req: req, name: t.o.Name(req), effect: effectOf(req)}
	resp, err := c.run()
	if err != nil {
		t.n.count(func(s *Stats) { s.Failures++ })
	}
	return resp, err
}

// Stats returns the counts so far.
func (t *Transport) Stats() Stats { return t.n.snapshot() }

// Pace returns the present maximum of calls a second.
func (t *Transport) Pace() float64 { return t.pace.rate() }

// CloseIdleConnections closes the connections that no call uses.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// exhausted returns why no call is made at all now; nil if calls are made.
func (t *Transport) exhausted() *Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil && !t.over.Until.IsZero() && !t.o.Now().Before(t.over.Until) {
		t.over = nil
	}
	return t.over
}

// exhaust stops all calls until e.Until, or for the rest of this run if that is not known.
func (t *Transport) exhaust(e *Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = e
}

// spend takes one repeat out of the budget, and reports whether one was left.
func (t *Transport) spend() (ok bool) {
	t.n.count(func(s *Stats) {
		if ok = s.Repeats < int64(t.o.Budget)+s.Calls/10; ok {
			s.Repeats++
		}
	})
	return ok
}

// waited adds d to the time that calls waited.
func (t *Transport) waited(d time.Duration) { t.n.count(func(s *Stats) { s.Waited += d }) }
