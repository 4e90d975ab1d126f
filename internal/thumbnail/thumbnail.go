// Package thumbnail makes small pictures of large ones, which may come from an untrusted source.
//
// It decodes the types that ChatGPT saves - PNG, JPEG and WebP - for the page of sweepd history --html. It bounds what
// a picture may cost: the bytes of its file, and the pixels that its header states, before any is decoded. It is the
// only package that decodes pictures of others; package fingerprint reads their headers only.
package thumbnail

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // one of the types that ChatGPT saves

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // another
)

// The limits on the cost of a picture. ChatGPT's largest has 16 million pixels, each of which takes four to eight
// bytes while it is decoded.
const (
	MaxBytes  = 32 << 20 // of a file: the caller need not read a larger one
	maxPixels = 1 << 24
	side      = 160 // pixels of the longer side of a thumbnail
)

// ErrNoPicture is returned if the bytes are not a picture that can be shown, or if it is too large.
var ErrNoPicture = errors.New("no picture that can be shown")

// Make returns the picture as a JPEG whose longer side has at most 160 pixels, from its first frame as stored. The
// header is trusted only to refuse: a picture with too large a size in it is not decoded. It returns ErrNoPicture if
// the picture is unsuitable.
func Make(picture []byte) ([]byte, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return nil, fmt.Errorf("%w: it has %d x %d pixels", ErrNoPicture, c.Width, c.Height)
	}
	from, format, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if format == "webp" {
		widen(from)
	}
	w, h := fit(from.Bounds().Dx(), from.Bounds().Dy())
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // behind transparent pixels
	draw.BiLinear.Scale(to, to.Bounds(), from, from.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: 80}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// fit returns the size of the thumbnail: never larger than the picture, and at least one pixel each way.
func fit(w, h int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	return max(w*side/longer, 1), max(h*side/longer, 1)
}

// widen maps the colours of a decoded lossy WebP from the limited range of ITU-R BT.601, in which black is 16 and white
// 235 (RFC 9649, section 2.5), to the full range that image.YCbCr has. golang.org/x/image v0.47.0 returns the values
// as they are in the file, which makes pictures pale. Other images are unchanged.
func widen(m image.Image) {
	var planes *image.YCbCr
	switch m := m.(type) {
	case *image.YCbCr:
		planes = m
	case *image.NYCbCrA:
		planes = &m.YCbCr
	default: // lossless
		return
	}
	scale(planes.Y, 16, 0, 219)
	scale(planes.Cb, 128, 128, 224)
	scale(planes.Cr, 128, 128, 224)
}

// scale moves the value from to the value to, and makes a range of that width one of 255.
func scale(plane []uint8, from, to, width int) {
	var table [256]uint8
	for v := range table {
		table[v] = uint8(min(max(to+((v-from)*255*2+width)/(width*2), 0), 255))
	}
	for i, v := range plane {
		plane[i] = table[v]
	}
}
