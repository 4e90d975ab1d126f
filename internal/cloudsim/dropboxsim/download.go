package dropboxsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"unicode/utf16"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// getContent serves files/download, whole or the requested range:
// https://www.dropbox.com/developers/documentation/http/documentation#files-download
//
// The metadata is in the header Dropbox-API-Result; its size is that of the whole file, also for a range. With a
// path of "rev:..." it is that revision, as long as it is kept. A document without bytes is 409 unsupported_file.
func getContent(c *call) (any, error) {
	var in struct {
		Path string `json:"path"`
		Rev  string `json:"rev"` // deprecated: a path of "rev:..." instead
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if in.Rev != "" {
		in.Path = "rev:" + in.Rev
	}
	c.d.mu.Lock()
	p, ver, err := c.readPath(in.Path)
	var meta *fileMeta
	switch {
	case err != nil:
	case p.node.folder:
		err = "path/" + notFile
	case p.node.paper:
		err = union("unsupported_file")
	default:
		meta = view{d: c.d, a: c.a}.file(p.t, p.lower, p.display, p.node, ver)
	}
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c.sent = true
	c.w.Header().Set("Dropbox-API-Result", asciiJSON(meta))
	c.w.Header().Set("Etag", `W/"`+meta.Rev+`"`)
	sendContent(c.w, c.r, ver.content)
	return nil, nil
}

// sendContent sends the bytes, or the requested range of them, with 200 or 206. A range that cannot be satisfied
// is 416 in plain text.
func sendContent(w http.ResponseWriter, r *http.Request, bytes *content.Content) {
	h := w.Header()
	off, n, ok := content.Range(r.Header.Get("Range"), bytes.Size())
	if !ok {
		h.Del("Dropbox-API-Result")
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", bytes.Size()))
		sendText(w, http.StatusRequestedRangeNotSatisfiable, "Requested range not satisfiable")
		return
	}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	if r.Header.Get("Range") != "" {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, bytes.Size()))
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = io.Copy(w, io.NewSectionReader(bytes, off, n)) // the client may be gone
}

// asciiJSON returns v as JSON for a header: other characters than ASCII are escaped, those above U+FFFF as two
// surrogates. DEL is escaped too, because a header may not have it.
func asciiJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	var out []byte
	for _, r := range string(b) {
		switch {
		case r < 0x7f:
			out = append(out, byte(r))
		case r > 0xffff:
			a, b := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, a, b)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return string(out)
}
