package thumbnail

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	_ "image/jpeg" // one of the types that ChatGPT saves
	_ "image/png"  // another
	"io"

	_ "golang.org/x/image/webp" // another
)

// begin reads the first bytes of a picture. ok is true if it is a PNG with that header, which is read row by row.
func begin(r io.Reader) (head []byte, h pngHeader, ok bool) {
	head = make([]byte, pngHead)
	n, _ := io.ReadFull(r, head) // a shorter file, or an error that the next reading returns again
	head = head[:n]
	h, ok = parsePNG(head)
	return head, h, ok
}

// decode reads a picture and passes it to use.
func decode(r io.Reader, use func(source) error) error {
	head, h, ok := begin(r)
	if ok {
		rows, err := newPNGRows(h, r)
		if err != nil {
			return err
		}
		if err := use(source{image.Pt(h.width, h.height), rows.strip}); err != nil {
			return err
		}
		return rows.finish()
	}
	from, format, err := image.Decode(io.MultiReader(bytes.NewReader(head), r))
	if err != nil {
		return err
	}
	if format == "webp" {
		widen(from)
	}
	return use(sourceOf(from))
}

// need returns the number of bytes that decoding a picture of that format, header and file size may take, beside 64
// KiB for reading, unless it is read row by row. The figures are read from the code of image/png, image/jpeg (Go 1.26)
// and golang.org/x/image v0.47.0.
func need(format string, c image.Config, size int64) int64 {
	pixels := int64(c.Width) * int64(c.Height)
	switch format {
	case "png":
		return pixels * 3 / 2 * int64(depth(c.ColorModel)) // interlaced: a pass beside the whole
	case "jpeg":
		padded := int64((c.Width+31)&^31) * int64((c.Height+31)&^31)
		return padded * int64(progressive(c.ColorModel))
	}
	// A lossless WebP has the pixels twice, and trees: 2,600 groups of them, of 54 KB each from 240 bytes at least.
	return pixels*12 + size + min(140<<20, size*256)
}

// depth returns the number of bytes of a pixel in memory.
func depth(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.RGBAModel, color.NRGBAModel:
		return 4
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 1 // a palette
}

// progressive returns the number of bytes of a pixel of a progressive JPEG: 4 for a coefficient of each colour, and 1
// or 2 times the decoded pixel.
func progressive(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 4 + 1
	case color.YCbCrModel:
		return 12 + 3
	case color.CMYKModel:
		return 16 + 4 + 4
	}
	return 12 + 3 + 4 // RGB
}

// whole returns an error if the file is a WebP that claims more bytes than it has, which a decoder would allocate.
func whole(file *bufio.Reader, size int64) error {
	head, err := file.Peek(12)
	if err == nil && string(head[:4]) == "RIFF" && int64(binary.LittleEndian.Uint32(head[4:]))+8 > size+1 {
		return errors.New("it claims more bytes than it has") // + 1: some programs leave out the last padding
	}
	return nil // a decoder judges anything else
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
