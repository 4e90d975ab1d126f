package cloudsim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// Options are the options of a Cloud.
type Options struct {
	// Now is the clock of every service. It must be set.
	Now func() time.Time
	// Latency is how long each request waits before it is served; requests wait in parallel.
	Latency time.Duration
	// Wait waits for d or until ctx ends; nil: with a timer. Tests set one that does not wait.
	Wait func(ctx context.Context, d time.Duration)
	// Faults are injected; see Fault. SetFaults replaces them later.
	Faults []Fault
	// Observe, if not nil, is called after each answer, by the goroutine that served it.
	Observe func(Exchange)
}

// Cloud contains services: it is an http.Handler that dispatches by host.
//
// The order is New, Add for each service, then Start or the first request. The list of services has no lock, so
// Add must not run at the same time as a request. SetFaults and Audit may be used at any time.
type Cloud struct {
	o        Options
	services []Service
	audit    Audit
	faults   faults
	// The number of requests so far. The next one becomes Record.N, also of the mutations that it makes.
	requests atomic.Int64
}

// New returns a Cloud without services; a service adds itself when it is created.
func New(o Options) (*Cloud, error) {
	if o.Now == nil {
		return nil, errors.New("a cloud needs a clock: Options.Now")
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	c := &Cloud{o: o}
	return c, c.SetFaults(o.Faults)
}

// Add adds a service, before anything is served. It returns an error if another service has one of its hosts.
func (c *Cloud) Add(s Service) error {
	for _, host := range s.Hosts() {
		if c.service(host) != nil {
			return fmt.Errorf("two services for %s", host)
		}
	}
	c.services = append(c.services, s)
	return nil
}

// Now returns the time in the cloud.
func (c *Cloud) Now() time.Time { return c.o.Now() }

// Wait waits for d or until ctx ends, by Options.Wait.
func (c *Cloud) Wait(ctx context.Context, d time.Duration) { c.o.Wait(ctx, d) }

// Audit returns the record.
func (c *Cloud) Audit() *Audit { return &c.audit }

// Hosts returns the host names of all services.
func (c *Cloud) Hosts() []string {
	var all []string
	for _, s := range c.services {
		all = append(all, s.Hosts()...)
	}
	return all
}

// service returns the service that has the host, or nil.
func (c *Cloud) service(host string) Service {
	for _, s := range c.services {
		if slices.Contains(s.Hosts(), host) {
			return s
		}
	}
	return nil
}

// ServeHTTP serves a request to the host that it names. It answers 403 for any other host, because nothing is ever
// forwarded.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := bareHost(r.Host)
	s := c.service(host)
	if s == nil {
		http.Error(w, "this is a rehearsal: no such host", http.StatusForbidden)
		return
	}
	c.serve(w, r, s, host)
}

// bareHost returns a Host header without its port.
func bareHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

// wait is the default of Options.Wait.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
