package rehearsal

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// Picture is a small PNG, another one for each i: a sky in a colour of its own,
// with i in its lowest row.
func Picture(i int) []byte {
	const width, height = 24, 16
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		c := color.NRGBA{R: uint8(i * 37), G: uint8(i*91 + y*6), B: uint8(255 - y*9), A: 255}
		for x := range width {
			m.SetNRGBA(x, y, c)
		}
	}
	for x := range width {
		c := uint8(i >> x & 1 * 255)
		m.SetNRGBA(x, height-1, color.NRGBA{R: c, G: c, B: c, A: 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer takes everything
	return b.Bytes()
}
