package perceptual

import (
	"math/bits"
	"slices"
)

// Index finds the known picture that looks most like another. It takes 40 bytes a picture and compares all of them for
// each look-up, in 1.5 ms for a million. A tree of such hashes would have to visit nearly all of its nodes. Several
// goroutines may read it at once.
type Index struct {
	hashes []Hash
	ratios []float64
	shapes []float64 // the different ratios, in order
}

// Add adds a picture. Its number is the number of those added before.
func (x *Index) Add(l Look) {
	x.hashes = append(x.hashes, l.Hash)
	x.ratios = append(x.ratios, l.Ratio)
	if i, known := slices.BinarySearch(x.shapes, l.Ratio); !known {
		x.shapes = slices.Insert(x.shapes, i, l.Ratio)
	}
}

// Len returns the number of pictures.
func (x *Index) Len() int { return len(x.hashes) }

// Nearest returns the number of the picture with the least distance from l, of those that have its shape and are no
// farther away than most. ok is false if there is none, or if l has too little detail. It returns the first of two with
// the same distance.
func (x *Index) Nearest(l Look, most int) (n, distance int, ok bool) {
	if !l.Usable() {
		return 0, 0, false
	}
	for i := 0; ; i++ {
		if i += next(x.hashes[i:], &l.Hash, most); i == len(x.hashes) {
			return n, distance, ok
		}
		if SameShape(x.ratios[i], l.Ratio) {
			n, distance, ok = i, x.hashes[i].Distance(l.Hash), true
			most = distance - 1
		}
	}
}

// next returns the index of the first hash no farther away from h than most, or the number of hashes if there is none.
// It is a function of its own so that the processor's registers suffice for the loop: that halves the time.
//
//go:noinline
func next(hashes []Hash, h *Hash, most int) int {
	h0, h1, h2, h3 := h[0], h[1], h[2], h[3]
	for i := range hashes {
		o := &hashes[i]
		if bits.OnesCount64(h0^o[0])+bits.OnesCount64(h1^o[1])+
			bits.OnesCount64(h2^o[2])+bits.OnesCount64(h3^o[3]) <= most {
			return i
		}
	}
	return len(hashes)
}

// MayHave reports whether the index has a picture of which one of that size can be a copy; see MayShow.
func (x *Index) MayHave(width, height int) bool {
	return slices.ContainsFunc(x.shapes, func(ratio float64) bool { return MayShow(width, height, ratio) })
}
