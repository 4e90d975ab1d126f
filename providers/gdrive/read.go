package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

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
	revisionID, ok := head(rev)
	if !ok {
		return nil, providers.ErrChanged
	}
	// If the range is beyond the end, no request is needed.
	if size >= 0 && off >= size {
		n = 0
	}
	return cloudstorage.ReadRange(ctx, off, n, func() (io.ReadCloser, error) {
		return d.open(ctx, id, revisionID, off, n)
	})
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
	// The answer does not show of which revision it is, so the file is compared once more after the last byte.
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

// Read returns providers.ErrChanged in place of the end if the file has changed.
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

// Close compares the file if Read has not come to the end.
func (b *headBody) Close() error {
	err := b.ReadCloser.Close()
	if !b.done {
		b.done = true
		err = errors.Join(err, b.still())
	}
	return err
}

// rangeOf returns the value of the header Range (RFC 9110, 14.2).
func rangeOf(off, n int64) string { return fmt.Sprintf("bytes=%d-%d", off, off+n-1) }

// opened returns the body of an answer, with as many bytes as were requested, or as there are.
func opened(resp *http.Response, err error, off, n int64) (io.ReadCloser, error) {
	if cloudhttp.PastEnd(err) {
		return cloudstorage.Empty(), nil
	}
	if err != nil {
		return nil, err
	}
	length, err := ranged(resp, off, n)
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return cloudstorage.Body(resp.Body, length), nil
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
	// A server may ignore a range (RFC 9110, 14.2). Then the whole file follows, which is of use only from its
	// beginning.
	if resp.StatusCode != http.StatusOK || off != 0 || resp.ContentLength < 0 {
		return 0, fmt.Errorf("asked for %d bytes at %d, got the whole file (%s)", n, off, resp.Status)
	}
	return min(n, resp.ContentLength), nil
}
