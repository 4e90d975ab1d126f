package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

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
	return cloudstorage.ReadRange(ctx, off, n, func() (io.ReadCloser, error) { return d.open(ctx, rev, off, n) })
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
	case cloudhttp.PastEnd(err):
		return cloudstorage.Empty(), nil
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
	// The range may end after the file does.
	return cloudstorage.Body(content, min(n, max(int64(min(f.Size, 1<<62))-off, 0))), nil
}
