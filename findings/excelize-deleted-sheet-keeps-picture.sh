#!/bin/sh
# github.com/xuri/excelize/v2 v2.11.1
#
# Expected: DeleteSheet, "to delete worksheet in a workbook" (doc comment), removes everything that belongs only to that
# sheet. DeletePicture removes the image from the package if no other sheet uses it.
# Behaviour: after DeleteSheet the workbook still contains the sheet's picture, byte for byte, although no sheet refers
# to it: GetPictureCells finds nothing. Another save by excelize keeps it too. No error is reported. A program that
# deletes a sheet before it passes the workbook on also passes on its pictures.
# Workaround: DeletePicture for each cell of GetPictureCells, before DeleteSheet.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v2.11.1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// saved writes the workbook, reads it back, and counts the pictures on sheets and the files with its bytes.
func saved(workbook *excelize.File, picture []byte) (shown, held int, again *excelize.File) {
	var file bytes.Buffer
	check(workbook.Write(&file))
	again, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	check(err)
	for _, sheet := range again.GetSheetList() {
		cells, err := again.GetPictureCells(sheet)
		check(err)
		shown += len(cells)
	}
	archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	check(err)
	for _, entry := range archive.File {
		if !strings.HasPrefix(entry.Name, "xl/media/") {
			continue
		}
		r, err := entry.Open()
		check(err)
		data, err := io.ReadAll(r)
		check(err)
		if bytes.Equal(data, picture) {
			held++
		}
	}
	return shown, held, again
}

// workbook has two sheets, the second with the picture.
func workbook(picture []byte) *excelize.File {
	file := excelize.NewFile()
	_, err := file.NewSheet("Secret")
	check(err)
	check(file.AddPictureFromBytes("Secret", "B2", &excelize.Picture{Extension: ".png", File: picture}))
	return file
}

func main() {
	var picture bytes.Buffer
	check(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 20, 20))))

	byPicture := workbook(picture.Bytes())
	check(byPicture.DeletePicture("Secret", "B2"))
	shown, held, _ := saved(byPicture, picture.Bytes())
	fmt.Printf("after DeletePicture: pictures shown %d, files with its bytes %d\n", shown, held)
	if held != 0 {
		fmt.Println("error: DeletePicture leaves it as well")
		os.Exit(2)
	}
	bySheet := workbook(picture.Bytes())
	check(bySheet.DeleteSheet("Secret"))
	shown, held, again := saved(bySheet, picture.Bytes())
	_, later, _ := saved(again, picture.Bytes())
	fmt.Printf("after DeleteSheet:   pictures shown %d, files with its bytes: expected 0, seen %d, saved again %d\n",
		shown, held, later)
	if shown == 0 && held == 1 && later == 1 {
		fmt.Println("behaviour: the picture of a deleted sheet stays in the workbook")
		return
	}
	fmt.Println("changed: the picture is gone")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/xuri/excelize/v2@$version" && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/xuri/excelize/v2 $version, $(go env GOVERSION)"
./finding
