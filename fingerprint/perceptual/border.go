package perceptual

import "slices"

// Version is that of Looks. It is raised whenever a picture gets other looks, so that stored ones are renewed.
const Version = 2

// Looks returns what a picture looks like: whole, and as if it were in a border, if all of its sides are plain. The
// picture is overwritten.
//
// What is plain at a side may be a border and the picture's own margin, in one colour. So the picture is also taken
// without all that is plain; without as much on each side as on the one with the least, because a border has the same
// width everywhere and most pictures reach it somewhere; and without a border of some widths between.
func Looks(g Gray) []Look {
	inner := unframed(g)
	looks := []Look{Of(g)}
	for _, in := range inner {
		looks = append(looks, Of(in))
	}
	return looks
}

// The limits of a border: its share of the longer side, and how much its pixels differ from each other.
const (
	maxBorder = 0.06
	plain     = 12 // of 255
)

// widths returns the widths of a border that are tried, as shares of the longer side. The hash of a picture of which
// 1 % too much is taken on each side is still near.
func widths() []float64 { return []float64{0.01, 0.03, 0.05} }

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

// sides are numbers of lines at the sides of a picture.
type sides struct{ top, bottom, left, right int }

// least returns the least of the numbers.
func (s sides) least() int { return min(s.top, s.bottom, s.left, s.right) }

// most returns the greatest of the numbers.
func (s sides) most() int { return max(s.top, s.bottom, s.left, s.right) }

// unframed returns copies of the picture without what may be its border: none if a side is not plain.
func unframed(g Gray) (inner []Gray) {
	if g.Width < minSide || g.Height < minSide {
		return nil
	}
	longer := float64(max(g.Width, g.Height))
	broadest, all := int(maxBorder*longer), margins(g)
	room := (min(g.Width, g.Height) - minSide) / 2 // of a narrow picture of one colour all may be border
	if all.least() == 0 {
		return nil
	}
	var cuts []sides
	if all.most() <= broadest {
		cuts = append(cuts, all)
	}
	equal := []int{all.least()}
	for _, w := range widths() {
		equal = append(equal, int(w*longer+0.5))
	}
	for _, n := range equal {
		cut := sides{n, n, n, n}
		if 0 < n && n <= min(all.least(), broadest, room) && !slices.Contains(cuts, cut) {
			cuts = append(cuts, cut)
		}
	}
	for _, cut := range cuts {
		inner = append(inner, g.without(cut))
	}
	return inner
}

// without returns a copy of the picture without those lines.
func (g Gray) without(cut sides) Gray {
	in := Gray{Width: g.Width - cut.left - cut.right, Height: g.Height - cut.top - cut.bottom}
	in.Luma = make([]float32, 0, max(in.Width*in.Height, 0))
	for y := cut.top; y < g.Height-cut.bottom; y++ {
		in.Luma = append(in.Luma, g.Luma[y*g.Width+cut.left:(y+1)*g.Width-cut.right]...)
	}
	return in
}

// margins returns how many lines at each side have the colour of the corner.
func margins(g Gray) sides {
	colour := g.Luma[0]
	row := func(y int) bool { return isPlain(g.Luma[y*g.Width:], g.Width, 1, colour) }
	column := func(x int) bool { return isPlain(g.Luma[x:], g.Height, g.Width, colour) }
	return sides{
		extent(g.Height, row), extent(g.Height, func(i int) bool { return row(g.Height - 1 - i) }),
		extent(g.Width, column), extent(g.Width, func(i int) bool { return column(g.Width - 1 - i) }),
	}
}

// extent returns how many lines from the first on are plain.
func extent(lines int, isPlain func(i int) bool) (n int) {
	for n < lines && isPlain(n) {
		n++
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
