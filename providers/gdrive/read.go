package gdrive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"google.golang.org/api/googleapi"

	"sweepd/internal/cloudhttp"
	"sweepd/providers"
)

// atOnce is up to how many bytes are fetched before ReadRange returns, so that
// an answer that was cut short can be asked for again.
const atOnce = 1 << 20

// ReadRange implements providers.Driver. The bytes are those of the revision,
// whatever the file is by now; whether it is another by now, Stat says.
func (d *Driver) ReadRange(ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64) (io.ReadCloser, error) {
	return d.read(ctx, string(ref), rev, -1, off, n)
}

// read reads a range of one revision; size is the file's, or -1.
func (d *Driver) read(ctx context.Context, id string, rev providers.Revision, size, off, n int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	revisionID, ok := head(rev)
	if !ok || off < 0 {
		return nil, providers.ErrChanged
	}
	if n <= 0 || size >= 0 && off >= size {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if n > atOnce {
		return d.open(ctx, id, revisionID, off, n)
	}
	const tries = 3
	for i := 1; ; i++ {
		rc, err := d.open(ctx, id, revisionID, off, n)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(rc)
		err = errors.Join(err, rc.Close())
		if err == nil {
			return io.NopCloser(bytes.NewReader(b)), nil
		}
		if i == tries || ctx.Err() != nil {
			return nil, err
		}
	}
}

// open asks for the range. A revision that Drive does not have (any more) is
// providers.ErrChanged: a newer one has taken its place.
func (d *Driver) open(ctx context.Context, id, revisionID string, off, n int64) (io.ReadCloser, error) {
	call := d.api.Revisions.Get(id, revisionID).Context(ctx)
	call.Header().Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	resp, err := call.Download()
	switch {
	case past(err):
		return io.NopCloser(strings.NewReader("")), nil
	case errors.Is(err, cloudhttp.Missing):
		return nil, fmt.Errorf("%w (%w)", providers.ErrChanged, err)
	case err != nil:
		return nil, err
	}
	length, err := ranged(resp, off, n)
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return &body{rc: resp.Body, left: length}, nil
}

// past reports whether the range is beyond the end of the file: status 416
// (RFC 9110, 15.5.17).
func past(err error) bool {
	if fault, ok := errors.AsType[*cloudhttp.Error](err); ok {
		return fault.Status == http.StatusRequestedRangeNotSatisfiable
	}
	fault, ok := errors.AsType[*googleapi.Error](err)
	return ok && fault.Code == http.StatusRequestedRangeNotSatisfiable
}

// ranged is how many bytes are to come; an error if they are not those that were
// asked for.
func ranged(resp *http.Response, off, n int64) (int64, error) {
	var first, last int64
	if resp.StatusCode == http.StatusPartialContent {
		_, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/", &first, &last)
		if err != nil || first != off || last < first || last-first >= n {
			return 0, fmt.Errorf("asked for %d bytes at %d, got %q", n, off, resp.Header.Get("Content-Range"))
		}
		return last - first + 1, nil
	}
	if resp.StatusCode != http.StatusOK || off != 0 || resp.ContentLength < 0 {
		return 0, fmt.Errorf("asked for %d bytes at %d, got the whole file (%s)", n, off, resp.Status)
	}
	return min(n, resp.ContentLength), nil
}

// errShort: a connection's end is not the file's.
var errShort = errors.New("the answer was cut short")

// body gives as many bytes as were promised, or errShort.
type body struct {
	rc   io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.rc.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.left > 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return n, fmt.Errorf("%w: %d bytes are missing", errShort, b.left)
	}
	if b.left == 0 {
		err = nil // the next Read ends it
	}
	return n, err
}

func (b *body) Close() error { return b.rc.Close() }
