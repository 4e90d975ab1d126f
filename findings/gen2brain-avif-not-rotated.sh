#!/bin/sh
# github.com/gen2brain/avif v0.4.4
#
# Expected: Decode returns the picture as it is to be displayed. A rotation (irot) is a transformative property of the
# image item, marked as essential: a reader applies it or does not process the item at all (ISO/IEC 23008-12, 6.5.10 and
# 9.3, on which the AV1 Image File Format builds). avifenc and cameras write it instead of an Exif orientation.
# Behaviour: Decode and DecodeConfig ignore it: a portrait photo is returned lying on its side, 64 x 32 instead of 32 x
# 64, and no function of the package returns the rotation. No error is reported. The decoder inside is libavif, which
# leaves the transformations to its caller (avifImage.transformFlags); libheif and libvips turn the file that the script
# makes.
# Workaround: read the property irot and its association (ipma) from the file, and turn the picture in your own code.
#
# Needs go and the Go module proxy. The script makes the AVIF with the package's encoder and adds the property.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.4.4
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
	"image/draw"
	"os"

	"github.com/gen2brain/avif"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// grow adds n to the size of the first box of the type in the file, and gives the position of the box.
func grow(file []byte, kind string, n uint32) int {
	at := bytes.Index(file, []byte(kind)) - 4
	if at < 0 {
		check(fmt.Errorf("there is no box %s", kind))
	}
	binary.BigEndian.PutUint32(file[at:], binary.BigEndian.Uint32(file[at:])+n)
	return at
}

// rotated adds the property irot, a quarter turn counterclockwise, to a file with one item.
func rotated(file []byte) []byte {
	file = bytes.Clone(file)
	const added = 9 + 1 // the box irot, and its place in ipma
	grow(file, "meta", added)
	grow(file, "iprp", added)
	properties := grow(file, "ipco", 9)
	end := properties + int(binary.BigEndian.Uint32(file[properties:])) - 9
	count := byte(0)
	for at := properties + 8; at < end; at += int(binary.BigEndian.Uint32(file[at:])) {
		count++
	}
	association := grow(file, "ipma", 1)
	if file[association+8] != 0 || file[association+11] != 0 || file[association+15] != 1 {
		check(fmt.Errorf("ipma is of another form"))
	}
	location := grow(file, "iloc", 0)
	if file[location+8] != 0 || file[location+12] != 0x44 || file[location+15] != 1 || file[location+21] != 1 {
		check(fmt.Errorf("iloc is of another form"))
	}
	offset := file[location+22:]
	binary.BigEndian.PutUint32(offset, binary.BigEndian.Uint32(offset)+added)
	file[association+18]++ // how many properties the item has
	last := association + 19 + int(file[association+18]) - 1
	out := bytes.Clone(file[:end])
	out = append(out, 0, 0, 0, 9, 'i', 'r', 'o', 't', 1)
	out = append(out, file[end:last]...)
	out = append(out, 0x80|(count+1)) // essential
	return append(out, file[last:]...)
}

func main() {
	landscape := image.NewRGBA(image.Rect(0, 0, 64, 32))
	blue, red := image.NewUniform(color.RGBA{B: 0xff, A: 0xff}), image.NewUniform(color.RGBA{R: 0xff, A: 0xff})
	draw.Draw(landscape, image.Rect(0, 0, 32, 32), blue, image.Point{}, draw.Src)
	draw.Draw(landscape, image.Rect(32, 0, 64, 32), red, image.Point{}, draw.Src)
	var file bytes.Buffer
	check(avif.Encode(&file, landscape, avif.Options{Quality: 90, Speed: 10}))
	portrait := rotated(file.Bytes())
	config, err := avif.DecodeConfig(bytes.NewReader(portrait))
	check(err)
	seen, err := avif.Decode(bytes.NewReader(portrait))
	check(err)
	size := seen.Bounds().Size()
	r, _, b, _ := seen.At(2, 2).RGBA()
	fmt.Println("the file: 64 x 32, the left half blue, the right half red; irot: a quarter turn counterclockwise")
	fmt.Println("expected: 32 x 64, red at the top left")
	fmt.Printf("seen:     %d x %d (DecodeConfig: %d x %d), red %d and blue %d at the top left\n",
		size.X, size.Y, config.Width, config.Height, r>>8, b>>8)
	if size == (image.Point{X: 64, Y: 32}) && config.Width == 64 && b > r {
		fmt.Println("behaviour: the rotation is left out")
		return
	}
	fmt.Println("changed: the picture is turned")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/gen2brain/avif@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/gen2brain/avif $version, $(go env GOVERSION)"
./finding
