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
	over *Error // Exhausted: what no call is made because of
}

var _ http.RoundTripper = (*Transport)(nil)

// New makes a transport over base; nil is a fresh *http.Transport that honours
// HTTPS_PROXY and SSL_CERT_FILE as net/http does. A base must not repeat what
// changes something; *http.Transport does not.
func New(base http.RoundTripper, o Options) *Transport {
	o = o.withDefaults()
	if base == nil {
		base = fresh()
	}
	return &Transport{base: base, o: o, pace: newPace(o.Rate, o.Now, o.Sleep)}
}

// fresh is net/http's default with as many idle connections to one host as a
// scan uses at once. A connection that HTTP/2 shares among all calls is given up
// when it is dead: without the pings, calls go on being given to it, one after
// another, for as long as the kernel takes to notice.
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

// RoundTrip sends req until it is answered or there is no sense in it any more.
// A failed call is an *Error, whatever its status; the response is nil then. A
// context that ends while a call that changes something is under way leaves
// ErrUnknownOutcome beside the context's error.
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

// Stats are what was done so far.
func (t *Transport) Stats() Stats { return t.n.snapshot() }

// Pace is how many calls a second are made at most at present.
func (t *Transport) Pace() float64 { return t.pace.rate() }

// CloseIdleConnections closes the connections that no call uses.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// exhausted is why no call is made at all now; nil when they are.
func (t *Transport) exhausted() *Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil && !t.over.Until.IsZero() && !t.o.Now().Before(t.over.Until) {
		t.over = nil
	}
	return t.over
}

// exhaust makes no more calls until e.Until, or in this run where that is not
// known.
func (t *Transport) exhaust(e *Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = e
}

// spend takes one repeat out of the budget, if there is one left.
func (t *Transport) spend() (ok bool) {
	t.n.count(func(s *Stats) {
		if ok = s.Repeats < int64(t.o.Budget)+s.Calls/10; ok {
			s.Repeats++
		}
	})
	return ok
}

// waited adds to what calls waited.
func (t *Transport) waited(d time.Duration) { t.n.count(func(s *Stats) { s.Waited += d }) }
