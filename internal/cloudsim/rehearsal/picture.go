package rehearsal

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
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
