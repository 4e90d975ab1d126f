package drivesim

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// maxUpload is the maximum size of one file, because it is kept in memory.
const maxUpload = 256 << 20

// upload is a resumable upload under way:
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
//
// data has the bytes so far; the next request must continue exactly there.
type upload struct {
	md   *metadata
	a    *Account
	data []byte
}

// receive reads the body of a request that describes a file and may contain its bytes. content is nil if it does not.
// If c.sent is true, a part of a resumable upload has been answered, and the caller has nothing more to do.
func (c *call) receive() (md *metadata, content *Content, err error) {
	if !c.upload {
		md, err = readMetadata(c.r.Body)
		return md, nil, err
	}
	switch c.q.Get("uploadType") {
	case "media":
		content, err = read(c.r.Body)
		md = &metadata{}
		if kind := c.r.Header.Get("Content-Type"); kind != "" && c.m.verb == http.MethodPost {
			md.MimeType = &kind
		}
		return md, content, err
	case "multipart":
		return c.multipart()
	case "resumable":
		return c.resumable()
	}
	return nil, nil, invalid("uploadType", "Invalid Value")
}

// read reads the bytes of an upload. It returns a refusal of 400 if they end early and of 413 for more than
// maxUpload.
func read(r io.Reader) (*Content, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxUpload+1))
	if err != nil {
		return nil, badRequest("the upload ended early")
	}
	if len(b) > maxUpload {
		return nil, &refusal{status: 413, reason: "uploadTooLarge", message: "more than this rehearsal keeps in memory"}
	}
	return Bytes(b), nil
}

// multipart reads a body of multipart/related: a description, then the bytes, and nothing else. The parts are
// read raw, because a Content-Transfer-Encoding must not change the bytes. The type is that of the description,
// else that of the second part.
func (c *call) multipart() (*metadata, *Content, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return nil, nil, badRequest("Malformed multipart body.")
	}
	parts := multipart.NewReader(c.r.Body, params["boundary"])
	first, err := parts.NextRawPart()
	if err != nil {
		return nil, nil, badRequest("Malformed multipart body.")
	}
	md, err := readMetadata(first)
	if err != nil {
		return nil, nil, err
	}
	second, err := parts.NextRawPart()
	if err != nil {
		return nil, nil, badRequest("Missing end boundary in multipart body.")
	}
	content, err := read(second)
	if kind := second.Header.Get("Content-Type"); md.MimeType == nil && kind != "" && c.m.verb == http.MethodPost {
		md.MimeType = &kind
	}
	if err != nil {
		return nil, nil, err
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		return nil, nil, badRequest("Missing end boundary in multipart body.")
	}
	return md, content, nil
}

// resumable starts an upload, or receives its next bytes. An id of another account is unknown to this one. When
// the total is reached the upload ends, and its description and bytes are returned; before that c.sent is true.
func (c *call) resumable() (*metadata, *Content, error) {
	id := c.q.Get("upload_id")
	if id == "" {
		return nil, nil, c.startUpload()
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	u := c.d.uploads[id]
	if u == nil || u.a != c.a {
		return nil, nil, notFound(id)
	}
	body, err := read(c.r.Body)
	if err != nil {
		return nil, nil, err
	}
	from, total, asks, ok := contentRange(c.r.Header.Get("Content-Range"), body.Size())
	if !ok || !asks && from != int64(len(u.data)) || int64(len(u.data))+body.Size() > maxUpload {
		return nil, nil, badRequest("Invalid request. The bytes do not follow those that are there.")
	}
	more, err := io.ReadAll(body.Reader())
	if err != nil {
		return nil, nil, err
	}
	u.data = append(u.data, more...)
	if total < 0 || int64(len(u.data)) < total {
		c.sendIncomplete(len(u.data))
		return nil, nil, nil
	}
	delete(c.d.uploads, id)
	return u.md, Bytes(u.data), nil
}

// startUpload answers with the address of the upload in the header Location; the description is kept until the
// bytes are complete.
func (c *call) startUpload() error {
	md, err := readMetadata(c.r.Body)
	if err != nil {
		return err
	}
	if kind := c.r.Header.Get("X-Upload-Content-Type"); md.MimeType == nil && kind != "" &&
		c.m.verb == http.MethodPost {
		md.MimeType = &kind
	}
	c.d.mu.Lock()
	id := c.d.secret("AB")
	c.d.uploads[id] = &upload{md: md, a: c.a}
	c.d.mu.Unlock()
	at := *c.r.URL
	q := at.Query()
	q.Set("upload_id", id)
	c.w.Header().Set("Location", fmt.Sprintf("https://%s%s?%s", apiHost, at.Path, q.Encode()))
	c.w.Header().Set("X-GUploader-UploadID", id)
	c.w.WriteHeader(http.StatusOK)
	c.sent = true
	return nil
}

// sendIncomplete reports how many bytes there are: with status 308, or with status 200 and a header for clients that
// ask for it.
func (c *call) sendIncomplete(have int) {
	c.sent = true
	if have > 0 {
		c.w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", have-1))
	}
	if c.r.Header.Get("X-GUploader-No-308") == "yes" {
		c.w.Header().Set("X-HTTP-Status-Code-Override", "308")
		c.w.WriteHeader(http.StatusOK)
		return
	}
	c.w.WriteHeader(http.StatusPermanentRedirect)
}

// contentRange parses "bytes 0-9/100", "bytes 0-9/*", or "bytes */100", which asks how many bytes there are. total is
// -1 if it is not known yet.
func contentRange(s string, body int64) (from, total int64, asks, ok bool) {
	if s == "" {
		return 0, body, false, true // all in one
	}
	spec, is := strings.CutPrefix(s, "bytes ")
	span, of, slash := strings.Cut(spec, "/")
	if !is || !slash {
		return 0, 0, false, false
	}
	total = -1
	if of != "*" {
		var err error
		if total, err = strconv.ParseInt(of, 10, 64); err != nil || total < 0 {
			return 0, 0, false, false
		}
	}
	if span == "*" {
		return 0, total, true, body == 0
	}
	first, last, _ := strings.Cut(span, "-")
	from, err1 := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	return from, total, false, err1 == nil && err2 == nil && to-from+1 == body
}
