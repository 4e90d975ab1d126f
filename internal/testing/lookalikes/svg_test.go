package lookalikes

import (
	"fmt"
	"math"
	"strings"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
)

// The frame of the figure, in pixels.
const (
	left, top     = 60, 30
	width, height = 620, 300
	most          = 128 // the greatest distance in the figure
)

// groups are the lines of the figure.
var groups = []struct {
	name, colour string
	changes      []string
}{
	{"JPEG 30 to 95, WebP", "#1b7837", []string{"JPEG 95", "JPEG 70", "JPEG 50", "JPEG 30", "WebP 80", "WebP 40"}},
	{
		"25 to 200 % of the size", "#2166ac",
		[]string{"resized to 25 %", "resized to 50 %", "resized to 75 %", "resized to 150 %", "resized to 200 %"},
	},
	{
		"messenger, grey, blurred, re-rendered", "#762a83", []string{
			"messenger: half the size, JPEG 60", "re-rendered: 62 %, brighter, 256 colours", "grey", "blurred a little",
		},
	},
	{
		"border of 2 or 5 %", "#bf812d",
		[]string{"white border of 2 %", "white border of 5 %", "black border of 2 %", "black border of 5 %"},
	},
	{"cropped by 2 %", "#d6604d", []string{"cropped by 2 %"}},
	{"cropped by 5 %", "#f4a582", []string{"cropped by 5 %"}},
}

// svg returns the curves: how many copies, in percent, and how many unrelated pictures, by logarithm, are within each
// distance.
func (r *measured) svg(pairs *[never + 1]int64, total int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %d"
  font-family="sans-serif" font-size="12">
<title>Copies and unrelated pictures within a distance</title>
<rect width="100%%" height="100%%" fill="white"/>
`, top+height+70+22*len(groups))
	r.axes(&b)
	for i, g := range groups {
		r.line(&b, i, g.name, g.colour, func(d int) (float64, bool) { return r.recall(d, g.changes...), true })
	}
	r.line(&b, len(groups), "pairs of unrelated pictures (right scale)", "black", func(d int) (float64, bool) {
		n := within(pairs, d)
		return 1 + math.Log10(float64(n)/float64(total))/8, n > 0
	})
	return b.String() + "</svg>\n"
}

// place returns the pixel of a distance and a share.
func place(d int, share float64) (x, y float64) {
	return left + width*float64(d)/most, top + height*(1-share)
}

func (r *measured) axes(b *strings.Builder) {
	for i := range 5 {
		_, y := place(0, float64(i)/4)
		fmt.Fprintf(b, `<path d="M%d %.0fh%d" stroke="#ddd"/><text x="%d" y="%.0f" text-anchor="end">%d %%</text>
<text x="%d" y="%.0f">1e-%d</text>
`, left, y, width, left-8, y+4, 25*i, left+width+8, y+4, 8-2*i)
	}
	for _, d := range []int{0, perceptual.Same, perceptual.Near, 64, 96, most} {
		x, _ := place(d, 0)
		fmt.Fprintf(b, `<path d="M%.0f %dv%d" stroke="#ddd"/><text x="%.0f" y="%d" text-anchor="middle">%d</text>
`, x, top, height, x, top+height+16, d)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">distance: bits of 256 that differ</text>
`, left+width/2, top+height+34)
}

// line draws a curve and its name.
func (r *measured) line(b *strings.Builder, i int, name, colour string, at func(d int) (float64, bool)) {
	var points []string
	for d := range most + 1 {
		if share, ok := at(d); ok {
			x, y := place(d, share)
			points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
		}
	}
	y := top + height + 56 + 20*i
	fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>
<path d="M%d %dh24" stroke="%s" stroke-width="2"/><text x="%d" y="%d">%s</text>
`, colour, strings.Join(points, " "), left, y-4, colour, left+32, y, name)
}
