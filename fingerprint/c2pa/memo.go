package c2pa

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// maxMemo limits the entries of a memo. Three years of OpenAI's files have eight signers and three time-stamping
// authorities.
const maxMemo = 64

// sumKey returns a memo's key for a list of texts. It hashes each with its length: otherwise bytes moved from one
// text to the next would give the same key, and a forged file could set the result of genuine ones.
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

// memo caches results by the SHA-256 of their input. When it is full it drops all entries, so that many hostile files
// only cost time. It is safe for concurrent use.
type memo[V any] struct {
	mu    sync.Mutex
	known map[[32]byte]V
}

// get returns the result for key, and calls work if there is none. Concurrent calls may do the same work.
func (m *memo[V]) get(key [32]byte, work func() V) V {
	v, ok := m.find(key)
	if !ok {
		v = work()
		m.put(key, v)
	}
	return v
}

// find returns the result for key, if there is one.
func (m *memo[V]) find(key [32]byte) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.known[key]
	return v, ok
}

// put stores the result for key.
func (m *memo[V]) put(key [32]byte, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxMemo {
		m.known = make(map[[32]byte]V, maxMemo)
	}
	m.known[key] = v
}
