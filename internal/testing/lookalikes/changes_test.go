package lookalikes

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/jpeg"
	"image/png"
	"math"
	"os/exec"

	"golang.org/x/image/draw"
)

// change is something that people do to a picture, which gives the bytes of a new file.
type change struct {
	name  string
	apart bool // it takes a part of the picture away, and is not counted in the recall
	do    func(from *image.RGBA) ([]byte, error)
}

// changes are those that are measured, in the order of the table.
var changes = []change{
	asJPEG(95), asJPEG(70), asJPEG(50), asJPEG(30), asWebP(80), asWebP(40),
	resized(25), resized(50), resized(75), resized(150), resized(200),
	{"messenger: half the size, JPEG 60", false, func(from *image.RGBA) ([]byte, error) {
		return encodeJPEG(scaled(from, 50, draw.ApproxBiLinear), 60)
	}},
	{"re-rendered: 62 %, brighter, 256 colours", false, rendered},
	{"grey", false, func(from *image.RGBA) ([]byte, error) {
		to := image.NewGray(from.Rect)
		draw.Draw(to, to.Rect, from, from.Rect.Min, draw.Src)
		return encodeJPEG(to, 85)
	}},
	{"blurred a little", false, func(from *image.RGBA) ([]byte, error) {
		return encodeJPEG(blurred(blurred(from)), 85)
	}},
	bordered("white border of 2 %", 2, color.White), bordered("white border of 5 %", 5, color.White),
	bordered("black border of 2 %", 2, color.Black), bordered("black border of 5 %", 5, color.Black),
	cropped(1), cropped(2), cropped(5),
	{"mirrored", true, func(from *image.RGBA) ([]byte, error) {
		to := image.NewRGBA(from.Rect)
		for y := range from.Rect.Dy() {
			for x := range from.Rect.Dx() {
				to.SetRGBA(from.Rect.Dx()-1-x, y, from.RGBAAt(x, y))
			}
		}
		return encodeJPEG(to, 85)
	}},
}

func encodeJPEG(m image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

func encodePNG(m image.Image) ([]byte, error) {
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, m)
	return out.Bytes(), err
}

func asJPEG(quality int) change {
	return change{fmt.Sprintf("JPEG %d", quality), false, func(from *image.RGBA) ([]byte, error) {
		return encodeJPEG(from, quality)
	}}
}

// asWebP encodes with cwebp, of Debian's package webp: Go has no encoder.
func asWebP(quality int) change {
	return change{fmt.Sprintf("WebP %d", quality), false, func(from *image.RGBA) ([]byte, error) {
		in, err := encodePNG(from)
		if err != nil {
			return nil, err
		}
		cmd := exec.Command("cwebp", "-quiet", "-q", fmt.Sprint(quality), "-o", "-", "--", "-")
		cmd.Stdin = bytes.NewReader(in)
		return cmd.Output()
	}}
}

// scaled returns the picture in that part of its size, in percent.
func scaled(from *image.RGBA, percent int, by draw.Scaler) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, from.Rect.Dx()*percent/100, from.Rect.Dy()*percent/100))
	by.Scale(to, to.Rect, from, from.Rect, draw.Src, nil)
	return to
}

func resized(percent int) change {
	return change{fmt.Sprintf("resized to %d %%", percent), false, func(from *image.RGBA) ([]byte, error) {
		return encodeJPEG(scaled(from, percent, draw.CatmullRom), 90)
	}}
}

// rendered is what a screenshot of a page has: the picture in the page's size, with the screen's brightness, as a PNG
// of few colours.
func rendered(from *image.RGBA) ([]byte, error) {
	small := scaled(from, 62, draw.BiLinear)
	var brighter [256]uint8
	for i := range brighter {
		brighter[i] = uint8(255 * math.Pow(float64(i)/255, 1/1.15))
	}
	for i := range small.Pix {
		small.Pix[i] = brighter[small.Pix[i]]
	}
	few := image.NewPaletted(small.Rect, palette.Plan9)
	draw.FloydSteinberg.Draw(few, few.Rect, small, small.Rect.Min)
	return encodePNG(few)
}

// blurred returns the picture with each pixel averaged with those up to two pixels away.
func blurred(from *image.RGBA) *image.RGBA {
	w, h := from.Rect.Dx(), from.Rect.Dy()
	across, to := image.NewRGBA(from.Rect), image.NewRGBA(from.Rect)
	for y := range h {
		average(across.Pix[y*across.Stride:], from.Pix[y*from.Stride:], w, 4)
	}
	for x := range w {
		average(to.Pix[4*x:], across.Pix[4*x:], h, across.Stride)
	}
	return to
}

// average sets n pixels, which are step bytes apart, to the mean of those up to two pixels away.
func average(to, from []uint8, n, step int) {
	for i := range n {
		for c := range 4 {
			sum, first, last := 0, max(i-2, 0), min(i+2, n-1)
			for j := first; j <= last; j++ {
				sum += int(from[j*step+c])
			}
			to[i*step+c] = uint8(sum / (last - first + 1))
		}
	}
}

// bordered puts a border around the picture, of a part of its longer side.
func bordered(name string, percent int, c color.Color) change {
	return change{name, false, func(from *image.RGBA) ([]byte, error) {
		b := max(from.Rect.Dx(), from.Rect.Dy()) * percent / 100
		to := image.NewRGBA(image.Rect(0, 0, from.Rect.Dx()+2*b, from.Rect.Dy()+2*b))
		draw.Draw(to, to.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		draw.Draw(to, from.Rect.Add(image.Pt(b, b)), from, from.Rect.Min, draw.Src)
		return encodeJPEG(to, 85)
	}}
}

// cropped takes away a part of width and height, half of it on each side.
func cropped(percent int) change {
	return change{fmt.Sprintf("cropped by %d %%", percent), true, func(from *image.RGBA) ([]byte, error) {
		dx, dy := from.Rect.Dx()*percent/200, from.Rect.Dy()*percent/200
		return encodeJPEG(from.SubImage(image.Rect(dx, dy, from.Rect.Dx()-dx, from.Rect.Dy()-dy)), 90)
	}}
}
