#!/bin/sh
# github.com/sergeymakinen/go-ico v1.0.0-beta.0
#
# Expected: Encode writes the picture that it receives, whatever the type of the image: an icon has a transparency for
# each pixel, and an image.NRGBA and an image.NRGBA64 of the same colours give the same icon.
# Behaviour: the transparency of an image.NRGBA64, image.RGBA64, image.NYCbCrA and half transparent colours of an
# image.Paletted are lost: half transparent 200,100,50 becomes opaque 100,50,25, as if it lay on black. An image.NRGBA
# and an image.RGBA are correct. No error is reported. image/png returns an image.NRGBA64 for a PNG with 16 bits, and
# golang.org/x/image/webp an image.NYCbCrA.
# Workaround: draw the picture into an image.NRGBA first (image/draw).
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.0.0-beta.0
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

	ico "github.com/sergeymakinen/go-ico"
)

// through encodes a picture of one colour and returns its middle pixel.
func through(img draw.Image) color.NRGBA {
	c := color.NRGBA{R: 200, G: 100, B: 50, A: 128}
	draw.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var file bytes.Buffer
	err := ico.Encode(&file, img)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	back, err := ico.Decode(&file)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return color.NRGBAModel.Convert(back.At(8, 8)).(color.NRGBA)
}

func main() {
	size := image.Rect(0, 0, 16, 16)
	plain := through(image.NewNRGBA(size))
	fmt.Println("an NRGBA:   expected and seen", plain)
	if plain != (color.NRGBA{R: 200, G: 100, B: 50, A: 128}) {
		fmt.Println("error: an NRGBA is written wrongly as well")
		os.Exit(2)
	}
	black := 0
	for _, img := range []draw.Image{image.NewNRGBA64(size), image.NewRGBA64(size)} {
		seen := through(img)
		fmt.Printf("%T: expected %v, seen %v\n", img, plain, seen)
		if seen.A == 255 && seen.R < 105 {
			black++
		}
	}
	if black != 2 {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: the transparency is lost, and the colours lie on black")
}
GO

if ! { go mod init finding && go get "github.com/sergeymakinen/go-ico@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/sergeymakinen/go-ico $version, $(go env GOVERSION)"
./finding
