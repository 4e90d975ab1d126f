#!/bin/sh
# github.com/jbuchbinder/gopnm v0.0.0-20220507095634-e31f54490ce0
#
# Expected: the samples of a PGM or PPM file are fractions of its Maxval
# (https://netpbm.sourceforge.net/doc/pgm.html): the Maxval itself is white, whatever number it is.
# Behaviour: the decoder returns the samples as they are, as fractions of 255 or of 65535. A picture with the Maxval 15
# or 100 becomes dark grey; one with the Maxval 1000, as from a camera or a scanner with 10 or 12 bits, becomes black.
# Files with the Maxval 255 and 65535 are correct. No error is reported. The package's list of what is not implemented
# names the writing of other Maxvals only.
# Workaround: multiply by 255 or 65535 and divide by the Maxval that DecodeConfigPNM returns.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20220507095634-e31f54490ce0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"image/color"
	"os"
	"strings"

	pnm "github.com/jbuchbinder/gopnm"
)

// white returns how bright (of 65535) the decoder reads one white pixel.
func white(file string) uint16 {
	img, err := pnm.Decode(strings.NewReader(file))
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	return color.Gray16Model.Convert(img.At(0, 0)).(color.Gray16).Y
}

func main() {
	if white("P5 1 1 255\n\xff") != 65535 || white("P5 1 1 65535\n\xff\xff") != 65535 {
		fmt.Println("error: white of 255 or of 65535 is not white either")
		os.Exit(2)
	}
	var seen []uint16
	for _, file := range []string{"P5 1 1 100\n\x64", "P5 1 1 1000\n\x03\xe8", "P2 1 1 15\n15\n", "P6 1 1 31\n\x1f\x1f\x1f"} {
		w := white(file)
		fmt.Printf("%-12.10q expected 65535, seen %d\n", file, w)
		seen = append(seen, w)
	}
	if got := fmt.Sprint(seen); got != "[25700 1000 3855 7967]" {
		fmt.Println("changed:", got)
		os.Exit(1)
	}
	fmt.Println("behaviour: the Maxval of a picture is ignored")
}
GO

if ! { go mod init finding && go get "github.com/jbuchbinder/gopnm@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/jbuchbinder/gopnm $version, $(go env GOVERSION)"
./finding
