package cloudfake

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

// Options of a Cloud.
type Options struct {
	// Now is the time that every service goes by. It must be set.
	Now func() time.Time
	// Latency is how long each request waits before it is served; requests
	// wait side by side.
	Latency time.Duration
	// Wait waits for d or until ctx ends. nil: with a timer. A test gives one
	// that does not wait.
	Wait func(ctx context.Context, d time.Duration)
	// Faults are injected; see Fault. More may be set later by SetFaults.
	Faults []Fault
	// Observe, if not nil, is called after each answer, from the goroutine that
	// served it.
	Observe func(Exchange)
}

// Cloud is the roof over some services: an http.Handler that dispatches by host.
type Cloud struct {
	o        Options
	services []Service
	audit    Audit
	faults   faults
	requests atomic.Int64
}

// New makes a Cloud without services; a service adds itself when it is made.
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

// Add puts a service under the roof, before anything is served. No two may
// have a host in common.
func (c *Cloud) Add(s Service) error {
	for _, host := range s.Hosts() {
		if c.service(host) != nil {
			return fmt.Errorf("two services for %s", host)
		}
	}
	c.services = append(c.services, s)
	return nil
}

// Now is the time in the cloud.
func (c *Cloud) Now() time.Time { return c.o.Now() }

// Wait waits for d or until ctx ends, as Options.Wait has it.
func (c *Cloud) Wait(ctx context.Context, d time.Duration) { c.o.Wait(ctx, d) }

// Audit is the record.
func (c *Cloud) Audit() *Audit { return &c.audit }

// Hosts are the names that the cloud answers to.
func (c *Cloud) Hosts() []string {
	var all []string
	for _, s := range c.services {
		all = append(all, s.Hosts()...)
	}
	return all
}

// service is the one that answers to host, or nil.
func (c *Cloud) service(host string) Service {
	for _, s := range c.services {
		if slices.Contains(s.Hosts(), host) {
			return s
		}
	}
	return nil
}

// ServeHTTP serves a request to the host that it names: 403 for any other host,
// for nothing is ever passed on.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := bareHost(r.Host)
	s := c.service(host)
	if s == nil {
		http.Error(w, "this is a rehearsal: no such host", http.StatusForbidden)
		return
	}
	c.serve(w, r, s, host)
}

// bareHost is a Host header without its port.
func bareHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
