#!/bin/sh
# github.com/fumiama/go-docx v0.0.0-20250506085032-0c30fd09304b
#
# Expected: a document that go-docx parses and writes again has the same text.
# Behaviour: text that was inserted while changes were recorded (w:ins), and text in a content control (w:sdt), is gone;
# hidden text (w:vanish) is written without that mark, so that Word shows it. Parse and WriteTo report no error. Other
# text is the same.
# Workaround: accept the changes before, and change word/document.xml itself if a document has content controls.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.0.0-20250506085032-0c30fd09304b
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

	godocx "github.com/fumiama/go-docx"
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

// rewritten returns word/document.xml as go-docx writes it.
func rewritten(file []byte) (string, error) {
	parsed, err := godocx.Parse(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if _, err := parsed.WriteTo(&out); err != nil {
		return "", err
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		return "", err
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f)
	return string(b), err
}

func main() {
	change := ` w:id="1" w:author="Ada" w:date="2026-11-30T12:00:00Z"`
	file, err := docx(`<w:p><w:r><w:t>plain</w:t></w:r><w:ins` + change + `><w:r><w:t>inserted</w:t></w:r></w:ins>` +
		`<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>` +
		`<w:sdt><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>` +
		`<w:p><w:r><w:t>last</w:t></w:r></w:p>`)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	seen, err := rewritten(file)
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	has := map[string]bool{}
	for _, word := range []string{"plain", "inserted", "hidden", "vanish", "controlled", "last"} {
		has[word] = strings.Contains(seen, word)
		fmt.Printf("%-11s expected true, seen %t\n", word+":", has[word])
	}
	if !has["plain"] || !has["last"] || !has["hidden"] {
		fmt.Println("error: plain text is lost too")
		os.Exit(2)
	}
	if has["inserted"] || has["controlled"] || has["vanish"] {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: inserted and controlled text is lost, and hidden text is hidden no more")
}
GO

if ! { go mod init finding && go get "github.com/fumiama/go-docx@$version" &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/fumiama/go-docx $version, $(go env GOVERSION)"
./finding
