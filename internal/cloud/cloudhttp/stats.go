package cloudhttp

import (
	"maps"
	"sync"
	"time"
)

// Stats count the work of a Transport.
type Stats struct {
	Calls    int64            // requests sent, each try counted
	Repeats  int64            // of these, the ones sent again
	Limits   int64            // answers that meant "too many"
	Failures int64            // calls that returned an *Error
	Sent     int64            // bytes of the bodies sent
	Received int64            // bytes of the bodies read, after decompression
	Waited   time.Duration    // by all calls together, for the pace and between tries
	ByCall   map[string]int64 // requests sent, by Options.Name
}

// counter is Stats under a lock. Readers get a copy, so that the numbers of one moment belong together.
type counter struct {
	mu sync.Mutex
	s  Stats
}

// count changes the counts under the lock; f must not block.
func (c *counter) count(f func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.s)
}

// snapshot returns a copy of the counts.
func (c *counter) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.s
	s.ByCall = maps.Clone(s.ByCall)
	return s
}
