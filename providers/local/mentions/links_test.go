package mentions

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// office returns a zip archive of the parts.
func office(tb testing.TB, parts map[string]string) string {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		f, err := w.Create(part)
		if err == nil {
			_, err = io.WriteString(f, parts[part])
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// links returns the links of a document.
func links(tb testing.TB, name, document string) (string, error) {
	tb.Helper()
	r, err := Links([]byte(name), strings.NewReader(document), int64(len(document)))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text), nil
}

func relationships(target string) string {
	return `<?xml version="1.0"?><Relationships xmlns="x">` + target + `</Relationships>`
}

// utf16 returns the text as UTF-16 with a byte order mark.
func inUTF16(tb testing.TB, text string) string {
	tb.Helper()
	b, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestAnOfficeDocumentNamesWhatItLinksAndNotWhatIsInIt(t *testing.T) {
	const rels = "word/_rels/document.xml.rels"
	picture := `<Relationship Id="2" Target="file:///C:/Users/ann/my%20cat.png" TargetMode="External"/>`
	for name, c := range map[string]struct {
		parts map[string]string
		want  string
	}{
		"Office Open XML": {map[string]string{
			"word/document.xml": `<w:t>in.png</w:t>`, "word/media/image1.png": "", "word/media/a b.png": "",
			rels: relationships(`<Relationship Id="1" Target="media/image1.png"/>` +
				`<Relationship Id="3" Target="/word/media/image1.png"/><Relationship Target="media/a%20b.png"/>` +
				`<Relationship Id="4" Target="#a.png"/>` + picture),
		}, "file:///C:/Users/ann/my%20cat.png\n"},
		"a relative target": {map[string]string{
			rels: relationships(`<Relationship Target="../cat.png" TargetMode="external"/>`),
		}, "../cat.png\n"},
		"no mode, and not in the package": {map[string]string{
			rels: relationships(`<Relationship Target="file:///cat.png"/><Relationship Target="media/gone.png"/>`),
		}, "file:///cat.png\nmedia/gone.png\n"},
		"capitals and backslashes": {map[string]string{
			`word\_RELS\document.xml.RELS`: relationships(picture),
		}, "file:///C:/Users/ann/my%20cat.png\n"},
		"UTF-16": {map[string]string{
			rels: inUTF16(t, `<?xml version="1.0" encoding="UTF-16"?>`+relationships(picture)[21:]),
		}, "file:///C:/Users/ann/my%20cat.png\n"},
		"OpenDocument": {map[string]string{
			"content.xml": `<draw:image xlink:href="Pictures/100.png"/><draw:image xlink:href="../cat &amp; ` +
				`dog.png"/><a xlink:href="#a.png"/><a xlink:href="./Object 1"/>`,
			"styles.xml":       `<style:background-image xlink:href="file:///home/ann/back.png"/>`,
			"Pictures/100.png": "", "Object 1": "", "Object 1/content.xml": `<i xlink:href="../../far.png"/>`,
		}, "../../far.png\n../cat & dog.png\nfile:///home/ann/back.png\n"},
		"OpenDocument, an absolute path": {map[string]string{
			"content.xml": `<draw:image xlink:href="/home/ann/cat.png"/>`,
		}, "/home/ann/cat.png\n"},
		"OpenOffice.org 1, relative to the folder": {map[string]string{
			"content.xml": `<draw:image xlink:href="cat.png"/><draw:image xlink:href="#Pictures/1.png"/>`,
		}, "cat.png\n"},
		"a form": {map[string]string{
			"content.xml": `<form:image form:image-data="../cat.png"/>`,
		}, "../cat.png\n"},
		"Latin-1": {map[string]string{
			"content.xml": `<?xml version="1.0" encoding="ISO-8859-1"?><a xlink:href="../k` + "\xe4tzchen" + `.png"/>`,
		}, "../kätzchen.png\n"},
		"no office document": {map[string]string{"index.xml": `<a href="../a.png"/>`}, ""},
	} {
		if got, err := links(t, "a", office(t, c.parts)); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
		}
	}
}

// What may have more links than were read is an error, which holds the files.
func TestAnOfficeDocumentThatCannotBeReadIsInDoubt(t *testing.T) {
	whole := office(t, map[string]string{"content.xml": `<draw:image xlink:href="../a.png"/>`})
	typed := office(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/a.xml": "<a/>"})
	encrypted := strings.ReplaceAll(whole, "PK\x01\x02\x14\x00\x14\x00\x08", "PK\x01\x02\x14\x00\x14\x00\x09")
	part := func(name, text string) string { return office(t, map[string]string{name: text}) }
	tests := map[string]struct{ name, document, want string }{
		"cut off":               {"a.ODT", whole[:len(whole)-20], "its directory"},
		"cut off, another name": {"a.tmp", typed[:len(typed)-20], "its directory"},
		"encrypted":             {"a", encrypted, "content.xml is encrypted"},
		"under a password":      {"a", part("content.xml", "\x01<\xff\x00\x80"), "or encrypted"},
		"cut off inside":        {"a", part("content.xml", `<a/><draw:image xlink:href="../a.p`), "or encrypted"},
		"an unknown encoding":   {"a", part("styles.xml", `<?xml version="1.0" encoding="EBCDIC"?><a/>`), `"EBCDIC"`},
		"a long text":           {"a", part("content.xml", "<a>"+strings.Repeat("a", maxToken+8<<10)), "an element"},
	}
	for name, c := range tests {
		if got, err := links(t, c.name, c.document); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
		}
	}
	// One bit of the compressed part.
	flipped := []byte(whole)
	flipped[45] ^= 1
	if got, err := links(t, "a", string(flipped)); err == nil {
		t.Errorf("a damaged part: got %q", got)
	}
	if got, err := links(t, "a.bin", "PK\x03\x04 no office document"); err != nil || got != "" {
		t.Errorf("no archive: got %q, %v", got, err)
	}
	if _, err := Links([]byte("a.odt"), brokenSource{}, 100); err == nil {
		t.Error("a document that cannot be read links nothing")
	}
}

// Every link that is written is found, and any bytes are read to an end.
func FuzzLinks(f *testing.F) {
	f.Add("../a.png", []byte("<a/>"))
	f.Add("file:///C:/a b.png", []byte("\xff\xfe<\x00"))
	f.Add("./\u202e&.png", []byte(`<?xml version="1.0" encoding="UTF-16"?><a href="x"`))
	f.Fuzz(func(t *testing.T, target string, part []byte) {
		_, _ = links(t, "a.odt", string(part))
		_, _ = links(t, "a.odt", office(t, map[string]string{"content.xml": string(part), "a.rels": string(part)}))
		before, _, _ := strings.Cut(target, "#")
		if !utf8.ValidString(target) || strings.ContainsAny(target, "\r\n\t") || before == "" {
			return
		}
		var escaped strings.Builder
		if err := xml.EscapeText(&escaped, []byte(target)); err != nil || strings.Contains(escaped.String(), "\uFFFD") {
			return
		}
		got, err := links(t, "a.docx", office(t, map[string]string{
			"a/_rels/b.rels": relationships(`<Relationship Target="` + escaped.String() + `" TargetMode="External"/>`),
			"c/content.xml":  `<a xlink:href="../` + escaped.String() + `"/>`,
		}))
		if want := target + "\n../" + target + "\n"; err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
}
