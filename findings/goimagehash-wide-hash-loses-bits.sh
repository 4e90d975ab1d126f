#!/bin/sh
# github.com/corona10/goimagehash v1.1.0
#
# Expected: ExtAverageHash and ExtPerceptionHash return a hash with one bit for each of width x height cells, and
# ExtImageHashFromString reads what ToString writes. ExtPerceptionHash refuses all sizes but those whose "width * height
# should be the power of 2", and accepts 16 x 8 = 128 and 4 x 4 = 16.
# Behaviour: if width is more than height, the cells are written one over the other: the last 56 of 128 bits are never
# set at 16 x 8, and a white lower half is missed. A hash of 4 x 4 that is read from its own text has 64 bits, so that
# Distance refuses to compare it with itself. 8 x 8 and 16 x 16, which the documentation names, are correct.
# Workaround: use 8 x 8 or 16 x 16.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.1.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"os"

	"github.com/corona10/goimagehash"
)

// hash returns the hash of a picture whose upper half is black and whose lower half is white.
func hash(width, height int) *goimagehash.ExtImageHash {
	img := image.NewGray(image.Rect(0, 0, 256, 256))
	for y := 128; y < 256; y++ {
		for x := range 256 {
			img.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	h, err := goimagehash.ExtAverageHash(img, width, height)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return h
}

// lower returns how many bits of the second half are set.
func lower(h *goimagehash.ExtImageHash) (n int) {
	words := h.GetHash()
	for _, word := range words[len(words)/2:] {
		n += bits.OnesCount64(word)
	}
	return n
}

// tail returns the last 56 bits of the perceptual hash of 16 x 8 of a picture with much detail.
func tail() uint64 {
	img := image.NewGray(image.Rect(0, 0, 256, 256))
	for y := range 256 {
		for x := range 256 {
			img.SetGray(x, y, color.Gray{Y: uint8(x*y/300 + x ^ y)})
		}
	}
	h, err := goimagehash.ExtPerceptionHash(img, 16, 8)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return h.GetHash()[1] << 8
}

// again returns an error if the hash cannot be compared with what its text is read as.
func again(h *goimagehash.ExtImageHash) error {
	read, err := goimagehash.ExtImageHashFromString(h.ToString())
	if err != nil {
		return err
	}
	_, err = h.Distance(read)
	return err
}

func main() {
	square, wide := lower(hash(16, 16)), lower(hash(16, 8))
	fmt.Printf("16 x 16: bits of the white half: expected 128, seen %d\n", square)
	fmt.Printf("16 x 8: bits of the white half: expected 64, seen %d\n", wide)
	fmt.Printf("16 x 8, perceptual: last 56 bits: expected about half of them, seen %d\n", bits.OnesCount64(tail()))
	ok, err := again(hash(8, 8)), again(hash(4, 4))
	fmt.Printf("8 x 8 from its text: expected no error, seen %v\n", ok)
	fmt.Printf("4 x 4 from its text: expected no error, seen %v\n", err)
	if square != 128 || ok != nil {
		fmt.Println("error: 16 x 16 or 8 x 8 is not as expected")
		os.Exit(2)
	}
	if wide > 8 || tail() != 0 || err == nil {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: hashes of other sizes lose bits, or cannot be read again")
}
GO

if ! { go mod init finding && go get "github.com/corona10/goimagehash@$version" && go build -o finding . ; } \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/corona10/goimagehash $version, $(go env GOVERSION)"
./finding
