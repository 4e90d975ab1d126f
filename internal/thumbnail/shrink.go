package thumbnail

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// source is a picture that is read once, from its top to its bottom.
type source struct {
	size image.Point
	// strip fills an image with the next rows of the picture, on white. It leaves out what is to the right of it.
	strip func(*image.RGBA) error
}

// sourceOf returns a picture in memory as a source.
func sourceOf(m image.Image) source {
	b := m.Bounds()
	op := draw.Over
	if o, ok := m.(interface{ Opaque() bool }); ok && o.Opaque() {
		op = draw.Src // much faster
	}
	at := b.Min
	return source{b.Size(), func(to *image.RGBA) error {
		draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src) // behind transparent pixels
		draw.Draw(to, to.Rect, m, at, op)
		at.Y += to.Rect.Dy()
		return nil
	}}
}

// resize returns the picture with a longer side of at most so many pixels, on white. It averages whole pixels as far as
// that goes, which takes less than a quarter of the time of scaling and hardly any memory, and scales the rest.
func resize(from source, side int) (*image.RGBA, error) {
	w, h := fit(from.size.X, from.size.Y, side)
	small, err := average(from, shrinks(from.size, side))
	if err != nil || small.Rect.Dx() == w && small.Rect.Dy() == h {
		return small, err
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(to, to.Bounds(), small, small.Bounds(), draw.Src, nil)
	return to, nil
}

// fit returns the size of the thumbnail: never larger than the picture, and at least one pixel each way.
func fit(w, h, side int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	return max(w*side/longer, 1), max(h*side/longer, 1)
}

// shrinks returns how many pixels of a picture each way can become one, so that the longer side still has at least so
// many, or the shorter one.
func shrinks(size image.Point, side int) int {
	return max(min(max(size.X, size.Y)/side, size.X, size.Y), 1)
}

// average returns the picture on white, with one pixel in place of each n x n. The rest at the edges is cut off.
func average(from source, n int) (*image.RGBA, error) {
	to := image.NewRGBA(image.Rect(0, 0, from.size.X/n, from.size.Y/n))
	strip := image.NewRGBA(image.Rect(0, 0, to.Rect.Dx()*n, n))
	for y := range to.Rect.Dy() {
		if err := from.strip(strip); err != nil {
			return nil, err
		}
		row := to.Pix[y*to.Stride:]
		for x := range to.Rect.Dx() {
			mean(row[4*x:4*x+4], strip, x*n, n)
		}
	}
	return to, nil
}

// gray returns the brightness of each pixel.
func gray(from *image.RGBA) Gray {
	g := Gray{Width: from.Rect.Dx(), Height: from.Rect.Dy()}
	g.Luma = make([]float32, 0, g.Width*g.Height)
	for i := 0; i < len(from.Pix); i += 4 {
		red, green, blue := float32(from.Pix[i]), float32(from.Pix[i+1]), float32(from.Pix[i+2])
		g.Luma = append(g.Luma, float32(0.299*red)+float32(0.587*green)+float32(0.114*blue))
	}
	return g
}

// mean sets the pixel to the mean of those of the strip from x to x + n.
func mean(pixel []uint8, strip *image.RGBA, x, n int) {
	var r, g, b int
	for y := range n {
		line := strip.Pix[y*strip.Stride+4*x:]
		for i := 0; i < 4*n; i += 4 {
			r, g, b = r+int(line[i]), g+int(line[i+1]), b+int(line[i+2])
		}
	}
	half := n * n / 2
	pixel[0], pixel[1], pixel[2], pixel[3] = uint8((r+half)/(n*n)), uint8((g+half)/(n*n)), uint8((b+half)/(n*n)), 0xff
}

// encode returns the thumbnail as the best JPEG of at most MaxSize bytes. It returns a smaller picture of one with so
// much detail that it would take more even at a low quality.
func encode(m *image.RGBA) ([]byte, error) {
	for side := Side; ; side /= 2 {
		for _, quality := range []int{80, 65, 50, 35} {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil || out.Len() <= MaxSize {
				return out.Bytes(), err
			}
		}
		small, err := resize(sourceOf(m), side/2)
		if err != nil {
			return nil, err
		}
		m = small
	}
}
