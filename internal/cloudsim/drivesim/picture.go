package drivesim

import (
	"net/http"
	"strings"
)

// sniff returns the type of content, as the service detects it if the client sets none.
func sniff(c *Content) string {
	if c == nil {
		return mimeApps + "document"
	}
	head := make([]byte, 512)
	n, _ := c.ReadAt(head, 0)
	kind := http.DetectContentType(head[:n])
	kind, _, _ = strings.Cut(kind, ";")
	return kind
}

// dimensions returns the size of a picture, 0 if it cannot be decoded.
func dimensions(c *Content) (width, height int32) {
	if c == nil {
		return 0, 0
	}
	w, h := c.Dimensions()
	return int32(w), int32(h)
}
