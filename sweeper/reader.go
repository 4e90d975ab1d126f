package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io"

	"sweepd/providers"
)

// headSize is how much of a file the first read fetches: enough for almost
// every verdict.
const headSize = 4096

// reader reads one file of a storage by ranges. Reads inside the first bytes
// cost one request together. It is not safe for concurrent use.
type reader struct {
	source  func(off, n int64) (io.ReadCloser, error)
	size    int64
	budget  int64 // bytes that may still be fetched
	fetched int64
	headLen int // -1 until the head was fetched
	head    [headSize]byte
}

var _ io.ReaderAt = (*reader)(nil)

// errBudget ends an examination that reads far more than the file has.
var errBudget = errors.New("the examination reads too much of the file")

// open points r at the file. A file may be read twice over: once to look, once
// to hash.
func (r *reader) open(ctx context.Context, s *providers.Storage, e providers.Entry) {
	r.begin(e.Size, func(off, n int64) (io.ReadCloser, error) { return s.ReadRange(ctx, e, off, n) })
}

// openTrashed points r at a file in the trash.
func (r *reader) openTrashed(ctx context.Context, s *providers.Storage, t providers.Trashed) {
	r.begin(t.Size, func(off, n int64) (io.ReadCloser, error) { return s.ReadTrashed(ctx, t, off, n) })
}

func (r *reader) begin(size int64, source func(off, n int64) (io.ReadCloser, error)) {
	r.source, r.size = source, size
	r.budget, r.fetched, r.headLen = 3*size+1<<20, 0, -1
}

// ReadAt implements io.ReaderAt for the revision that the entry names; once
// the file has changed it fails with providers.ErrChanged.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	if off >= r.size {
		return 0, io.EOF
	}
	if off < headSize && r.headLen < 0 && len(p) <= headSize {
		n, err := r.fetch(r.head[:], 0)
		if err != nil && err != io.EOF { // a wrapped one is a connection's, not the file's
			return 0, err
		}
		r.headLen = n
	}
	if off+int64(len(p)) <= int64(r.headLen) || int64(r.headLen) == r.size {
		n := copy(p, r.head[off:r.headLen])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	}
	return r.fetch(p, off)
}

// fetch asks the storage for one range. Fewer bytes than the entry's size
// promises is a changed file, not an end.
func (r *reader) fetch(p []byte, off int64) (int, error) {
	want := min(int64(len(p)), r.size-off)
	if r.budget -= want; r.budget < 0 {
		return 0, errBudget
	}
	rc, err := r.source(off, want)
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(rc, p[:want])
	r.fetched += int64(n)
	if cerr := rc.Close(); cerr != nil {
		return 0, cerr
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, fmt.Errorf("got %d bytes of %d: %w", n, want, providers.ErrChanged)
	}
	if err == nil && want < int64(len(p)) {
		err = io.EOF
	}
	return n, err
}
