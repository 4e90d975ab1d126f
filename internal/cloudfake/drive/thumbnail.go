package drive

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
)

// maxThumbnail is the longest side that can be asked for.
const maxThumbnail = 1600

// servePicture serves lh3.googleusercontent.com: what thumbnailLink points to.
// "=s220" at its end is the length of the longer side. A bearer who may see the
// file is needed, as for files that are not public.
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

func sendThumbnail(w http.ResponseWriter, c *Content, side int) {
	src, _, err := image.Decode(c.reader())
	if err != nil {
		http.Error(w, "no such picture", http.StatusNotFound)
		return
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shrink(src, side), nil); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = w.Write(out.Bytes())
}

// shrink makes the longer side at most that long: each pixel is the mean of
// those that it stands for.
func shrink(src image.Image, side int) image.Image {
	b := src.Bounds()
	long := max(b.Dx(), b.Dy())
	if long <= side {
		return src
	}
	w, h := max(b.Dx()*side/long, 1), max(b.Dy()*side/long, 1)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			box := image.Rect(b.Min.X+x*b.Dx()/w, b.Min.Y+y*b.Dy()/h, b.Min.X+(x+1)*b.Dx()/w, b.Min.Y+(y+1)*b.Dy()/h)
			dst.Set(x, y, mean(src, box))
		}
	}
	return dst
}

func mean(src image.Image, box image.Rectangle) color.Color {
	var r, g, b, n uint64
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			cr, cg, cb, _ := src.At(x, y).RGBA()
			r, g, b, n = r+uint64(cr), g+uint64(cg), b+uint64(cb), n+1
		}
	}
	n = max(n, 1)
	return color.RGBA64{R: uint16(r / n), G: uint16(g / n), B: uint16(b / n), A: 0xffff}
}
