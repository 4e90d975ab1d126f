package content

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	_ "image/gif" // what a picture is shown of
	_ "image/jpeg"
	_ "image/png"
)

// Dimensions returns the size of a picture in pixels, 0 and 0 if it cannot be decoded. It looks only at the bytes
// that are kept in memory: the head of noise may be the start of a picture (PNGHead), which is never complete.
func (c *Content) Dimensions() (width, height int) {
	config, _, err := image.DecodeConfig(bytes.NewReader(c.head))
	if err != nil {
		return 0, 0
	}
	return config.Width, config.Height
}

// Picture decodes the content (PNG, JPEG, GIF) and returns it reduced to fit into width by height, in pixels; a
// smaller picture keeps its size. It returns the decoder's error for anything else, noise behind PNGHead
// included.
func (c *Content) Picture(width, height int) (image.Image, error) {
	src, _, err := image.Decode(c.Reader())
	if err != nil {
		return nil, err
	}
	return shrink(src, width, height), nil
}

// shrink returns a smaller picture, each pixel of which is the mean of those that it replaces. The ratio of the
// sides stays, but no side is less than one pixel.
func shrink(src image.Image, width, height int) image.Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > width {
		w, h = width, max(h*width/w, 1)
	}
	if h > height {
		w, h = max(w*height/h, 1), height
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			box := image.Rect(b.Min.X+x*b.Dx()/w, b.Min.Y+y*b.Dy()/h, b.Min.X+(x+1)*b.Dx()/w, b.Min.Y+(y+1)*b.Dy()/h)
			dst.Set(x, y, mean(src, box))
		}
	}
	return dst
}

// mean returns the mean colour of the pixels in the box, opaque. An empty box is black.
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

// PNGHead returns the start of a PNG of that size: signature and IHDR (https://www.w3.org/TR/png-3/#11IHDR). Any
// bytes may follow it, for a reader that reads no further.
func PNGHead(width, height uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	b.Write(chunk)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk)))
	return b.Bytes()
}
