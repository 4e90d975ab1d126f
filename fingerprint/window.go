package fingerprint

import (
	"fmt"
	"io"
)

// firstRead decides for nearly every file: OpenAI's own PNG files have their
// credential at offset 33, and a small read costs a remote storage one request
// either way.
const firstRead = 4096

// window is a small part of a file in memory, moved as a walk over the file's
// structure needs it. It counts what it reads.
type window struct {
	r    io.ReaderAt
	size int64
	skim *skimmer // r, where the file is skimmed
	read int64
	err  error // the first, an end before the size included; then the file seems to end

	off int64
	n   int
	buf [firstRead]byte
}

func (w *window) reset(r io.ReaderAt, size int64) {
	w.r, w.size, w.read, w.err, w.off, w.n = r, size, 0, nil, 0, 0
}

// expect says that n bytes at off will be wanted: they are a credential, or may
// be.
func (w *window) expect(off, n int64) {
	if w.skim != nil {
		w.skim.expect(off, n)
	}
}

// at returns n bytes at off, at most firstRead, or what there is of them. They
// are valid until the next call.
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
