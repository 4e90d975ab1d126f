#!/bin/sh
# github.com/HugoSmits86/nativewebp v0.9.3
#
# Expected: "the encoder supports only WebP lossless images" (README), so a decoder returns the pixels of the image that
# Encode received, whatever its type.
# Behaviour: an image.Paletted of at most 16 colours, to which a PNG of a logo or a screenshot decodes, becomes a WebP
# with other pixels, or one that decoders refuse. The same pixels as an image.NRGBA are correct. Encode reports no
# error. By the colour indexing transform of RFC 9649, a palette of at most 16 colours packs several pixels into one;
# this encoder announces such a palette but packs nothing.
# Workaround: copy the image into an image.NRGBA before Encode.
#
# Needs go and the Go module proxy; golang.org/x/image/webp decodes (dwebp of libwebp 1.2.4 agrees with it).
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.9.3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"

	"github.com/HugoSmits86/nativewebp"
	"golang.org/x/image/webp"
)

const width, height = 7, 5

// differ encodes the image, decodes it and counts the pixels that differ, or returns the decoder's error.
func differ(img image.Image) (int, error) {
	var file bytes.Buffer
	if err := nativewebp.Encode(&file, img, nil); err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	back, err := webp.Decode(&file)
	if err != nil {
		return 0, err
	}
	n := 0
	for y := range height {
		for x := range width {
			if color.NRGBAModel.Convert(img.At(x, y)) != color.NRGBAModel.Convert(back.At(x, y)) {
				n++
			}
		}
	}
	return n, nil
}

func main() {
	wrong, right := 0, 0
	for _, colours := range []int{2, 4, 16, 256} {
		palette := make(color.Palette, colours)
		for i := range palette {
			palette[i] = color.NRGBA{R: uint8(i * 255 / (colours - 1)), G: uint8(i), B: 0x40, A: 0xff}
		}
		paletted := image.NewPaletted(image.Rect(0, 0, width, height), palette)
		for i, state := 0, uint32(1); i < len(paletted.Pix); i++ {
			state = state*1664525 + 1013904223
			paletted.Pix[i] = uint8((state >> 24) % uint32(colours))
		}
		plain := image.NewNRGBA(paletted.Rect)
		draw.Draw(plain, plain.Rect, paletted, image.Point{}, draw.Src)
		n, err := differ(paletted)
		same, plainErr := differ(plain)
		seen := fmt.Sprintf("%d changed", n)
		if err != nil {
			seen = "not readable: " + err.Error()
		}
		fmt.Printf("%3d colours, %d pixels: expected 0 changed (NRGBA: %d); seen of Paletted: %s\n",
			colours, width*height, same, seen)
		if same != 0 || plainErr != nil {
			fmt.Println("error: the image.NRGBA is not right either")
			os.Exit(2)
		}
		if n > 0 || err != nil {
			wrong++
		} else {
			right++
		}
	}
	if wrong == 3 && right == 1 {
		fmt.Println("behaviour: of a paletted image of at most 16 colours the WebP has other pixels, or is broken")
		return
	}
	fmt.Println("changed: palettes that come out wrong:", wrong)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/HugoSmits86/nativewebp@$version" golang.org/x/image@v0.47.0 &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/HugoSmits86/nativewebp $version, $(go env GOVERSION)"
./finding
