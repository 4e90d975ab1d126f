#!/bin/sh
# github.com/corona10/goimagehash v1.1.0
#
# Expected: two different drawings have different hashes, and so a distance.
# Behaviour: a picture is hashed by its colours multiplied by alpha, as if it were on black. Black drawings on
# transparency, as icons, signatures and logos are, so become black pictures: AverageHash, DifferenceHash,
# PerceptionHash and the Ext functions return 0 for each of them. The distance of any two is 0. On white, the same
# drawings differ. No error is reported.
# Workaround: draw the picture on white before (image/draw).
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
	"image/draw"
	"os"

	"github.com/corona10/goimagehash"
)

// drawing returns a black drawing on transparency, and the same one on white.
func drawing(inside func(x, y int) bool) (transparent, white image.Image) {
	t := image.NewNRGBA(image.Rect(0, 0, 128, 128))
	for y := range 128 {
		for x := range 128 {
			if inside(x, y) {
				t.SetNRGBA(x, y, color.NRGBA{A: 255})
			}
		}
	}
	w := image.NewNRGBA(t.Rect)
	draw.Draw(w, w.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(w, w.Rect, t, image.Point{}, draw.Over)
	return t, w
}

func main() {
	circle, circleOnWhite := drawing(func(x, y int) bool { return (x-40)*(x-40)+(y-50)*(y-50) < 900 })
	cross, crossOnWhite := drawing(func(x, y int) bool { return x > 80 && x < 100 || y > 20 && y < 40 })
	hashes := map[string]func(image.Image) (*goimagehash.ImageHash, error){
		"AverageHash": goimagehash.AverageHash, "DifferenceHash": goimagehash.DifferenceHash,
		"PerceptionHash": goimagehash.PerceptionHash,
	}
	distance := func(name string, a, b image.Image) int {
		h, err := hashes[name](a)
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		i, err := hashes[name](b)
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		d, err := h.Distance(i)
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		return d
	}
	for _, name := range []string{"AverageHash", "DifferenceHash", "PerceptionHash"} {
		onWhite, seen := distance(name, circleOnWhite, crossOnWhite), distance(name, circle, cross)
		fmt.Printf("%s: a circle and a cross: distance on white %d, expected the like, seen %d\n", name, onWhite, seen)
		if onWhite < 10 {
			fmt.Println("error: they are alike on white too")
			os.Exit(2)
		}
		if seen != 0 {
			fmt.Println("changed")
			os.Exit(1)
		}
	}
	fmt.Println("behaviour: all black drawings on transparency have one hash")
}
GO

if ! { go mod init finding && go get "github.com/corona10/goimagehash@$version" && go build -o finding . ; } \
	>log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/corona10/goimagehash $version, $(go env GOVERSION)"
./finding
