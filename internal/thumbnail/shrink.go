package thumbnail

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// resize returns the picture with a longer side of at most so many pixels, on white. It averages whole pixels as far as
// that goes, which takes less than a quarter of the time of scaling and hardly any memory, and scales the rest.
func resize(from image.Image, side int) *image.RGBA {
	b := from.Bounds()
	w, h := fit(b.Dx(), b.Dy(), side)
	small := average(from, max(min(b.Dx()/w, b.Dy()/h), 1))
	if small.Bounds().Dx() == w && small.Bounds().Dy() == h {
		return small
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(to, to.Bounds(), small, small.Bounds(), draw.Src, nil)
	return to
}

// fit returns the size of the thumbnail: never larger than the picture, and at least one pixel each way.
func fit(w, h, side int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	return max(w*side/longer, 1), max(h*side/longer, 1)
}

// average returns the picture on white, with one pixel in place of each n x n. What is left at the edges is cut off.
func average(from image.Image, n int) *image.RGBA {
	b := from.Bounds()
	to := image.NewRGBA(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	strip := image.NewRGBA(image.Rect(0, 0, to.Rect.Dx()*n, n))
	op := draw.Over
	if o, ok := from.(interface{ Opaque() bool }); ok && o.Opaque() {
		op = draw.Src // much faster
	}
	for y := range to.Rect.Dy() {
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src) // behind transparent pixels
		draw.Draw(strip, strip.Rect, from, b.Min.Add(image.Pt(0, y*n)), op)
		row := to.Pix[y*to.Stride:]
		for x := range to.Rect.Dx() {
			mean(row[4*x:4*x+4], strip, x*n, n)
		}
	}
	return to
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
func encode(m image.Image) ([]byte, error) {
	for side := Side; ; side /= 2 {
		for _, quality := range []int{80, 65, 50, 35} {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil || out.Len() <= MaxSize {
				return out.Bytes(), err
			}
		}
		m = resize(m, side/2)
	}
}
