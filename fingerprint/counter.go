package fingerprint

import (
	"io"
	"sync/atomic"
)

// counter counts what is read through it, by however many at once.
type counter struct {
	r    io.ReaderAt
	read atomic.Int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.read.Add(int64(max(n, 0)))
	return n, err
}
