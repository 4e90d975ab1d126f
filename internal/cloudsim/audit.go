package cloudsim

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"sync"
)

// Audit is the record of all requests and all changes, in order. It is kept in memory for as long as the cloud
// lives; nothing is ever removed from it. Its methods may be called from several goroutines at once.
type Audit struct {
	// For all fields. It is never held while a service is called.
	mu      sync.Mutex
	records []Record
	// Counts of the requests only, by Record.Call; nil until the first one.
	calls map[string]int
	bytes map[string]int64
}

// add appends r under the next Seq.
func (a *Audit) add(r Record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Seq = int64(len(a.records)) + 1
	a.records = append(a.records, r)
	if r.Kind != KindRequest {
		return
	}
	if a.calls == nil {
		a.calls, a.bytes = map[string]int{}, map[string]int64{}
	}
	a.calls[r.Call]++
	a.bytes[r.Call] += r.Bytes
}

// Since returns a copy of the records after the one with that Seq; 0: all of them.
func (a *Audit) Since(seq int64) []Record {
	a.mu.Lock()
	defer a.mu.Unlock()
	if seq < 0 {
		seq = 0
	}
	if seq >= int64(len(a.records)) {
		return nil
	}
	return append([]Record(nil), a.records[seq:]...)
}

// Mutations returns the records of kind mutation after the one with that Seq.
func (a *Audit) Mutations(since int64) []Record {
	var all []Record
	for _, r := range a.Since(since) {
		if r.Kind == KindMutation {
			all = append(all, r)
		}
	}
	return all
}

// Calls returns the number of requests by the provider's name of the method, such as "drive.files.list"; "" counts
// those for no known method.
func (a *Audit) Calls() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.calls)
}

// Bytes returns the bytes sent in answers' bodies, by the same names.
func (a *Audit) Bytes() map[string]int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.bytes)
}

// Write writes the records after the one with that Seq as JSON, one a line.
func (a *Audit) Write(w io.Writer, since int64) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for _, r := range a.Since(since) {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return out.Flush()
}
