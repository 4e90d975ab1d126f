package perceptual

// Looks returns what a picture looks like: whole, and without a plain border on all sides, if it has one. The picture
// is overwritten.
func Looks(g Gray) []Look {
	inner, framed := unframed(g)
	looks := []Look{Of(g)}
	if framed {
		looks = append(looks, Of(inner))
	}
	return looks
}

// The limits of a border: its share of the longer side, and how much its pixels differ from each other.
const (
	maxBorder = 0.06
	plain     = 12 // of 255
)

// MayShow reports whether a picture of that size can be a copy of one of that ratio: as it is, or in a border of the
// same width on all sides. It is the test before a picture is decoded.
func MayShow(width, height int, ratio float64) bool {
	w, h := float64(width), float64(height)
	if w < minSide || h < minSide {
		return false
	}
	b := 2 * maxBorder * max(w, h)
	if b >= min(w, h) {
		return SameShape(w/h, ratio)
	}
	// A border moves the ratio toward 1, so that without one it is farther from 1.
	low, high := min(w/h, (w-b)/(h-b)), max(w/h, (w-b)/(h-b))
	return ratio*1.02 >= low && ratio <= high*1.02
}

// unframed returns a copy of the picture without its border. ok is false if it has none, or if nearly all is border.
func unframed(g Gray) (inner Gray, ok bool) {
	if g.Width < minSide || g.Height < minSide {
		return g, false
	}
	most := int(maxBorder * float64(max(g.Width, g.Height)))
	colour := g.Luma[0]
	row := func(y int) bool { return isPlain(g.Luma[y*g.Width:], g.Width, 1, colour) }
	column := func(x int) bool { return isPlain(g.Luma[x:], g.Height, g.Width, colour) }
	top := border(most, g.Height, row)
	bottom := border(most, g.Height, func(i int) bool { return row(g.Height - 1 - i) })
	left := border(most, g.Width, column)
	right := border(most, g.Width, func(i int) bool { return column(g.Width - 1 - i) })
	if min(top, bottom, left, right) == 0 {
		return g, false
	}
	inner = Gray{Width: g.Width - left - right, Height: g.Height - top - bottom}
	for y := top; y < g.Height-bottom; y++ {
		inner.Luma = append(inner.Luma, g.Luma[y*g.Width+left:(y+1)*g.Width-right]...)
	}
	return inner, true
}

// border returns how many lines from an edge belong to the border; 0 if there are more than there may be.
func border(most, lines int, isPlain func(i int) bool) int {
	n := 0
	for n < lines && isPlain(n) {
		if n++; n > most {
			return 0
		}
	}
	return n
}

// isPlain reports whether n values, which are step apart, have that colour.
func isPlain(luma []float32, n, step int, colour float32) bool {
	for i := range n {
		if d := luma[i*step] - colour; d > plain || d < -plain {
			return false
		}
	}
	return true
}
