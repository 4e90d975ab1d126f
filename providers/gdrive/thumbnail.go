package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// maxThumbnail is more bytes than any thumbnail has.
const maxThumbnail = 4 << 20

// sizeSuffix matches the longer side in a thumbnail's link.
var sizeSuffix = regexp.MustCompile(`=s\d+$`)

// Thumbnail implements providers.Driver. The link is valid for hours only, so each call requests it.
func (d *Driver) Thumbnail(
	ctx context.Context, ref providers.Ref, rev providers.Revision, side int,
) (io.ReadCloser, error) {
	f, err := cloudhttp.Answered(d.api.Files.Get(string(ref)).SupportsAllDrives(true).
		Fields(field + ",thumbnailLink").Context(ctx).Do())
	if err != nil {
		return nil, missing(err)
	}
	if d.revision(f) != rev {
		return nil, providers.ErrChanged
	}
	if f.ThumbnailLink == "" {
		return nil, fmt.Errorf("there is no thumbnail of it: %w", fs.ErrNotExist)
	}
	link, err := url.Parse(sizeSuffix.ReplaceAllString(f.ThumbnailLink, fmt.Sprintf("=s%d", side)))
	// The client signs the request, so the link must not lead anywhere else.
	if err != nil || link.Scheme != "https" || !strings.HasSuffix(link.Hostname(), ".googleusercontent.com") {
		return nil, errors.New("the thumbnail is not where Google Drive keeps them")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := cloudhttp.Answered(d.o.Client.Do(req))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("ask for the thumbnail: %s", resp.Status), resp.Body.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxThumbnail), resp.Body}, nil
}
