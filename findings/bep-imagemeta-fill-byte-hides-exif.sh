#!/bin/sh
# github.com/bep/imagemeta v1.0.1
#
# Expected: Decode calls HandleTag for the Exif tags of a JPEG. "Any marker may optionally be preceded by any number of
# fill bytes, which are bytes assigned code X'FF'" (ITU-T T.81, B.1.1.2).
# Behaviour: with one fill byte before the segment with the Exif data, Decode returns no tag, and no error: a portrait
# photo has no orientation. image/jpeg of Go decodes the same file. rwcarlsen/goexif does not read it either, and
# reports an error.
# Workaround: remove the fill bytes before.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.0.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"

	"github.com/bep/imagemeta"
)

// seen returns the orientation that the library reports.
func seen(file []byte) string {
	got := "none"
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
		HandleTag: func(t imagemeta.TagInfo) error {
			if t.Tag == "Orientation" {
				got = fmt.Sprint(t.Value)
			}
			return nil
		},
	})
	if err != nil {
		return "error: " + err.Error()
	}
	return got
}

func main() {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	picture := b.Bytes()[2:]
	data := "Exif\x00\x00MM\x00*\x00\x00\x00\x08" +
		"\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	segment := append([]byte{0xff, 0xe1, 0, byte(len(data) + 2)}, data...)
	var results []string
	for _, fill := range []int{0, 1} {
		file := []byte{0xff, 0xd8}
		for range fill {
			file = append(file, 0xff)
		}
		file = append(append(file, segment...), picture...)
		results = append(results, seen(file))
		fmt.Printf("%d fill bytes: orientation: expected 6, seen %s\n", fill, results[fill])
		if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
			fmt.Println("error: image/jpeg does not decode the file:", err)
			os.Exit(2)
		}
	}
	if results[0] != "6" {
		fmt.Println("error: a file without fill bytes is not read either")
		os.Exit(2)
	}
	if results[1] != "none" {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: a fill byte hides the Exif data")
}
GO

if ! { go mod init finding && go get "github.com/bep/imagemeta@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/bep/imagemeta $version, $(go env GOVERSION)"
./finding
