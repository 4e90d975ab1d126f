package dropbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/providers"
)

// atOnce is up to how many bytes are fetched before ReadRange returns, so that it can repeat the call if the answer
// was cut short.
const atOnce = 1 << 20

// ReadRange implements providers.Driver. The bytes are those of the revision, even if the file has changed; Stat
// reports whether it has.
func (d *Driver) ReadRange(
	ctx context.Context, _ providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	dropboxRev, ok := revOf(rev)
	if !ok {
		return nil, providers.ErrChanged
	}
	return d.read(ctx, dropboxRev, off, n)
}

// read returns a reader of a range of one rev.
func (d *Driver) read(ctx context.Context, rev string, off, n int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if off < 0 {
		return nil, providers.ErrChanged
	}
	if n <= 0 {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if n > atOnce {
		return d.open(ctx, rev, off, n)
	}
	const tries = 3
	for i := 1; ; i++ {
		rc, err := d.open(ctx, rev, off, n)
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

// open requests the range. It returns providers.ErrChanged if Dropbox does not have the rev (any more): a newer one
// has replaced it.
func (d *Driver) open(ctx context.Context, rev string, off, n int64) (io.ReadCloser, error) {
	arg := files.NewDownloadArg("rev:" + rev)
	if err := files.SetRangeLength(arg, off, n); err != nil {
		return nil, err
	}
	f, content, err := d.files.DownloadContext(ctx, arg)
	err = cloudhttp.Cause(err)
	switch {
	case past(err):
		return io.NopCloser(strings.NewReader("")), nil
	case errors.Is(err, cloudhttp.Missing):
		return nil, fmt.Errorf("%w (%w)", providers.ErrChanged, err)
	case err != nil:
		return nil, err
	}
	if f.Rev != rev {
		return nil, errors.Join(
			fmt.Errorf("%w: asked for the rev %s, got %s", providers.ErrChanged, rev, f.Rev), content.Close(),
		)
	}
	return &body{rc: content, left: min(n, max(int64(min(f.Size, 1<<62))-off, 0))}, nil
}

// past reports whether the range is beyond the end of the file: status 416 (RFC 9110, 15.5.17).
func past(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return ok && fault.Status == http.StatusRequestedRangeNotSatisfiable
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
