#!/bin/sh
# github.com/gen2brain/webp v0.5.5
#
# Expected: Decode of a lossless WebP returns the pixels of the file, and Encode with Quality 100 makes such a file:
# "Quality of 100 implies Lossless" (doc comment of Options).
# Behaviour: Decode converts every file, also a lossless one, into an image.NYCbCrA. It uses the limited range of
# BT.601, which that type does not have: 200,100,50 is returned as 190,101,57, white as 235,235,235.
# golang.org/x/image/webp returns the correct pixels of the same file. Quality 100 without Lossless makes a lossy file.
# No error is reported.
# Workaround: decode with golang.org/x/image/webp; set Lossless.
#
# Needs go and the Go module proxy. The program is built with the tag nodynamic, so that the WebAssembly inside the
# package runs and no libwebp of the machine.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.5.5
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
	"os"

	"github.com/gen2brain/webp"
	other "golang.org/x/image/webp"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func pixel(img image.Image) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(8, 8)).(color.NRGBA)
}

func main() {
	wrong := 0
	for _, c := range []color.NRGBA{{255, 255, 255, 255}, {200, 100, 50, 255}, {200, 100, 50, 128}} {
		picture := image.NewNRGBA(image.Rect(0, 0, 16, 16))
		for i := 0; i < len(picture.Pix); i += 4 {
			copy(picture.Pix[i:], []uint8{c.R, c.G, c.B, c.A})
		}
		var file bytes.Buffer
		check(webp.Encode(&file, picture, webp.Options{Lossless: true}))
		seen, err := webp.Decode(bytes.NewReader(file.Bytes()))
		check(err)
		right, err := other.Decode(bytes.NewReader(file.Bytes()))
		check(err)
		fmt.Printf("lossless %v: expected (and x/image) %v, seen %v in a %T\n", c, pixel(right), pixel(seen), seen)
		if pixel(right) != c {
			fmt.Println("error: the file has another colour")
			os.Exit(2)
		}
		if pixel(seen) != c {
			wrong++
		}
	}
	var file bytes.Buffer
	check(webp.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 16, 16)), webp.Options{Quality: 100}))
	lossless := bytes.Contains(file.Bytes(), []byte("VP8L"))
	fmt.Printf("Quality 100: expected a chunk VP8L (lossless), seen: %v\n", lossless)
	if wrong == 3 && !lossless {
		fmt.Println("behaviour: lossless files are decoded with other pixels, and Quality 100 is not lossless")
		return
	}
	fmt.Println("changed: colours that are wrong:", wrong, "Quality 100 is lossless:", lossless)
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/gen2brain/webp@$version" golang.org/x/image/webp@v0.47.0 &&
	go build -tags nodynamic -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/gen2brain/webp $version, $(go env GOVERSION)"
./finding
