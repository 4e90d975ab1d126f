package journal

import (
	"crypto/rand"
	"strings"
	"sync/atomic"
)

// keys generates the keys of one open journal: 80 random bits, which no other journal shares, and an ascending
// number. Successive keys lie on the same page of their index, so that a commit writes few pages; random keys would
// change a page each.
type keys struct {
	// prefix is set by begin.
	prefix string
	last   atomic.Uint64
}

// keyDigits are the digits of a key in SQLite's order. SQLite compares them as bytes, in which digits come before
// letters.
const keyDigits = "234567abcdefghijklmnopqrstuvwxyz"

const (
	prefixLength = 16
	numberLength = 10 // 50 bits, which are never used up
)

// begin draws the prefix. A digit of rand.Text is 5 bits: base32 by RFC 4648.
func (k *keys) begin() { k.prefix = strings.ToLower(rand.Text()[:prefixLength]) }

// next returns a new key. It is safe for concurrent use.
func (k *keys) next() string {
	var number [numberLength]byte
	n := k.last.Add(1)
	for i := len(number) - 1; i >= 0; i-- {
		number[i], n = keyDigits[n%32], n/32
	}
	return k.prefix + string(number[:])
}
