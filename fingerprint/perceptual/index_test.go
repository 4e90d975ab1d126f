package perceptual_test

import (
	"math/rand/v2"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
)

// crowd returns an index of n random pictures, of three shapes, and the generator.
func crowd(n int) (x perceptual.Index, all []perceptual.Look, r *rand.Rand) {
	r = rand.New(rand.NewPCG(1, 2))
	for i := range n {
		l := perceptual.Look{
			Hash: perceptual.Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}, Quality: 100,
			Ratio: []float64{1, 1.5, 1 / 1.5}[i%3],
		}
		x.Add(l)
		all = append(all, l)
	}
	return x, all, r
}

// altered returns the look with n bits changed.
func altered(l perceptual.Look, n int, r *rand.Rand) perceptual.Look {
	for _, bit := range r.Perm(256)[:n] {
		l.Hash[bit/64] ^= 1 << (bit % 64)
	}
	return l
}

func TestTheNearestIsFound(t *testing.T) {
	x, all, r := crowd(3000)
	for i := range 200 {
		d := i % 60
		probe := altered(all[i], d, r)
		n, distance, ok := x.Nearest(probe, perceptual.Near)
		if want := d <= perceptual.Near; ok != want || ok && (n != i || distance != d) {
			t.Errorf("%d bits: got %d at %d, %v; want %d", d, n, distance, ok, i)
		}
	}
}

func TestOnlyWhatHasTheShapeAndTheDetailIsFound(t *testing.T) {
	x, all, _ := crowd(3)
	for name, c := range map[string]struct {
		change func(*perceptual.Look)
		found  bool
	}{
		"the same":          {func(*perceptual.Look) {}, true},
		"nearly its shape":  {func(l *perceptual.Look) { l.Ratio *= 1.019 }, true},
		"another shape":     {func(l *perceptual.Look) { l.Ratio = 1.5 }, false},
		"too little detail": {func(l *perceptual.Look) { l.Quality = perceptual.MinQuality - 1 }, false},
	} {
		l := all[0]
		c.change(&l)
		if _, _, ok := x.Nearest(l, perceptual.Same); ok != c.found {
			t.Errorf("%s: found %v", name, ok)
		}
	}
	if !x.MayHave(512, 512) || x.MayHave(1080, 2400) {
		t.Error("the sizes of candidates are not told apart")
	}
	var empty perceptual.Index
	if _, _, ok := empty.Nearest(all[0], 256); ok || empty.MayHave(512, 512) {
		t.Error("an empty index has a picture")
	}
}

// The goal is 2 ms.
func BenchmarkNearestOfAMillion(b *testing.B) {
	x, all, r := crowd(1_000_000)
	probe := altered(all[777_777], perceptual.Near, r)
	for b.Loop() {
		if n, _, ok := x.Nearest(probe, perceptual.Near); !ok || n != 777_777 {
			b.Fatalf("found %d, %v", n, ok)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	g := gray(511, 340, scene(1, 511, 340))
	luma := g.Luma
	for b.Loop() {
		g.Luma = append([]float32(nil), luma...)
		perceptual.Of(g)
	}
}
