package thumbnail

import (
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"

	"golang.org/x/image/draw"
)

// pngRows reads a PNG (https://www.w3.org/TR/png-3/) row by row, of the kind that ChatGPT saves: 8 bits for each of
// red, green, blue and perhaps alpha, not interlaced. image/png, which reads all others, would have the whole picture
// in memory. pngRows refuses what image/png refuses, with one exception: it ignores bytes after the compressed data, as
// image/png does or not depending on its buffers.
type pngRows struct {
	pngHeader
	from io.Reader

	// The present chunk: its type, how much of its data was not read yet, and the checksum of what was.
	kind string
	left uint32
	sum  uint32
	rest [4096]byte // for what is read beside the pixels

	opaque bool    // no colour is transparent
	clear  [3]byte // the one that is
	pixels io.Reader
	// Each row has a pixel of zeros before its first one, which is to the left of that for the filters.
	row, above []byte
	rows       int // that were not read yet
}

// pngHeader is the header of a PNG that pngRows reads.
type pngHeader struct{ width, height, channels int }

// pngHead is the length of the signature of a PNG and its header.
const pngHead = 33

// parsePNG reads the first bytes of a file. ok is false if they are not of a PNG that pngRows reads.
func parsePNG(head []byte) (h pngHeader, ok bool) {
	if len(head) < pngHead || string(head[:16]) != "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" ||
		crc32.ChecksumIEEE(head[12:29]) != binary.BigEndian.Uint32(head[29:]) {
		return h, false
	}
	switch string(head[24:29]) { // bits, colour type, compression, filters, interlacing
	case "\x08\x02\x00\x00\x00":
		h.channels = 3
	case "\x08\x06\x00\x00\x00":
		h.channels = 4
	default:
		return h, false
	}
	w, l := binary.BigEndian.Uint32(head[16:]), binary.BigEndian.Uint32(head[20:])
	h.width, h.height = int(w), int(l)
	return h, 0 < w && w <= maxPixels && 0 < l && l <= maxPixels/w
}

// memory returns the number of bytes that pngRows, and a picture that is made of it by average, may take.
func (h pngHeader) memory() int64 {
	n := shrinks(image.Pt(h.width, h.height), Side)
	return int64(2*4*h.width + 4*h.width*n + 4*(h.width/n)*(h.height/n))
}

// newPNGRows returns a pngRows at the first row. from continues after the header.
func newPNGRows(h pngHeader, from io.Reader) (*pngRows, error) {
	d := &pngRows{
		pngHeader: h, from: from, opaque: true, rows: h.height, row: make([]byte, (h.width+1)*h.channels),
		above: make([]byte, (h.width+1)*h.channels),
	}
	for before := "IHDR"; ; {
		if err := d.begin(); err != nil {
			return nil, err
		}
		switch {
		case d.kind == "IDAT":
			var err error
			d.pixels, err = zlib.NewReader(d)
			return d, err
		case d.kind == "IHDR", d.kind == "IEND":
			return nil, errOrder
		case d.kind == "PLTE": // colours for a display that has few
			if before != "IHDR" || d.left == 0 || d.left%3 != 0 || d.left > 3*256 {
				return nil, errOrder
			}
			before = d.kind
		case d.kind == "tRNS":
			if before == d.kind || d.channels != 3 || d.left != 6 {
				return nil, errOrder
			}
			before = d.kind
			var colour [6]byte // 16 bits for each
			if err := d.data(colour[:]); err != nil {
				return nil, err
			}
			d.opaque, d.clear = false, [3]byte{colour[1], colour[3], colour[5]}
		}
		if err := d.end(); err != nil {
			return nil, err
		}
	}
}

// The errors of a PNG that is not one.
var (
	errOrder  = errors.New("a chunk that must not be there")
	errSum    = errors.New("a wrong checksum")
	errFilter = errors.New("an unknown filter")
)

// begin reads the beginning of the next chunk.
func (d *pngRows) begin() error {
	head := d.rest[:8]
	if _, err := io.ReadFull(d.from, head); err != nil {
		return fmt.Errorf("read a chunk: %w", err)
	}
	d.left, d.kind, d.sum = binary.BigEndian.Uint32(head), string(head[4:]), crc32.ChecksumIEEE(head[4:])
	return nil
}

// data reads data of the present chunk.
func (d *pngRows) data(p []byte) error {
	n, err := io.ReadFull(d.from, p)
	d.note(p[:n])
	return err
}

// note counts data that was read.
func (d *pngRows) note(p []byte) {
	d.left -= uint32(len(p))
	d.sum = crc32.Update(d.sum, crc32.IEEETable, p)
}

// end reads the rest of the present chunk and compares its checksum.
func (d *pngRows) end() error {
	for d.left > 0 {
		if err := d.data(d.rest[:min(d.left, uint32(len(d.rest)))]); err != nil {
			return err
		}
	}
	if _, err := io.ReadFull(d.from, d.rest[:4]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(d.rest[:]) != d.sum {
		return errSum
	}
	return nil
}

// Read returns the data of the present chunk and of those of the same kind after it.
func (d *pngRows) Read(p []byte) (int, error) {
	for d.left == 0 {
		if err := d.end(); err != nil {
			return 0, err
		}
		if err := d.begin(); err != nil {
			return 0, err
		}
		if d.kind != "IDAT" {
			return 0, errOrder
		}
	}
	n, err := d.from.Read(p[:min(uint64(len(p)), uint64(d.left))])
	d.note(p[:n])
	return n, err
}

// strip fills the strip with the next rows, on white. It leaves out what is to the right of it.
func (d *pngRows) strip(to *image.RGBA) error {
	for y := range to.Rect.Dy() {
		if err := d.next(); err != nil {
			return err
		}
		line, row := to.Pix[y*to.Stride:][:4*to.Rect.Dx()], d.above[d.channels:]
		switch {
		case d.channels == 3:
			d.widen(line, row)
		case isOpaque(row):
			copy(line, row)
		default:
			at := image.Rect(0, y, to.Rect.Dx(), y+1)
			draw.Draw(to, at, image.White, image.Point{}, draw.Src)
			draw.Draw(to, at, &image.NRGBA{Pix: row, Stride: len(row), Rect: image.Rect(0, 0, d.width, 1)},
				image.Point{}, draw.Over)
		}
	}
	return nil
}

// widen sets a line of 4 bytes for each pixel by a row with 3 bytes for each.
func (d *pngRows) widen(line, row []byte) {
	for i, j := 0, 0; i+4 <= len(line) && j+3 <= len(row); i, j = i+4, j+3 {
		line[i], line[i+1], line[i+2], line[i+3] = row[j], row[j+1], row[j+2], 0xff
		if !d.opaque && [3]byte(row[j:]) == d.clear {
			line[i], line[i+1], line[i+2] = 0xff, 0xff, 0xff
		}
	}
}

// isOpaque reports whether all pixels of a row of red, green, blue and alpha are opaque.
func isOpaque(row []byte) bool {
	all := byte(0xff)
	for i := 3; i < len(row); i += 4 {
		all &= row[i]
	}
	return all == 0xff
}

// next reads the next row, which is d.above then.
func (d *pngRows) next() error {
	n := d.channels
	if _, err := io.ReadFull(d.pixels, d.row[n-1:]); err != nil {
		return fmt.Errorf("read a row: %w", err)
	}
	filter := d.row[n-1]
	d.row[n-1] = 0
	d.rows--
	row, above := d.row, d.above[:len(d.row)]
	switch filter { // PNG, section 9.2
	case 0:
	case 1:
		for i := n; i < len(row); i++ {
			row[i] += row[i-n]
		}
	case 2:
		for i, b := range above {
			row[i] += b
		}
	case 3:
		for i := n; i < len(row); i++ {
			row[i] += byte((int(row[i-n]) + int(above[i])) / 2)
		}
	case 4:
		if n == 3 {
			paeth3(row, above)
		} else {
			paeth4(row, above)
		}
	default:
		return errFilter
	}
	d.row, d.above = d.above, d.row
	return nil
}

// paeth3 undoes the filter Paeth of a row of 3 bytes for each pixel. The three are independent of each other, so that a
// processor computes them at the same time.
func paeth3(row, above []byte) {
	var a0, a1, a2, c0, c1, c2 int
	for i := 3; i+3 <= len(row) && i+3 <= len(above); i += 3 {
		x, up := row[i:i+3:i+3], above[i:i+3:i+3]
		b0, b1, b2 := int(up[0]), int(up[1]), int(up[2])
		a0 = (paeth(a0, b0, c0) + int(x[0])) & 0xff
		a1 = (paeth(a1, b1, c1) + int(x[1])) & 0xff
		a2 = (paeth(a2, b2, c2) + int(x[2])) & 0xff
		x[0], x[1], x[2] = byte(a0), byte(a1), byte(a2)
		c0, c1, c2 = b0, b1, b2
	}
}

// paeth4 is paeth3 for 4 bytes.
func paeth4(row, above []byte) {
	var a0, a1, a2, a3, c0, c1, c2, c3 int
	for i := 4; i+4 <= len(row) && i+4 <= len(above); i += 4 {
		x, up := row[i:i+4:i+4], above[i:i+4:i+4]
		b0, b1, b2, b3 := int(up[0]), int(up[1]), int(up[2]), int(up[3])
		a0 = (paeth(a0, b0, c0) + int(x[0])) & 0xff
		a1 = (paeth(a1, b1, c1) + int(x[1])) & 0xff
		a2 = (paeth(a2, b2, c2) + int(x[2])) & 0xff
		a3 = (paeth(a3, b3, c3) + int(x[3])) & 0xff
		x[0], x[1], x[2], x[3] = byte(a0), byte(a1), byte(a2), byte(a3)
		c0, c1, c2, c3 = b0, b1, b2, b3
	}
}

// paeth returns the one of a, b and c that is nearest to a + b - c, the first of equal ones (PNG, section 9.4). It is
// compiled without branches, which a processor could not predict.
func paeth(a, b, c int) int {
	pa, pb := b-c, a-c
	pc := abs(pa + pb)
	pa, pb = abs(pa), abs(pb)
	if pb < pa {
		a = b
	}
	if pc < min(pa, pb) {
		a = c
	}
	return a
}

func abs(n int) int { return max(n, -n) }

// finish reads the rest of the file.
func (d *pngRows) finish() error {
	for d.rows > 0 {
		if err := d.next(); err != nil {
			return err
		}
	}
	var one [1]byte
	if n, err := io.ReadFull(d.pixels, one[:]); n > 0 {
		return errors.New("it has more rows than it states")
	} else if err != io.EOF { // after a right checksum of zlib
		return err
	}
	for {
		if err := d.end(); err != nil {
			return err
		}
		if err := d.begin(); err != nil {
			return err
		}
		switch d.kind {
		case "IEND":
			if d.left > 0 {
				return errOrder
			}
			return d.end()
		case "IHDR", "PLTE", "tRNS":
			return errOrder
		}
	}
}
