package drive

import "sweepd/internal/cloudfake/content"

// Content is the bytes of one revision of a file. It never changes, and may be
// given to any number of files, in other clouds too.
type Content = content.Content

// Bytes is content that is kept in memory. The caller leaves b alone from then on.
func Bytes(b []byte) *Content { return content.Bytes(b) }

// Noise is content of size bytes that begins with head and goes on with bytes
// that are computed from seed whenever they are read: the same ones every time.
func Noise(head []byte, size int64, seed uint64) *Content { return content.Noise(head, size, seed) }
