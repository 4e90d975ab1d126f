package cloudsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Fault is one failure to inject. The requests that match Call are counted; the fault hits number Nth and the Times-1
// that follow it.
type Fault struct {
	// Call is the provider's name of a method ("drive.files.update"), a prefix of one followed by *
	// ("drive.files.*"), or "" for every request.
	Call string `json:"call,omitempty"`
	// Nth is the first matching request that is hit, from 1; 0 is 1.
	Nth int `json:"nth,omitempty"`
	// Times is how many matching requests in a row are hit; 0 is 1, -1 all.
	Times int  `json:"times,omitempty"`
	Kind  Kind `json:"kind"`

	// Status, Reason and Text are the answer of Refuse. Text is sent unchanged instead of the service's own text, as
	// HTML if it starts with <.
	Status int    `json:"status,omitempty"`
	Reason string `json:"reason,omitempty"`
	Text   string `json:"text,omitempty"`
	// RetryAfter, if not "", is sent as the header Retry-After.
	RetryAfter string `json:"retry_after,omitempty"`
	// Delay is how many milliseconds Slow waits.
	Delay int `json:"delay_ms,omitempty"`
}

// String returns a short description of the fault, for the record.
func (f Fault) String() string {
	if f.Kind != Refuse {
		return string(f.Kind)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", f.Kind, f.Status, f.Reason))
}

// check returns an error if the fault could never be injected as it is written: an unknown kind, a status that is
// no refusal, an answer for a kind that has none, a negative count, or a * in the middle of Call.
func (f Fault) check() error {
	switch {
	case !f.Kind.known():
		return fmt.Errorf("there is no kind of fault %q", f.Kind)
	case f.Kind == Refuse && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("a refusal needs a status from 400 to 599, not %d", f.Status)
	case f.Kind != Refuse && (f.Status != 0 || f.Reason != "" || f.Text != "" || f.RetryAfter != ""):
		return fmt.Errorf("a fault of kind %q has no answer of its own", f.Kind)
	case f.Nth < 0 || f.Times < -1 || f.Delay < 0:
		return errors.New("nth, times and delay_ms are counted from 0 (times: -1 is always)")
	case strings.Contains(strings.TrimSuffix(f.Call, "*"), "*"):
		return fmt.Errorf("call %q: a * stands at the end only", f.Call)
	}
	return nil
}

// matches reports whether the fault is for that method of a provider. The * stands for any rest, also for dots:
// "drive.*" matches "drive.files.list".
func (f Fault) matches(call string) bool {
	if start, ok := strings.CutSuffix(f.Call, "*"); ok {
		return strings.HasPrefix(call, start)
	}
	return f.Call == "" || f.Call == call
}

// hits reports whether the fault hits the nth matching request.
func (f Fault) hits(nth int) bool {
	first, times := max(f.Nth, 1), f.Times
	if times == 0 {
		times = 1
	}
	return nth >= first && (times < 0 || nth < first+times)
}

// delay returns how long Slow waits between the halves of a body.
func (f Fault) delay() time.Duration { return time.Duration(f.Delay) * time.Millisecond }

// ReadFaults reads a list of faults as JSON. It returns an error for unknown keys.
func ReadFaults(r io.Reader) ([]Fault, error) {
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var list []Fault
	dec := json.NewDecoder(bytes.NewReader(all))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("a list of faults: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("a list of faults: something follows it")
	}
	for i, f := range list {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return list, nil
}

// faults counts the requests that each fault matches. seen[i] belongs to list[i].
type faults struct {
	mu   sync.Mutex
	list []Fault
	seen []int
}

// SetFaults replaces the faults and restarts the counts. If one of them is wrong, it returns an error and keeps
// the old ones. A request under way keeps the fault that it has.
func (c *Cloud) SetFaults(list []Fault) error {
	for i, f := range list {
		if err := f.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.list, c.faults.seen = append([]Fault(nil), list...), make([]int, len(list))
	return nil
}

// next counts a request and returns the first fault that hits it, or nil. Every fault counts the request, also
// those behind the one that hits: Nth does not depend on the rest of the list.
func (fs *faults) next(call string) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var hit *Fault
	for i, f := range fs.list {
		if !f.matches(call) {
			continue
		}
		fs.seen[i]++
		if hit == nil && f.hits(fs.seen[i]) {
			hit = &fs.list[i]
		}
	}
	return hit
}
