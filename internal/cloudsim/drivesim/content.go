package drivesim

import "github.com/sweepd/sweepd/internal/cloudsim/content"

// Content is the bytes of one revision of a file. It never changes, and any number of files, in other clouds too, may
// share it.
type Content = content.Content

// Bytes returns content that is kept in memory. The caller must not change b afterwards.
func Bytes(b []byte) *Content { return content.Bytes(b) }

// Noise returns content of size bytes that begins with head and continues with bytes that are computed from seed
// whenever they are read: the same ones every time.
func Noise(head []byte, size int64, seed uint64) *Content { return content.Noise(head, size, seed) }
