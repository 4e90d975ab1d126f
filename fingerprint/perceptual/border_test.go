package perceptual_test

import (
	"testing"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
)

// framed returns the picture in a border of that width on the left, the top, the right and the bottom.
func framed(g perceptual.Gray, luma float32, left, top, right, bottom int) perceptual.Gray {
	f := perceptual.Gray{Width: g.Width + left + right, Height: g.Height + top + bottom}
	f.Luma = make([]float32, f.Width*f.Height)
	for i := range f.Luma {
		f.Luma[i] = luma + float32(i%5)
	}
	for y := range g.Height {
		copy(f.Luma[(y+top)*f.Width+left:], g.Luma[y*g.Width:(y+1)*g.Width])
	}
	return f
}

func TestABorderIsLeftOut(t *testing.T) {
	picture := func() perceptual.Gray { return gray(300, 200, scene(1, 300, 200)) }
	want := perceptual.Of(picture())
	for name, c := range map[string]struct {
		picture perceptual.Gray
		without bool
	}{
		"no border":          {picture(), false},
		"black":              {framed(picture(), 0, 10, 10, 10, 10), true},
		"white":              {framed(picture(), 250, 15, 15, 15, 15), true},
		"not the same width": {framed(picture(), 250, 5, 9, 12, 7), true},
		"one side only":      {framed(picture(), 250, 0, 10, 0, 0), false},
		"too broad":          {framed(picture(), 250, 50, 50, 50, 50), false},
		"all border":         {framed(perceptual.Gray{}, 250, 100, 100, 100, 100), false},
		"too small":          {framed(perceptual.Gray{}, 250, 10, 10, 10, 10), false},
	} {
		looks := perceptual.Looks(c.picture)
		if got := len(looks) == 2; got != c.without {
			t.Errorf("%s: left out %v", name, got)
		}
		if c.without && looks[1] != want {
			t.Errorf("%s: the picture in it is %d away, with ratio %v", name, looks[1].Hash.Distance(want.Hash),
				looks[1].Ratio)
		}
	}
}

func TestTheSizeTellsWhatCannotBeACopy(t *testing.T) {
	for _, c := range []struct {
		width, height int
		ratio         float64
		want          bool
	}{
		{1024, 1024, 1, true},
		{1024, 1010, 1, true},
		{1024, 1000, 1, false},
		{768, 512, 1.5, true},
		{800, 544, 1.5, true},         // in a border of 16 pixels
		{1024, 768, 1.5, false},       // a camera's
		{512, 768, 1.5, false},        // turned
		{544, 800, 1 / 1.5, true},     // the same
		{1080, 2400, 1 / 1.5, false},  // a telephone's screen
		{1, 1 << 30, 1, false},        // nothing
		{0, 0, 1, false},              // unknown
		{4000, 70, 4000.0 / 70, true}, // thinner than a border
		{4000, 70, 1.5, false},        //
		{60, 60, 1, false},            // too small
		{1672, 941, 1672.0 / 941, true},
	} {
		if got := perceptual.MayShow(c.width, c.height, c.ratio); got != c.want {
			t.Errorf("%d x %d and %.3f: got %v, want %v", c.width, c.height, c.ratio, got, c.want)
		}
	}
}
