#!/bin/sh
# github.com/pdfcpu/pdfcpu v0.15.0
#
# Expected: an extracted picture has the colours that the page shows. In a Separation, 0 is no ink, which is white (PDF
# 1.7, 8.6.6.4); a Decode array of [1 0 1 0 1 0] reverses an RGB picture (8.9.5.2).
# Behaviour: pdfcpu writes the amounts of ink of a Separation as brightness: the picture is a grey negative. It ignores
# the Decode array of an RGB picture, which is then a negative as well; it obeys that of a grey one. There is no error.
# Workaround: pdfimages -png of poppler-utils, which does both.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.15.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/api"
)

// pdf returns a PDF of one page that shows these pictures, each with its dictionary's entries and its bytes.
func pdf(pictures [][2]string) []byte {
	var objects []string
	var names, content string
	for i, p := range pictures {
		objects = append(objects, fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 8/Height 4/BitsPerComponent %s"+
			"/Length %d>>\nstream\n%s\nendstream", p[0], len(p[1]), p[1]))
		names += fmt.Sprintf("/P%d %d 0 R", i, i+1)
		content += fmt.Sprintf("q 8 0 0 4 10 %d cm /P%d Do Q\n", 10*i, i)
	}
	n := len(pictures)
	objects = append(objects, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 99 99]/Contents %d 0 R/Resources<</XObject<<%s>>>>>>",
			n+3, n+1, names),
		fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1>>", n+2), fmt.Sprintf("<</Type/Catalog/Pages %d 0 R>>", n+3))
	file := "%PDF-1.7\n"
	var table string
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(file))
		file += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	return fmt.Appendf(nil, "%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root %d 0 R>>\n"+
		"startxref\n%d\n%%%%EOF\n", file, len(objects)+1, table, len(objects)+1, len(objects), len(file))
}

// first returns the first pixel of the picture that pdfcpu extracts.
func first(name string, picture [2]string) (string, error) {
	if err := os.Mkdir(name, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(name+".pdf", pdf([][2]string{picture}), 0o600); err != nil {
		return "", err
	}
	if err := api.ExtractImagesFile(name+".pdf", name, nil, nil); err != nil {
		return "", err
	}
	files, err := filepath.Glob(name + "/*.png")
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("%d files: %w", len(files), err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		return "", err
	}
	img, err := png.Decode(f)
	if err != nil {
		return "", err
	}
	r, g, b, _ := img.At(0, 0).RGBA()
	return fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8), nil
}

func main() {
	red := "<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[1 0 0]/N 1>>"
	seen := map[string]string{}
	for _, c := range []struct {
		name, want string
		picture    [2]string
	}{
		{"grey, reversed", "ffffff", [2]string{"8/ColorSpace/DeviceGray/Decode[1 0]", strings.Repeat("\x00", 32)}},
		{"RGB", "ff0000", [2]string{"8/ColorSpace/DeviceRGB", strings.Repeat("\xff\x00\x00", 32)}},
		{"RGB, reversed", "00ffff", [2]string{
			"8/ColorSpace/DeviceRGB/Decode[1 0 1 0 1 0]", strings.Repeat("\xff\x00\x00", 32),
		}},
		{"no red ink", "ffffff", [2]string{
			"8/ColorSpace[/Separation/Red/DeviceRGB" + red + "]", strings.Repeat("\x00", 32),
		}},
	} {
		colour, err := first(c.name, c.picture)
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(2)
		}
		fmt.Printf("%-15s expected %s, seen %s\n", c.name+":", c.want, colour)
		seen[c.name] = colour
	}
	if seen["grey, reversed"] != "ffffff" || seen["RGB"] != "ff0000" {
		fmt.Println("error: other pictures are wrong too")
		os.Exit(2)
	}
	if seen["RGB, reversed"] != "ff0000" || seen["no red ink"] != "000000" {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: the picture in a spot colour and the reversed RGB picture are negatives")
}
GO

if ! { go mod init finding && go get "github.com/pdfcpu/pdfcpu/pkg/api@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/pdfcpu/pdfcpu $version, $(go env GOVERSION)"
HOME=$dir ./finding
