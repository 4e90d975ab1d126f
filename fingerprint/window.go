package fingerprint

import (
	"fmt"
	"io"
)

// firstRead is the size in bytes of the first read, which is enough for nearly every file: OpenAI's own PNG files
// have their credential at offset 33. A smaller read would cost a remote storage one request as well.
const firstRead = 4096

// window holds a small part of a file in memory and moves as a walk over the file's structure needs it. It counts the
// bytes it reads.
type window struct {
	r          io.ReaderAt
	size       int64
	headerOnly *headerReader // the same reader as r if only the header is read, else nil
	read       int64
	err        error // the first error, including an early end; at then returns nil

	// buf[:n] has the bytes of the file at off.
	off int64
	n   int
	buf [firstRead]byte
}

// reset points w at another file. It reads nothing yet.
func (w *window) reset(r io.ReaderAt, size int64) {
	w.r, w.size, w.read, w.err, w.off, w.n = r, size, 0, nil, 0, 0
}

// expect announces to the headerReader, if there is one, that the n bytes at off are or may be a credential and will be
// read.
func (w *window) expect(off, n int64) {
	if w.headerOnly != nil {
		w.headerOnly.expect(off, n)
	}
}

// at returns n bytes at off, or as many as the file has, but at most firstRead. The bytes are valid until the next
// call. It returns nil after an error.
func (w *window) at(off int64, n int) []byte {
	if w.err != nil || off < 0 || off >= w.size {
		return nil
	}
	n = int(min(int64(n), w.size-off, firstRead))
	if off < w.off || off+int64(n) > w.off+int64(w.n) {
		w.move(off)
	}
	from := off - w.off
	return w.buf[min(from, int64(w.n)):min(from+int64(n), int64(w.n))]
}

// move reads firstRead bytes at off, or as many as the file has by its size. An early end is an error.
func (w *window) move(off int64) {
	p := w.buf[:min(firstRead, w.size-off)]
	n, err := w.r.ReadAt(p, off)
	w.off, w.n = off, max(n, 0)
	w.read += int64(w.n)
	if w.n >= len(p) {
		return
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	w.n, w.err = 0, fmt.Errorf("read the header: %w", err)
}
