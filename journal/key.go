package journal

import (
	"crypto/rand"
	"strings"
	"sync/atomic"
)

// keys gives the keys of one open journal: 80 bits of chance, which no other
// journal ever has, and then a number that ascends. Keys that follow each other
// lie on the same page of their index, so that a commit writes few pages;
// keys of chance alone would each dirty another.
type keys struct {
	prefix string
	last   atomic.Uint64
}

// keyDigits are those of a key in the order in which SQLite compares them.
const keyDigits = "234567abcdefghijklmnopqrstuvwxyz"

const (
	prefixLength = 16
	numberLength = 10 // 50 bits: never used up
)

func (k *keys) begin() { k.prefix = strings.ToLower(rand.Text()[:prefixLength]) }

// next is a new key. It may be called from several goroutines at once.
func (k *keys) next() string {
	var number [numberLength]byte
	n := k.last.Add(1)
	for i := len(number) - 1; i >= 0; i-- {
		number[i], n = keyDigits[n%32], n/32
	}
	return k.prefix + string(number[:])
}
