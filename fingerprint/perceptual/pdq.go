package perceptual

import (
	"math"
	"slices"
)

// minSide is the least width and height of a picture that is hashed. PDQ itself begins at 5; anything below a
// thumbnail's size is an icon, and many icons look alike.
const minSide = 64

// block is the size to which a picture is reduced before its frequencies are computed; lowest is the number of
// frequencies down and across that are kept.
const (
	block  = 64
	lowest = 16
)

// Gray is a picture in shades of gray.
type Gray struct {
	Width, Height int
	// Luma has the brightness of each pixel from 0, black, to 255, row by row: 0.299 red + 0.587 green + 0.114 blue.
	Luma []float32
}

// Look is what a picture looks like.
type Look struct {
	Hash Hash
	// Quality is PDQ's measure of detail, from 0 to 100. A hash of little quality depends on noise, and many pictures
	// have it: an empty page, a plain colour, fog.
	Quality int
	Ratio   float64 // width / height
}

// Usable reports whether the picture has enough detail to be distinguished from others.
func (l Look) Usable() bool { return l.Quality >= MinQuality }

// SameShape reports whether two pictures have the same ratio of width and height, within 2 %: what a resize or a small
// crop leaves.
func SameShape(a, b float64) bool { return max(a, b) <= min(a, b)*1.02 }

// Of returns the look of a picture, which is overwritten. A picture that is too small has quality 0.
func Of(g Gray) Look {
	l := Look{Ratio: float64(g.Width) / float64(max(g.Height, 1))}
	if g.Width < minSide || g.Height < minSide {
		return l
	}
	smooth(g)
	small := decimate(g)
	l.Quality = quality(&small)
	l.Hash = signs(frequencies(&small))
	return l
}

// smooth averages each pixel with its neighbours, so that decimate loses no detail by chance: two box filters in each
// direction, of half a block, which make a tent of one block.
func smooth(g Gray) {
	other := make([]float32, len(g.Luma))
	across, down := (g.Width+2*block-1)/(2*block), (g.Height+2*block-1)/(2*block)
	for range 2 {
		for y := range g.Height {
			row := y * g.Width
			box(other[row:], g.Luma[row:], g.Width, 1, across)
		}
		for x := range g.Width {
			box(g.Luma[x:], other[x:], g.Height, g.Width, down)
		}
	}
}

// box sets each of n values, which are step apart, to the mean of the window around it. At the ends the window has only
// the values that there are.
func box(to, from []float32, n, step, window int) {
	ahead := (window+2)/2 - 1
	var sum, count float32
	for i := range n + ahead {
		if i < n {
			sum += from[i*step]
			count++
		}
		if i >= window {
			sum -= from[(i-window)*step]
			count--
		}
		if i >= ahead {
			to[(i-ahead)*step] = sum / count
		}
	}
}

// decimate returns the pixels in the middle of each block.
func decimate(g Gray) (small [block][block]float32) {
	for i := range small {
		y := int((float64(i) + 0.5) * float64(g.Height) / block)
		for j := range small[i] {
			small[i][j] = g.Luma[y*g.Width+int((float64(j)+0.5)*float64(g.Width)/block)]
		}
	}
	return small
}

// quality returns the sum of the gradients that can be seen: each counts in whole percent.
func quality(small *[block][block]float32) int {
	sum := 0
	step := func(a, b float32) {
		percent := int((a - b) * 100 / 255)
		sum += max(percent, -percent)
	}
	for i := range block {
		for j := range block - 1 {
			step(small[i][j], small[i][j+1])
			step(small[j][i], small[j+1][i])
		}
	}
	return min(sum/90, 100)
}

// frequencies returns the discrete cosine transform without the constant parts.
func frequencies(small *[block][block]float32) (all [lowest * lowest]float32) {
	var cosines [lowest][block]float32
	scale := float32(math.Sqrt(2.0 / block))
	for i := range cosines {
		for j := range cosines[i] {
			angle := math.Pi / 2 / block * float64(i+1) * float64(2*j+1)
			cosines[i][j] = float32(float64(scale) * math.Cos(angle))
		}
	}
	// The conversions keep a compiler from fusing: all machines get the same bits.
	var half [lowest][block]float32
	for i := range half {
		for j := range half[i] {
			var sum float32
			for k := range block {
				sum += float32(cosines[i][k] * small[k][j])
			}
			half[i][j] = sum
		}
	}
	for i := range lowest {
		for j := range lowest {
			var sum float32
			for k := range block {
				sum += float32(half[i][k] * cosines[j][k])
			}
			all[i*lowest+j] = sum
		}
	}
	return all
}

// signs returns which frequencies are above the median.
func signs(all [lowest * lowest]float32) (h Hash) {
	sorted := all
	slices.Sort(sorted[:])
	median := sorted[len(sorted)/2-1]
	for i, f := range all {
		if f > median {
			h[i/64] |= 1 << (i % 64)
		}
	}
	return h
}
