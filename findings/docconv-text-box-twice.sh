#!/bin/sh
# code.sajari.com/docconv v1.3.8 and github.com/lu4p/cat v0.1.5
#
# Expected: the text of a text box is in the text of a Word document once. Word writes a box twice: as a drawing for
# itself (mc:Choice) and as VML for older programs (mc:Fallback); a reader takes one of them (ECMA-376, part 3).
# Behaviour: both libraries return the text of each box twice, and other text once. Words are counted twice, and a
# comparison of two versions has text that nobody wrote. No error is reported.
# Workaround: remove mc:Fallback from word/document.xml before.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.3.8
cat=v0.1.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"code.sajari.com/docconv"
	"github.com/lu4p/cat"
)

const spaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
	`xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ` +
	`xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" ` +
	`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" ` +
	`xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"`

// docx returns a Word document with this body.
func docx(body string) ([]byte, error) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.` +
			`wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` +
			`officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels",
			`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>`},
		{"word/document.xml", `<w:document ` + spaces + `><w:body>` + body + `</w:body></w:document>`},
	} {
		w, err := z.Create(part[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+part[1]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return file.Bytes(), err
}

func fail(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

func main() {
	box := `<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>`
	file, err := docx(`<w:p><w:r><w:t>plain</w:t></w:r></w:p><w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps">` +
		`<w:drawing><wp:anchor><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/` +
		`wordprocessingShape"><wps:wsp><wps:txbx>` + box + `</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor>` +
		`</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>` + box + `</v:textbox></v:shape></w:pict>` +
		`</mc:Fallback></mc:AlternateContent></w:r></w:p>`)
	fail(err)
	fail(os.WriteFile("a.docx", file, 0o600))
	read, err := docconv.ConvertPath("a.docx")
	fail(err)
	text, err := cat.File("a.docx")
	fail(err)
	twice := 0
	for _, seen := range []struct{ name, text string }{{"docconv", read.Body}, {"cat", text}} {
		plain, boxed := strings.Count(seen.text, "plain"), strings.Count(seen.text, "boxed")
		fmt.Printf("%s: expected plain 1, boxed 1; seen plain %d, boxed %d\n", seen.name, plain, boxed)
		if plain != 1 {
			fail(fmt.Errorf("the text is %q", seen.text))
		}
		if boxed == 2 {
			twice++
		}
	}
	if twice != 2 {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: the text of a box is returned twice")
}
GO

if ! { go mod init finding && go get "code.sajari.com/docconv@$version" "github.com/lu4p/cat@$cat" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: code.sajari.com/docconv $version, github.com/lu4p/cat $cat, $(go env GOVERSION)"
./finding
