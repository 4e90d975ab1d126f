package perceptual_test

import (
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
)

// scene returns a picture of discs before a slope, in red, green and blue. It is computed with integers, so that it is
// the same everywhere.
func scene(seed uint32, width, height int) (rgb []byte) {
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	type disc struct{ x, y, r, red, green, blue int }
	var discs []disc
	for range 14 {
		discs = append(discs, disc{
			next(1000), next(1000), 40 + next(200), next(256), next(256), next(256),
		})
	}
	for y := range height {
		for x := range width {
			u, v := x*1000/width, y*1000/height
			c := [3]int{u / 8, v / 5, (u + v) / 10}
			for _, d := range discs {
				if (u-d.x)*(u-d.x)+(v-d.y)*(v-d.y) < d.r*d.r {
					c = [3]int{d.red, d.green, d.blue}
				}
			}
			rgb = append(rgb, byte(c[0]), byte(c[1]), byte(c[2]))
		}
	}
	return rgb
}

// gray returns the brightness of a picture in red, green and blue.
func gray(width, height int, rgb []byte) perceptual.Gray {
	g := perceptual.Gray{Width: width, Height: height}
	for i := 0; i < len(rgb); i += 3 {
		red, green, blue := float32(rgb[i]), float32(rgb[i+1]), float32(rgb[i+2])
		g.Luma = append(g.Luma, float32(0.299*red)+float32(0.587*green)+float32(0.114*blue))
	}
	return g
}

func look(seed uint32, width, height int) perceptual.Look {
	return perceptual.Of(gray(width, height, scene(seed, width, height)))
}

// The hashes and qualities were computed by the published C++ code of PDQ.
func TestAHashIsPDQ(t *testing.T) {
	for _, c := range []struct {
		seed          uint32
		width, height int
		want          string
	}{
		{1, 100, 100, "4939c725c36f424f91cfb8d339bb3d317e7ccc6999cc99c63082263036311f39 93"},
		{2, 640, 400, "343799a20bc065e2a159c4e467661a173d1f8dce5e8f56bd6c74cc726a713589 100"},
		{3, 64, 64, "feb4b0f8b9f855f845782966aa863c0ebf10fe385f78fd78a8cb888740460607 100"},
		{4, 333, 777, "d8b598d8e99948f1ab81b2e51b9663532d77ab179236b206c95b695eb6243664 77"},
		{5, 1024, 683, "614f6bcc9d86bcb1087192e007d2777ff06de5619b9cb58c039a4b807e13687e 100"},
		{6, 128, 129, "fa94ca6c3408d83b2ff29e28d8ba1e078d1f93e2daa47c58932266d37a70da72 100"},
	} {
		l := look(c.seed, c.width, c.height)
		if got := fmt.Sprintf("%s %d", l.Hash, l.Quality); got != c.want {
			t.Errorf("%d, %d x %d: got %s, want %s", c.seed, c.width, c.height, got, c.want)
		}
	}
}

func TestASmallerCopyHasNearlyTheSameHash(t *testing.T) {
	a, b, other := look(1, 900, 600), look(1, 300, 200), look(2, 900, 600)
	if d := a.Hash.Distance(b.Hash); d > perceptual.Same/2 {
		t.Errorf("the copy is %d away", d)
	}
	if d := a.Hash.Distance(other.Hash); d <= 2*perceptual.Near {
		t.Errorf("another picture is only %d away", d)
	}
}

func TestAPictureWithoutDetailIsNotUsable(t *testing.T) {
	plain := perceptual.Gray{Width: 200, Height: 200, Luma: make([]float32, 200*200)}
	slope := perceptual.Gray{Width: 200, Height: 200, Luma: make([]float32, 200*200)}
	for i := range slope.Luma {
		slope.Luma[i] = float32(i % 200)
	}
	for name, l := range map[string]perceptual.Look{
		"plain": perceptual.Of(plain), "a slope": perceptual.Of(slope), "an icon": look(1, 63, 63),
		"none": look(1, 0, 0),
	} {
		if l.Usable() {
			t.Errorf("%s: has quality %d", name, l.Quality)
		}
	}
	if l := look(1, 64, 64); !l.Usable() {
		t.Errorf("a small picture has quality %d", l.Quality)
	}
}

func TestTheBinaryFormIsReadAgain(t *testing.T) {
	h := look(3, 100, 100).Hash
	b, err := h.AppendBinary(nil)
	if err != nil || len(b) != perceptual.Size || fmt.Sprintf("%x", b) != h.String() {
		t.Fatalf("got %x, %v", b, err)
	}
	var again perceptual.Hash
	if err := again.UnmarshalBinary(b); err != nil || again != h {
		t.Errorf("got %s, %v; want %s", again, err, h)
	}
	if err := again.UnmarshalBinary(b[1:]); err == nil {
		t.Error("a shorter form is read")
	}
}
