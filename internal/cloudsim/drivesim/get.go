package drivesim

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// filesGet serves files.get, and with alt=media the bytes:
// https://developers.google.com/workspace/drive/api/guides/manage-downloads
//
// A trashed file is served like any other. The download is of the revision at the head when the request arrives;
// the lock is released before the bytes are sent, so that a slow client does not stop the others.
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

// mayDownload returns the reason if f cannot be downloaded; nil if it can. The metadata scopes suffice to see a
// file, but not for its bytes. A file that is marked as abusive is sent only to its owner (in a shared drive an
// organizer), and only with acknowledgeAbuse=true.
func (c *call) mayDownload(f *file) error {
	x := f.extra()
	switch {
	case !c.has("drive", "drive.readonly", "drive.file"):
		return forbidden("insufficientPermissions", messages["insufficientPermissions"])
	case !f.blob():
		return forbidden("fileNotDownloadable",
			"Only files with binary content can be downloaded. Use Export with Docs Editors files.")
	case x.noDownload && f.roleOf(c.a) < writer:
		return forbidden("cannotDownloadFile", "This file cannot be downloaded by the user.")
	case x.abusive && !(c.flag("acknowledgeAbuse") && (f.owner == c.a || f.roleOf(c.a) >= organizer)):
		return forbidden("cannotDownloadAbusiveFile",
			"This file has been identified as malware or spam and cannot be downloaded.")
	}
	return nil
}

// media sends content, or the requested range of it, with 200 or 206. A range of an empty file cannot be
// satisfied and is refused with 416, as is any header Range that content.Range does not accept.
func (c *call) media(bytes *Content, kind string) error {
	c.sent = true
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Accept-Ranges", "bytes")
	off, n, ok := content.Range(c.r.Header.Get("Range"), bytes.Size())
	if !ok {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", bytes.Size()))
		(&refusal{
			http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable",
			"Request range not satisfiable", "Range", "header",
		}).write(c.w)
		return nil
	}
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	if c.r.Header.Get("Range") != "" {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, bytes.Size()))
		c.w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = io.Copy(c.w, io.NewSectionReader(bytes, off, n)) // the client may be gone
	return nil
}
