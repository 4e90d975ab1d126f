package dropbox

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/providers"
)

// maxThumbnail is more than any thumbnail has: bytes.
const maxThumbnail = 8 << 20

// Thumbnail implements providers.Driver. Dropbox makes none of some kinds of
// pictures, nor of those above 20 MB.
func (d *Driver) Thumbnail(ctx context.Context, ref providers.Ref, rev providers.Revision, side int) (io.ReadCloser, error) {
	f, err := d.look(ctx, ref)
	if err != nil {
		return nil, err
	}
	if revision(f) != rev {
		return nil, providers.ErrChanged
	}
	arg := files.NewThumbnailV2Arg(&files.PathOrLink{Tagged: dropbox.Tagged{Tag: files.PathOrLinkPath}, Path: "rev:" + f.Rev})
	arg.Size.Tag, arg.ExcludeMediaInfo = size(side), true
	_, content, err := d.files.GetThumbnailV2Context(ctx, arg)
	for _, none := range []string{"unsupported_extension", "unsupported_image", "encrypted_content", "conversion_error"} {
		if says(err, none) {
			return nil, fmt.Errorf("there is no thumbnail of it: %w (%w)", fs.ErrNotExist, err)
		}
	}
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(content, maxThumbnail), content}, nil
}

// size is the smallest of Dropbox's sizes that is not smaller than the side.
func size(side int) string {
	for _, s := range []struct {
		side int
		name string
	}{
		{32, files.ThumbnailSizeW32h32},
		{64, files.ThumbnailSizeW64h64},
		{128, files.ThumbnailSizeW128h128},
		{256, files.ThumbnailSizeW256h256},
		{480, files.ThumbnailSizeW480h320},
		{640, files.ThumbnailSizeW640h480},
		{1024, files.ThumbnailSizeW1024h768},
	} {
		if side <= s.side {
			return s.name
		}
	}
	return files.ThumbnailSizeW2048h1536
}
