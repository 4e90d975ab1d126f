package dropbox

import (
	"sync"

	"github.com/sweepd/sweepd/providers"
)

// moved remembers which key deleted which file while the process runs: Dropbox cannot store a key on a deleted
// file. Both maps grow by an entry for each deletion of this process.
type moved struct {
	mu sync.Mutex
	// all has the key by the receipt of the deleted file. old has the keys under which a deletion was sent.
	all map[providers.Receipt]string
	old map[string]bool
}

// begin records that a deletion is sent under the key.
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

// by returns the key that deleted the file, "" if it is not known.
func (m *moved) by(r receipt) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[r.encode()]
}

// note records that the key deleted the file.
func (m *moved) note(r receipt, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[providers.Receipt]string{}
	}
	m.all[r.encode()] = key
}
