// Package thumbnail makes small pictures of large ones, which may be anybody's.
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

// Bounds of what a picture may cost. ChatGPT's largest has 16 million
// pixels; four to eight bytes each are held while it is decoded.
const (
	MaxBytes  = 32 << 20 // of a file: who has a larger one need not read it
	maxPixels = 1 << 24
	side      = 160 // pixels of the longer side of a thumbnail
)

// ErrNoPicture: the bytes are not of a picture that can be shown, or it is too
// large to be.
var ErrNoPicture = errors.New("no picture that can be shown")

// Of is the picture in a JPEG whose longer side has at most 160 pixels,
// by its first frame as it is stored. What the header says is believed only to
// refuse it: a picture that claims too much is not decoded.
func Of(picture []byte) ([]byte, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return nil, fmt.Errorf("%w: it has %d x %d pixels", ErrNoPicture, c.Width, c.Height)
	}
	from, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	w, h := fit(from.Bounds().Dx(), from.Bounds().Dy())
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // behind what is transparent
	draw.BiLinear.Scale(to, to.Bounds(), from, from.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: 80}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// fit is the size of the thumbnail: never larger than it is, and a pixel
// at least.
func fit(w, h int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	return max(w*side/longer, 1), max(h*side/longer, 1)
}
