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

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/providers"
)

// atOnce is up to how many bytes are fetched before ReadRange returns, so that it can repeat the call if the answer
// was cut short.
const atOnce = 1 << 20

// ReadRange implements providers.Driver. The bytes are those of the revision, even if the file has changed; Stat
// reports whether it has.
func (d *Driver) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	return d.read(ctx, string(ref), rev, -1, off, n)
}

// read returns a reader of a range of one revision; size is the file's, or -1 if it is not known.
func (d *Driver) read(
	ctx context.Context, id string, rev providers.Revision, size, off, n int64,
) (io.ReadCloser, error) {
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

// open requests the range. An account that may only read a file is not shown its revisions, and Drive may no longer
// have an old one. If so, the current bytes of the file are used, if the revision is still its head.
func (d *Driver) open(ctx context.Context, id, revisionID string, off, n int64) (io.ReadCloser, error) {
	call := d.api.Revisions.Get(id, revisionID).Context(ctx)
	call.Header().Set("Range", rangeOf(off, n))
	resp, err := cloudhttp.Answered(call.Download())
	if errors.Is(err, cloudhttp.Missing) || errors.Is(err, cloudhttp.Denied) {
		return d.openHead(ctx, id, revisionID, off, n)
	}
	return opened(resp, err, off, n)
}

// openHead requests the range of the file's current bytes. It, or its reader, returns providers.ErrChanged if these
// were of another revision at any moment.
func (d *Driver) openHead(ctx context.Context, id, revisionID string, off, n int64) (io.ReadCloser, error) {
	f, err := d.stats.Recent(ctx, providers.Ref(id))
	switch {
	case err != nil:
		return nil, err
	case f.HeadRevisionId != revisionID:
		return nil, providers.ErrChanged
	}
	call := d.api.Files.Get(id).SupportsAllDrives(true).Context(ctx)
	call.Header().Set("Range", rangeOf(off, n))
	resp, err := cloudhttp.Answered(call.Download())
	rc, err := opened(resp, err, off, n)
	if err != nil {
		return nil, err
	}
	return &headBody{ReadCloser: rc, still: func() error {
		now, err := d.stats.Look(ctx, providers.Ref(id))
		if err == nil && (now.HeadRevisionId != revisionID || now.Md5Checksum != f.Md5Checksum) {
			err = providers.ErrChanged
		}
		return err
	}}, nil
}

// headBody is a body that is valid only if the file is still the same when it ends.
type headBody struct {
	io.ReadCloser
	still func() error
	done  bool
}

func (b *headBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && !b.done {
		b.done = true
		if changed := b.still(); changed != nil {
			err = changed
		}
	}
	return n, err
}

func (b *headBody) Close() error {
	err := b.ReadCloser.Close()
	if !b.done {
		b.done = true
		err = errors.Join(err, b.still())
	}
	return err
}

func rangeOf(off, n int64) string { return fmt.Sprintf("bytes=%d-%d", off, off+n-1) }

// opened returns the body of an answer, with as many bytes as were requested, or as there are.
func opened(resp *http.Response, err error, off, n int64) (io.ReadCloser, error) {
	if past(err) {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if err != nil {
		return nil, err
	}
	length, err := ranged(resp, off, n)
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return &body{rc: resp.Body, left: length}, nil
}

// past reports whether the range is beyond the end of the file: status 416 (RFC 9110, 15.5.17).
func past(err error) bool {
	if fault, ok := errors.AsType[*cloudhttp.Error](err); ok {
		return fault.Status == http.StatusRequestedRangeNotSatisfiable
	}
	fault, ok := errors.AsType[*googleapi.Error](err)
	return ok && fault.Code == http.StatusRequestedRangeNotSatisfiable
}

// ranged returns how many bytes follow, or an error if they are not those that were requested.
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

// errShort: the connection ended before the range did.
var errShort = errors.New("the answer was cut short")

// body returns as many bytes as were promised, or errShort.
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
