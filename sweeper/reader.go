package sweeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

const (
	// headSize is the number of bytes that the first read fetches: enough for almost every verdict.
	headSize = 4096
	// remoteStep is the number of bytes that one request fetches from a remote storage if the whole file is wanted:
	// nearly every picture in one request.
	remoteStep = 8 << 20
	// hashStep is the size of the buffer for hashing.
	hashStep = 128 << 10
)

// reader reads one file of a storage by ranges. All reads within the head cost one request together. On a remote
// storage all reads within one part of remoteStep bytes cost one request together. It is not safe for concurrent use.
type reader struct {
	// source requests n bytes from off. The reader closes the result.
	source  func(off, n int64) (io.ReadCloser, error)
	entry   providers.Entry // of the source, unless the file is in the trash
	size    int64
	budget  int64 // bytes that may still be fetched
	fetched int64
	headLen int // -1 until the head was fetched
	head    [headSize]byte

	chunk []byte            // buffer of sums
	sum   [sha256.Size]byte // of the file, if classify has found it

	step int64  // bytes per request; 0: as many as the caller asks for
	off  int64  // offset of part
	part []byte // the part fetched last, if step > 0
}

var _ io.ReaderAt = (*reader)(nil)

// errBudget ends an examination that reads far more bytes than the file has.
var errBudget = errors.New("the examination reads too much of the file")

// open points r at a file that is read to its end. The file may be read twice: once to examine it, once to hash it.
func (r *reader) open(ctx context.Context, s *providers.Storage, e providers.Entry) {
	r.begin(e.Size, stepOf(s), r.sourceOf(ctx, s, e))
}

// openHeader points r at a file of which the caller reads only few ranges.
func (r *reader) openHeader(ctx context.Context, s *providers.Storage, e providers.Entry) {
	r.begin(e.Size, 0, r.sourceOf(ctx, s, e))
}

// sourceOf returns the source for a file that is not in the trash. An entry is large, and the source of each file would
// allocate one if it did not use that of r.
func (r *reader) sourceOf(
	ctx context.Context, s *providers.Storage, e providers.Entry,
) func(off, n int64) (io.ReadCloser, error) {
	r.entry = e
	return func(off, n int64) (io.ReadCloser, error) { return s.ReadRange(ctx, r.entry, off, n) }
}

// openTrashed points r at a file in the trash, as open does.
func (r *reader) openTrashed(ctx context.Context, s *providers.Storage, t providers.Trashed) {
	r.begin(t.Size, stepOf(s), func(off, n int64) (io.ReadCloser, error) { return s.ReadTrashed(ctx, t, off, n) })
}

// openTrashedHeader points r at a file in the trash, as openHeader does.
func (r *reader) openTrashedHeader(ctx context.Context, s *providers.Storage, t providers.Trashed) {
	r.begin(t.Size, 0, func(off, n int64) (io.ReadCloser, error) { return s.ReadTrashed(ctx, t, off, n) })
}

// isRemote reports whether reading whole files costs much there.
func isRemote(s *providers.Storage) bool { return !s.Can().Has(providers.CanReadWhole) }

// stepOf returns the step for a file that is read to its end.
func stepOf(s *providers.Storage) int64 {
	if isRemote(s) {
		return remoteStep
	}
	return 0
}

// begin points r at another file and keeps the buffers. The budget is enough for three readings of the whole
// file, and for a small file for headers that are read again and again.
func (r *reader) begin(size, step int64, source func(off, n int64) (io.ReadCloser, error)) {
	r.source, r.size, r.step = source, size, step
	r.budget, r.fetched, r.headLen, r.part = 3*size+1<<20+2*step, 0, -1, r.part[:0]
	r.sum = [sha256.Size]byte{}
}

// classify returns the verdict on e, the file that r is at.
func (r *reader) classify(c *fingerprint.Classifier, e providers.Entry) (v fingerprint.Verdict, err error) {
	v, r.sum, err = c.ClassifyAndHash(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	return v, err
}

// ReadAt implements io.ReaderAt for the revision of the entry. It returns providers.ErrChanged if the file has
// changed since.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	if off >= r.size {
		return 0, io.EOF
	}
	if r.step > 0 {
		return r.readPart(p, off)
	}
	// The first small read near the beginning fetches the whole head.
	if off < headSize && r.headLen < 0 && len(p) <= headSize {
		n, err := r.fetch(r.head[:], 0)
		if err != nil && err != io.EOF { // a wrapped EOF is the connection's, not the file's
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

// readPart reads from the part in memory and fetches the next part if off is outside it.
func (r *reader) readPart(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= r.size {
			return n, io.EOF
		}
		if past := at - r.off; past >= 0 && past < int64(len(r.part)) {
			n += copy(p[n:], r.part[past:])
			continue
		}
		want := int(min(r.step, r.size-at))
		part := slices.Grow(r.part[:0], want)[:want]
		// Until the request has succeeded, there is no part: its buffer may be overwritten in part.
		r.part = r.part[:0]
		if _, err := r.fetch(part, at); err != nil {
			return n, err
		}
		r.off, r.part = at, part
	}
	return n, nil
}

// sums returns the hashes of the file, for which it reads all of it unless classify has.
func (r *reader) sums() (providers.Hashes, error) {
	known := providers.Entry{Size: r.size, Hashes: providers.Hashes{SHA256: r.sum}}.Sums()
	if known.ContentHash != ([sha256.Size]byte{}) {
		return known, nil
	}
	h := providers.NewHasher()
	r.chunk = slices.Grow(r.chunk[:0], hashStep)[:hashStep]
	var err error
	if r.step > 0 { // the part in memory need not be fetched again
		_, err = io.CopyBuffer(h, io.NewSectionReader(r, 0, r.size), r.chunk)
	} else {
		err = r.stream(h)
	}
	if err != nil {
		return providers.Hashes{}, err
	}
	return h.Sum(), nil
}

// stream copies the whole file in one request.
func (r *reader) stream(to io.Writer) error {
	if r.budget -= r.size; r.budget < 0 {
		return errBudget
	}
	rc, err := r.source(0, r.size)
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(to, rc, r.chunk)
	r.fetched += n
	if err = errors.Join(err, rc.Close()); err == nil && n != r.size {
		err = fmt.Errorf("got %d bytes of %d: %w", n, r.size, providers.ErrChanged)
	}
	return err
}

// sumsOf returns the hashes of e, the file that r is at. It returns providers.ErrChanged if the storage reports other
// hashes for it: the bytes are not the file's, wherever they were altered.
func (r *reader) sumsOf(e providers.Entry) (providers.Hashes, error) {
	sums, err := r.sums()
	if err != nil {
		return sums, err
	}
	if differ(e, providers.Entry{Size: e.Size, Hashes: sums}) {
		return providers.Hashes{}, fmt.Errorf("what was read is not what its hash says: %w", providers.ErrChanged)
	}
	return sums, nil
}

// maxHashed is the largest file that is hashed only to be recognised elsewhere: a sparse file may have any size, and
// OpenAI's largest pictures have 4 MB.
const maxHashed = 256 << 20

// know adds to e, the file that r is at, the hashes of its bytes. It returns the error of sumsOf. A file with a weak
// revision gets none, because its bytes may change under the same revision.
func (r *reader) know(e *providers.Entry) error {
	if e.Size > maxHashed || e.Weak {
		return nil
	}
	sums, err := r.sumsOf(*e)
	if err == nil {
		e.Hashes = e.Hashes.Or(sums)
	}
	return err
}

// fetch requests one range from the storage. Fewer bytes than the entry's size promises mean a changed file
// (providers.ErrChanged), not its end.
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
