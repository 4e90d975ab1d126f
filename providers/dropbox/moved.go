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
