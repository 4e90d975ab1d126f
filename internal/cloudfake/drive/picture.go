package drive

import (
	"bytes"
	"image"
	_ "image/gif" // what the service shows pictures of
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strings"
)

// sniff is the type of content, as the service finds it out when it is told none.
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

// dimensions of a picture, 0 where it is none that can be read.
func dimensions(c *Content) (width, height int32) {
	if c == nil || len(c.head) == 0 {
		return 0, 0
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(c.head))
	if err != nil {
		return 0, 0
	}
	return int32(config.Width), int32(config.Height)
}
