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
	// A drawing on white, up to the right edge only, or with a margin on all sides.
	beside := func() perceptual.Gray { return framed(picture(), 250, 40, 30, 0, 35) }
	within := func() perceptual.Gray { return framed(picture(), 250, 40, 30, 50, 35) }
	for name, c := range map[string]struct {
		of, picture perceptual.Gray
		most        int // of the nearest look; -1: only the whole picture is looked at
	}{
		"no border":          {picture(), picture(), -1},
		"black":              {picture(), framed(picture(), 0, 10, 10, 10, 10), 0},
		"white":              {picture(), framed(picture(), 250, 15, 15, 15, 15), 0},
		"not the same width": {picture(), framed(picture(), 250, 5, 9, 12, 7), 0},
		"one side only":      {picture(), framed(picture(), 250, 0, 10, 0, 0), -1},
		"too broad":          {picture(), framed(picture(), 250, 50, 50, 50, 50), 128},
		"too small":          {picture(), framed(perceptual.Gray{}, 250, 10, 10, 10, 10), -1},
		"beside its colour":  {beside(), framed(beside(), 250, 8, 8, 8, 8), 0},
		"within its colour":  {within(), framed(within(), 250, 8, 8, 8, 8), perceptual.Same},
		"broad, within it":   {within(), framed(within(), 250, 20, 20, 20, 20), perceptual.Same},
	} {
		of, least := perceptual.Of(c.of), 256
		looks := perceptual.Looks(c.picture)
		for _, l := range looks {
			least = min(least, l.Hash.Distance(of.Hash))
		}
		if c.most < 0 && len(looks) != 1 || c.most >= 0 && (least > c.most || len(looks) == 1) {
			t.Errorf("%s: the nearest of %d looks is %d away", name, len(looks), least)
		}
	}
}

// Of a narrow picture of one colour, two borders would take more than there is.
func TestANarrowPictureOfOneColourHasNoUsableLook(t *testing.T) {
	for _, size := range [][2]int{{64, 1000}, {1000, 64}, {100, 1000}, {100, 2000}, {70, 70}} {
		strip := perceptual.Gray{Width: size[0], Height: size[1], Luma: make([]float32, size[0]*size[1])}
		for _, l := range perceptual.Looks(strip) {
			if l.Usable() || l.Ratio <= 0 {
				t.Errorf("%v looks like %+v", size, l)
			}
		}
	}
}

// A picture with wide margins costs a few more hashes, not one for each width.
func TestFewBordersAreTried(t *testing.T) {
	plain := func() perceptual.Gray { return framed(perceptual.Gray{}, 250, 100, 100, 100, 100) }
	for name, c := range map[string]struct {
		picture perceptual.Gray
		most    int
	}{
		"wide margins": {framed(gray(100, 100, scene(1, 100, 100)), 250, 90, 90, 90, 90), 4},
		"a border":     {framed(gray(300, 300, scene(1, 300, 300)), 250, 17, 16, 18, 17), 6},
		"all plain":    {plain(), 4},
	} {
		if n := len(perceptual.Looks(c.picture)); n > c.most {
			t.Errorf("%s: %d looks", name, n)
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
