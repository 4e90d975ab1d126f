package rehearsal

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// Picture returns a small PNG, different for each i: a sky in a colour of its own, with i in its lowest row.
func Picture(i int) []byte { return new(painter).picture(i) }

// painter paints one picture after another and keeps the encoder's buffers, whose allocation is most of the work.
type painter struct{ kept *png.EncoderBuffer }

// Get implements png.EncoderBufferPool.
func (p *painter) Get() *png.EncoderBuffer { return p.kept }

// Put implements png.EncoderBufferPool.
func (p *painter) Put(b *png.EncoderBuffer) { p.kept = b }

// picture returns picture i. The lowest row shows the lowest 24 bits of i, one in each column, black or white: no
// two pictures below 1<<24 are equal.
func (p *painter) picture(i int) []byte {
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
	enc := png.Encoder{BufferPool: p}
	_ = enc.Encode(&b, m) // a buffer takes everything
	return b.Bytes()
}

// Painting returns picture n of hills below a sky, to look at. Those in the clouds, of which there may be many, are
// of a few pixels each.
func Painting(n int) []byte {
	const width, height = 480, 320
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		at := float64(x)/60 + float64(n*n)
		far, near := 190+30*math.Sin(at/2), 250+25*math.Cos(at)
		for y := range height {
			c := color.RGBA{uint8(250 - y/3), uint8(120 + y/3 + n*9), uint8(90 + n*30), 255}
			switch {
			case float64(y) > near:
				c = color.RGBA{uint8(20 + n*8), uint8(110 - y/6), uint8(70 + n*7), 255}
			case float64(y) > far:
				c = color.RGBA{uint8(60 + n*9), uint8(140 - y/5), uint8(110 + n*9), 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer takes everything
	return b.Bytes()
}
