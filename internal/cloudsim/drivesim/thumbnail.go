package drivesim

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
)

// maxThumbnail is the longest side that can be requested.
const maxThumbnail = 1600

// servePicture serves lh3.googleusercontent.com: the target of thumbnailLink. "=s220" at its end is the length of
// the longer side. The request needs a bearer who may see the file, as for files that are not public.
//
// The path has the number of the revision too, so that a link to older bytes answers 404 rather than another
// picture.
func (d *Drive) servePicture(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/drive-storage/")
	name, suffix, _ := strings.Cut(name, "=s")
	id, rev, _ := strings.Cut(name, ".")
	side, err := strconv.Atoi(suffix)
	if !ok || err != nil || side < 1 || side > maxThumbnail || r.Method != http.MethodGet {
		http.Error(w, "no such picture", http.StatusNotFound)
		return
	}
	d.mu.Lock()
	t, in := d.auth.access[bearer(r)]
	in = in && !t.grant.revoked && d.now().Before(t.expires)
	f := d.files[id]
	var content *Content
	if in && f != nil && t.grant.a.sees(f) && f.blob() && strconv.Itoa(int(f.head)) == rev {
		content = f.content
	}
	d.mu.Unlock()
	switch {
	case !in:
		http.Error(w, "sign in first", http.StatusForbidden)
	case content == nil:
		http.Error(w, "no such picture", http.StatusNotFound)
	default:
		sendThumbnail(w, content, side)
	}
}

// sendThumbnail sends the picture as a JPEG, reduced to that side in pixels. It answers 404 if the bytes cannot
// be decoded.
func sendThumbnail(w http.ResponseWriter, c *Content, side int) {
	img, err := c.Picture(side, side)
	if err != nil {
		http.Error(w, "no such picture", http.StatusNotFound)
		return
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = w.Write(out.Bytes())
}
