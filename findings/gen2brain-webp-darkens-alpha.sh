#!/bin/sh
# github.com/gen2brain/webp v0.5.5
#
# Expected: Encode writes the picture that it receives, whatever the type of the image: an image.RGBA and an image.NRGBA
# with the same colours give the same WebP. The colours of an image.RGBA are multiplied by alpha (image/color), those of
# a WebP are not.
# Behaviour: Encode treats the bytes of an image.RGBA as colours that are not multiplied: half transparent 200,100,50
# becomes half transparent 100,50,25, also with Lossless. The more transparent a pixel is, the darker it gets. An
# image.NRGBA is correct. No error is reported. image/draw, x/image/draw and most packages that scale work on
# image.RGBA.
# Workaround: copy the picture into an image.NRGBA first.
#
# Needs go and the Go module proxy; golang.org/x/image/webp decodes. The program is built with the tag nodynamic, so
# that the WebAssembly inside the package runs and no libwebp of the machine.
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
	"image/draw"
	"os"

	"github.com/gen2brain/webp"
	decoder "golang.org/x/image/webp"
)

// through encodes the picture without loss and gives its middle pixel.
func through(img image.Image) color.NRGBA {
	var file bytes.Buffer
	err := webp.Encode(&file, img, webp.Options{Lossless: true, Exact: true})
	if err == nil {
		img, err = decoder.Decode(&file)
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return color.NRGBAModel.Convert(img.At(8, 8)).(color.NRGBA)
}

func main() {
	darker := 0
	for _, alpha := range []uint8{255, 128, 64} {
		c := color.NRGBA{R: 200, G: 100, B: 50, A: alpha}
		plain := image.NewNRGBA(image.Rect(0, 0, 16, 16))
		for i := 0; i < len(plain.Pix); i += 4 {
			copy(plain.Pix[i:], []uint8{c.R, c.G, c.B, c.A})
		}
		multiplied := image.NewRGBA(plain.Rect)
		draw.Draw(multiplied, plain.Rect, plain, image.Point{}, draw.Src)
		right, seen := through(plain), through(multiplied)
		fmt.Printf("%v: expected (and from an NRGBA) %v, seen from an RGBA %v\n", c, right, seen)
		if right != c {
			fmt.Println("error: an NRGBA is written wrongly as well")
			os.Exit(2)
		}
		if int(seen.R) < int(c.R)*int(alpha)/255+5 && alpha < 255 {
			darker++
		}
	}
	if darker == 2 {
		fmt.Println("behaviour: the colours of an image.RGBA are written multiplied by alpha")
		return
	}
	fmt.Println("changed: pictures that get darker:", darker)
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
