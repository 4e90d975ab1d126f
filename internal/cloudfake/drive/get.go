package drive

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// filesGet serves files.get, and with alt=media the bytes:
// https://developers.google.com/workspace/drive/api/guides/manage-downloads
func filesGet(c *call) (any, error) {
	c.d.mu.Lock()
	f, err := c.file()
	if err != nil {
		c.d.mu.Unlock()
		return nil, err
	}
	if c.q.Get("alt") != "media" {
		defer c.d.mu.Unlock()
		return view{f, c.a, c.client, c.d}.render(c.mask), nil
	}
	content, kind, err := f.content, f.mime, c.mayDownload(f)
	if err == nil {
		f.x().viewed = c.d.now()
	}
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return nil, c.media(content, kind)
}

// mayDownload says why not.
func (c *call) mayDownload(f *file) error {
	x := f.extra()
	switch {
	case !c.has("drive", "drive.readonly", "drive.file"):
		return forbidden("insufficientPermissions", messages["insufficientPermissions"])
	case !f.blob():
		return forbidden("fileNotDownloadable", "Only files with binary content can be downloaded. Use Export with Docs Editors files.")
	case x.noDownload && f.roleOf(c.a) < writer:
		return forbidden("cannotDownloadFile", "This file cannot be downloaded by the user.")
	case x.abusive && !(c.flag("acknowledgeAbuse") && (f.owner == c.a || f.roleOf(c.a) >= organizer)):
		return forbidden("cannotDownloadAbusiveFile", "This file has been identified as malware or spam and cannot be downloaded.")
	}
	return nil
}

// media sends content, or the range of it that is asked for.
func (c *call) media(content *Content, kind string) error {
	c.sent = true
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Accept-Ranges", "bytes")
	off, n, ok := byteRange(c.r.Header.Get("Range"), content.size)
	if !ok {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", content.size))
		(&refusal{http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range", "header"}).write(c.w)
		return nil
	}
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	if c.r.Header.Get("Range") != "" {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, content.size))
		c.w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = io.Copy(c.w, io.NewSectionReader(content, off, n)) // the client may be gone
	return nil
}

// byteRange reads a header Range of one range (RFC 9110, 14.2) for something of
// that size. ok is false where there is nothing to send.
func byteRange(s string, size int64) (off, n int64, ok bool) {
	spec, is := strings.CutPrefix(s, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if s == "" {
		return 0, size, true
	}
	if !is || !dash || strings.Contains(spec, ",") {
		return 0, 0, false
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		n = min(n, size)
		return size - n, n, err == nil && n > 0
	}
	off, err := strconv.ParseInt(first, 10, 64)
	if err != nil || off < 0 || off >= size {
		return 0, 0, false
	}
	end := size - 1
	if last != "" {
		if end, err = strconv.ParseInt(last, 10, 64); err != nil || end < off {
			return 0, 0, false
		}
	}
	return off, min(end, size-1) - off + 1, true
}
