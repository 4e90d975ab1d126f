#!/bin/sh
# github.com/kovidgoyal/imaging v1.9.0
#
# Expected: FlipH of a picture returns the same pixels in the other order, with the transparency of each.
# Behaviour: for an image.NYCbCrA with subsampled colours, which is what a lossy WebP with transparency decodes to, each
# pixel of the result has the transparency of the first pixel of its row. The same happens in FlipV, Rotate180, Clone and
# AsNRGBA. FlipH of an image.NRGBA of the same pixels is correct, and so are Rotate90 and Transpose. No error is reported.
# Workaround: draw the picture into an image.NRGBA first (image/draw).
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.9.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"image"
	"image/color"
	"os"

	"github.com/kovidgoyal/imaging"
)

// alphas returns the transparency of the first row, from left to right.
func alphas(img image.Image) (all []int) {
	b := img.Bounds()
	for x := b.Min.X; x < b.Max.X; x++ {
		all = append(all, int(color.NRGBAModel.Convert(img.At(x, b.Min.Y)).(color.NRGBA).A))
	}
	return all
}

func main() {
	picture := image.NewNYCbCrA(image.Rect(0, 0, 8, 2), image.YCbCrSubsampleRatio420)
	plain := image.NewNRGBA(picture.Rect)
	for i := range picture.A {
		picture.Y[i], picture.A[i] = 128, uint8(255-30*(i%8))
	}
	for i := range picture.Cb {
		picture.Cb[i], picture.Cr[i] = 128, 128
	}
	for y := range 2 {
		for x := range 8 {
			plain.Set(x, y, picture.At(x, y))
		}
	}
	right, seen := fmt.Sprint(alphas(imaging.FlipH(plain))), fmt.Sprint(alphas(imaging.FlipH(picture)))
	fmt.Println("transparency of the picture:", alphas(picture))
	fmt.Println("expected of its mirror image (and seen from an NRGBA):", right)
	fmt.Println("seen from an NYCbCrA:                                 ", seen)
	switch {
	case right != "[45 75 105 135 165 195 225 255]":
		fmt.Println("error: an NRGBA is mirrored wrongly as well")
		os.Exit(2)
	case seen != "[255 255 255 255 255 255 255 255]":
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: each pixel has the transparency of the first of its row")
}
GO

if ! { go mod init finding && go get "github.com/kovidgoyal/imaging@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/kovidgoyal/imaging $version, $(go env GOVERSION)"
./finding
