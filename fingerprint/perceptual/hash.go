// Package perceptual recognises pictures that look alike: copies that were encoded anew, resized or blurred a little.
//
// A picture's hash is PDQ, as described in "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"
// (Facebook, 2019, https://github.com/facebook/ThreatExchange/tree/main/pdq): the signs of its 256 lowest frequencies.
// Copies of a picture have hashes with few different bits, and unrelated pictures differ in about half of them. A copy
// that was cropped by more than 2 %, mirrored or turned is not recognised. Two pictures that look alike need not have
// the same origin: a hash is a hint, never a proof.
package perceptual

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// The distances up to which two pictures are taken for copies of one. docs/internals/detection.md has the measurements.
const (
	Same = 24 // the same picture, encoded anew
	Near = 50 // probably the same
)

// MinQuality is the least quality of a picture whose hash distinguishes it from others: see Look.Quality.
const MinQuality = 50

// Hash is the PDQ hash of a picture. Bit 16i+j, counted from the lowest bit of the first element, is set if the
// frequency i+1 down and j+1 across is above the median.
type Hash [4]uint64

// Size is the length of the binary form of a Hash, in bytes.
const Size = 32

// Distance returns the number of bits in which the hashes differ.
func (h Hash) Distance(o Hash) int {
	return bits.OnesCount64(h[0]^o[0]) + bits.OnesCount64(h[1]^o[1]) +
		bits.OnesCount64(h[2]^o[2]) + bits.OnesCount64(h[3]^o[3])
}

// AppendBinary appends the binary form, the highest bit first, as PDQ's own tools print it in hexadecimal.
func (h Hash) AppendBinary(b []byte) ([]byte, error) {
	for i := len(h) - 1; i >= 0; i-- {
		b = binary.BigEndian.AppendUint64(b, h[i])
	}
	return b, nil
}

// UnmarshalBinary reads the form that AppendBinary writes.
func (h *Hash) UnmarshalBinary(b []byte) error {
	if len(b) != Size {
		return fmt.Errorf("a perceptual hash has %d bytes, not %d", Size, len(b))
	}
	for i := range h {
		h[len(h)-1-i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return nil
}

// String returns the binary form in hexadecimal.
func (h Hash) String() string {
	b, _ := h.AppendBinary(nil)
	return hex.EncodeToString(b)
}
