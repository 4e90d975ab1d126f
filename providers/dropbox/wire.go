package dropbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// wire adds to the SDK's requests what a cloudhttp.Transport needs, and checks what the SDK does not check in
// answers:
//
//   - the SDK's bodies cannot be sent twice, as a repeated call needs; they are small, so wire reads them whole;
//   - all routes are POST: wire marks those that only read;
//   - wire checks that a range is the one that was asked for.
type wire struct{ base http.RoundTripper }

// reading reports whether a route changes nothing. A route that is missing here counts as a write, which is sent
// again only if it surely was not carried out.
func reading(route string) bool {
	switch route {
	case "files/list_folder", "files/list_folder/continue", "files/list_folder/get_latest_cursor",
		"files/list_folder/longpoll",
		"files/get_metadata", "files/download", "files/get_thumbnail_batch", "files/list_revisions",
		"users/get_current_account", "users/get_space_usage":
		return true
	}
	return false
}

// maxArgument is more bytes than any argument has.
const maxArgument = 1 << 20

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if reading(strings.TrimPrefix(req.URL.Path, "/2/")) {
		ctx = cloudhttp.Reading(ctx)
	}
	out := req.Clone(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		b, err := io.ReadAll(io.LimitReader(req.Body, maxArgument))
		if cerr := req.Body.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return nil, err
		}
		out.ContentLength = int64(len(b))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
		out.Body, _ = out.GetBody()
	}
	resp, err := w.base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if err := ranged(req.Header.Get("Range"), resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// ranged returns an error if the answer does not begin where the request asked; a whole file is accepted for a range
// that begins at 0.
func ranged(asked string, resp *http.Response) error {
	if asked == "" {
		return nil
	}
	var from, to, first, last int64
	if _, err := fmt.Sscanf(asked, "bytes=%d-%d", &from, &to); err != nil {
		return err
	}
	if resp.StatusCode == http.StatusOK && from == 0 {
		return nil
	}
	_, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/", &first, &last)
	if resp.StatusCode != http.StatusPartialContent || err != nil || first != from || last > to {
		return fmt.Errorf("asked for %s, got %s %q", asked, resp.Status, resp.Header.Get("Content-Range"))
	}
	return nil
}
