package c2pa

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// maxMemo bounds a memo. There are eight signers and three time-stamping
// authorities in three years of OpenAI's files.
const maxMemo = 64

// sumKey is a memo's key for some texts one after the other. Each goes in with
// its length: else bytes moved from one to the next would have the same key, and
// a forged file could make a memo say of genuine ones what is true of itself.
func sumKey(texts ...[]byte) [32]byte {
	h := sha256.New()
	for _, t := range texts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(t)))
		h.Write(n[:])
		h.Write(t)
	}
	return [32]byte(h.Sum(nil))
}

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
