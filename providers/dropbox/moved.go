package dropbox

import (
	"sync"

	"sweepd/providers"
)

// moved remembers whose key deleted what, as long as the process lives: Dropbox
// has no place for a key on a deleted file.
type moved struct {
	mu  sync.Mutex
	all map[providers.Receipt]string
	old map[string]bool
}

// begin notes that a deletion is sent under the key.
func (m *moved) begin(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.old == nil {
		m.old = map[string]bool{}
	}
	m.old[key] = true
}

// begun reports whether this process has sent a deletion under the key.
func (m *moved) begun(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.old[key]
}

// by is the key that deleted it, "" where that is not known.
func (m *moved) by(r receipt) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[r.encode()]
}

func (m *moved) note(r receipt, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[providers.Receipt]string{}
	}
	m.all[r.encode()] = key
}
