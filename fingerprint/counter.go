package fingerprint

import (
	"io"
	"sync/atomic"
)

// counter counts the bytes that are read through it. It is safe for concurrent use.
type counter struct {
	r    io.ReaderAt
	read atomic.Int64
}

// ReadAt implements io.ReaderAt. It counts the bytes that r returned, also those with an error.
func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.read.Add(int64(max(n, 0)))
	return n, err
}
