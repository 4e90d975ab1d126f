#!/bin/sh
# github.com/orisano/pixelmatch v0.0.0-20230914042517-fa304d1dc785
#
# Expected: pixels with transparency are blended with white before they are compared, as in pixelmatch of npm, of which
# this is a port: half transparent white is like white.
# Behaviour: the colours that Color.RGBA returns are already multiplied by alpha, and are multiplied once more. Half
# transparent white is compared as a grey of 191: all of its pixels differ from white, and none differs from that grey.
# No error is reported. Opaque and fully transparent pixels are right.
# Workaround: draw both pictures on white before (image/draw).
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20230914042517-fa304d1dc785
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"

	"github.com/orisano/pixelmatch"
)

// filled returns a picture of one colour, and the same one on white.
func filled(c color.NRGBA) (bare, white image.Image) {
	b := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	draw.Draw(b, b.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	w := image.NewNRGBA(b.Rect)
	draw.Draw(w, w.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(w, w.Rect, b, image.Point{}, draw.Over)
	return b, w
}

func differ(a, b image.Image) int {
	n, err := pixelmatch.MatchPixel(a, b)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return n
}

func main() {
	half, halfOnWhite := filled(color.NRGBA{R: 255, G: 255, B: 255, A: 128})
	white, _ := filled(color.NRGBA{R: 255, G: 255, B: 255, A: 255})
	grey, _ := filled(color.NRGBA{R: 191, G: 191, B: 191, A: 255})
	right := [2]int{differ(halfOnWhite, white), differ(halfOnWhite, grey)}
	seen := [2]int{differ(half, white), differ(half, grey)}
	fmt.Printf("half transparent white and white: expected %d pixels, as on white, seen %d\n", right[0], seen[0])
	fmt.Printf("half transparent white and grey: expected %d pixels, as on white, seen %d\n", right[1], seen[1])
	if right != [2]int{0, 256} {
		fmt.Println("error: pictures on white are not right either")
		os.Exit(2)
	}
	if seen != [2]int{256, 0} {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: half transparent white is compared as grey")
}
GO

if ! { go mod init finding && go get "github.com/orisano/pixelmatch@$version" && go build -o finding . ; } \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/orisano/pixelmatch $version, $(go env GOVERSION)"
./finding
