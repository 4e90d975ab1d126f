package c2pa

import "sync"

// maxMemo bounds a memo. There are eight signers and three time-stamping
// authorities in three years of OpenAI's files.
const maxMemo = 64

// memo remembers what was worked out of some bytes, by their SHA-256. When it
// is full it forgets everything: a flood of hostile files costs time only.
type memo[V any] struct {
	mu    sync.Mutex
	known map[[32]byte]V
}

func (m *memo[V]) get(key [32]byte, work func() V) V {
	m.mu.Lock()
	v, ok := m.known[key]
	m.mu.Unlock()
	if ok {
		return v
	}
	v = work()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxMemo {
		m.known = make(map[[32]byte]V, maxMemo)
	}
	m.known[key] = v
	return v
}
