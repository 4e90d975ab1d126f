#!/bin/sh
# golang.org/x/image v0.47.0, package webp
#
# Expected: white is white. The Y'CbCr values of a lossy WebP are to be converted by Recommendation BT.601 (RFC 9649,
# 2.5), where Y' of black is 16 and that of white 235; dwebp of libwebp does so.
# Behaviour: Decode stores the values unchanged in an image.YCbCr, whose colour model is that of JFIF, with black at 0
# and white at 255 (image/color). At returns 235,235,235 for white, 16,16,16 for black and 190,101,57 for 200,100,50:
# the picture is pale, by up to 20 of 255 levels. Lossless WebP is correct. No error is reported.
# Workaround: convert the planes Y, Cb and Cr in your own code, by BT.601 with its limited range.
#
# Needs go, the Go module proxy, apt-get, dpkg and the Debian 12 archive (cwebp and dwebp of the package webp).
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.47.0
other=1.2.4-0.2+deb12u1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"os/exec"

	"golang.org/x/image/webp"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// near reports whether no channel differs by more than 3.
func near(a, b color.NRGBA) bool {
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
		if d > 3 || d < -3 {
			return false
		}
	}
	return true
}

// decoded makes a WebP of one colour and gives its middle pixel by dwebp and by the package.
func decoded(c color.NRGBA, options ...string) (dwebp, seen color.NRGBA) {
	picture := append([]byte("P6\n32 32\n255\n"), bytes.Repeat([]byte{c.R, c.G, c.B}, 32*32)...)
	check(os.WriteFile("in.ppm", picture, 0o600))
	check(exec.Command("cwebp", append(options, "-quiet", "in.ppm", "-o", "out.webp")...).Run())
	check(exec.Command("dwebp", "-quiet", "-ppm", "out.webp", "-o", "out.ppm").Run())
	back, err := os.ReadFile("out.ppm")
	check(err)
	last := back[len(back)-3:]
	file, err := os.Open("out.webp")
	check(err)
	defer file.Close()
	img, err := webp.Decode(file)
	check(err)
	dwebp = color.NRGBA{R: last[0], G: last[1], B: last[2], A: 255}
	return dwebp, color.NRGBAModel.Convert(img.At(16, 16)).(color.NRGBA)
}

func main() {
	wrong := 0
	for _, c := range []color.NRGBA{{255, 255, 255, 255}, {0, 0, 0, 255}, {200, 100, 50, 255}} {
		dwebp, seen := decoded(c, "-q", "100")
		_, lossless := decoded(c, "-lossless")
		fmt.Printf("%v: expected (and dwebp) %v, seen %v; lossless: %v\n", c, dwebp, seen, lossless)
		if !near(c, dwebp) || lossless != c {
			fmt.Println("error: dwebp, or a lossless file, gives another colour as well")
			os.Exit(2)
		}
		if !near(seen, c) {
			wrong++
		}
	}
	if wrong == 3 {
		fmt.Println("behaviour: the colours of a lossy WebP are squeezed into 16 to 235")
		return
	}
	fmt.Println("changed: colours that are wrong:", wrong)
	os.Exit(1)
}
GO

# fetch unpacks packages, and those of their dependencies that are not installed, into the folder root.
fetch() {
	apt-get download "$@" $(apt-get install -s --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	for package in *.deb; do dpkg-deb -x "$package" root; done
}
if ! { go mod init finding && go get "golang.org/x/image/webp@$version" && go build -o finding . &&
	fetch "webp=$other" "libwebp7=$other" ; } >log 2>&1; then
	cat log
	exit 2
fi
PATH=$dir/root/usr/bin:$PATH
LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libwebp.so.7')")
export LD_LIBRARY_PATH
echo "version: golang.org/x/image $version, $(go env GOVERSION), webp $other"
./finding
