#!/bin/sh
# github.com/sergeymakinen/go-bmp v1.0.0
#
# Expected: Decode returns an opaque picture for a BMP of 32 bits a pixel with a header of 40 bytes and BI_RGB: the
# fourth byte of a pixel is not used there (BITMAPINFOHEADER), and most programs write 0.
# Behaviour: the fourth byte is taken for the transparency: the picture is an image.NRGBA whose pixels are all
# invisible, and what is drawn or saved from it is empty. No error is reported. golang.org/x/image/bmp returns an opaque
# one.
# Workaround: set each alpha to 255 if all of them are 0, or use golang.org/x/image/bmp.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.0.0
other=v0.44.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"

	bmp "github.com/sergeymakinen/go-bmp"
	xbmp "golang.org/x/image/bmp"
)

// file is a picture of 1 x 1 pixels with this pixel, as 32 bits without compression.
func file(pixel []byte) io.Reader {
	b := []byte("BM")
	for _, n := range []uint32{58, 0, 54, 40, 1, 1, 32<<16 | 1, 0, 4, 0, 0, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return bytes.NewReader(append(b, pixel...))
}

// seen returns the pixel.
func seen(decode func(io.Reader) (image.Image, error)) color.NRGBA {
	img, err := decode(file([]byte{50, 100, 200, 0}))
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return color.NRGBAModel.Convert(img.At(0, 0)).(color.NRGBA)
}

func main() {
	right, got := seen(xbmp.Decode), seen(bmp.Decode)
	fmt.Println("golang.org/x/image/bmp: expected and seen", right)
	fmt.Println("go-bmp:                 expected", right, "seen", got)
	switch {
	case right != color.NRGBA{R: 200, G: 100, B: 50, A: 255}:
		fmt.Println("error: golang.org/x/image/bmp returns another pixel")
		os.Exit(2)
	case got.A != 0:
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: the picture is invisible")
}
GO

if ! { go mod init finding && go get "github.com/sergeymakinen/go-bmp@$version" "golang.org/x/image@$other" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/sergeymakinen/go-bmp $version, golang.org/x/image $other, $(go env GOVERSION)"
./finding
