#!/bin/sh
# github.com/pdfcpu/pdfcpu v0.15.0
#
# Expected: api.ExtractImages returns the pictures of a page. One of them may be an image mask (ImageMask true, PDF 1.7,
# 8.9.6.2), a stencil of 1 bit without a colour space, as programs write it for icons and for the text of a scan.
# Behaviour: an image mask ends the extraction with an error, "invalid components/bpc 0/1", and none of the other
# pictures of the page is written either, although they are complete. A photo alone is extracted.
# Workaround: pdfimages of poppler-utils or mutool extract, which write both.
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
	"os"

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

// extracted returns how many files pdfcpu writes, and its error.
func extracted(name string, pictures ...[2]string) (int, error) {
	if err := os.Mkdir(name, 0o700); err != nil {
		return 0, err
	}
	if err := os.WriteFile(name+".pdf", pdf(pictures), 0o600); err != nil {
		return 0, err
	}
	err := api.ExtractImagesFile(name+".pdf", name, nil, nil)
	files, _ := os.ReadDir(name)
	return len(files), err
}

func main() {
	grey := make([]byte, 32)
	for i := range grey {
		grey[i] = byte(8 * i)
	}
	photo := [2]string{"8/ColorSpace/DeviceGray", string(grey)}
	mask := [2]string{"1/ImageMask true", "\xf0\xf0\xf0\xf0"}
	alone, err := extracted("alone", photo)
	fmt.Printf("a photo:          expected 1 picture; seen %d, error %v\n", alone, err)
	if alone != 1 || err != nil {
		os.Exit(2)
	}
	both, err := extracted("both", photo, mask)
	fmt.Printf("a photo and mask: expected 2 pictures, or 1; seen %d, error %v\n", both, err)
	if both != 0 || err == nil {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: a mask on the page keeps pdfcpu from extracting the photo")
}
GO

if ! { go mod init finding && go get "github.com/pdfcpu/pdfcpu/pkg/api@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/pdfcpu/pdfcpu $version, $(go env GOVERSION)"
HOME=$dir ./finding
