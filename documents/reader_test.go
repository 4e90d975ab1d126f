package documents

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

func TestAPictureInAZipIsFound(t *testing.T) {
	w := newWorld(t)
	w.learn(w.plain, "c1")
	xml := []byte(strings.Repeat("<w:p/>", 100))
	other := c2patest.PlainPNG(32, 32, 9)
	for name, c := range map[string]struct {
		document []byte
		want     string
	}{
		"letter.docx": {
			zipOf(t, zip.Deflate, part{"word/document.xml", xml}, part{"word/media/image1.png", w.signed},
				part{"word/media/image2.png", w.plain}, part{"word/media/image3.png", other}),
			fmt.Sprintf("word/media/image1.png: proven image/png %d of chatgpt\n"+
				"word/media/image2.png: strong image/png %d of c1\n3 images, 0 repacked, <nil>\n",
				len(w.signed), len(w.plain)),
		},
		// LibreOffice stores the pictures of OpenDocument; pandoc writes one for each use.
		"talk.ODP": {
			directZip(t, zip.Store, part{"content.xml", xml}, part{"Pictures/0.png", w.plain},
				part{"Pictures/1.png", w.plain}),
			fmt.Sprintf("Pictures/0.png: strong image/png %d of c1\nPictures/1.png: strong image/png %[1]d of c1\n"+
				"2 images, 0 repacked, <nil>\n", len(w.plain)),
		},
		"book.epub": {
			directZip(t, zip.Deflate, part{"EPUB/media/file0", w.plain}, part{"EPUB/media/cover.png", w.signed}),
			fmt.Sprintf("EPUB/media/file0: strong image/png %d of c1\n"+
				"EPUB/media/cover.png: proven image/png %d of chatgpt\n2 images, 0 repacked, <nil>\n",
				len(w.plain), len(w.signed)),
		},
		"a document in it.pptx": {
			zipOf(t, zip.Deflate, part{"ppt/embeddings/sheet.xlsx", zipOf(t, zip.Store,
				part{"xl/media/image1.png", w.signed}, part{"xl/embeddings/more.docx", zipOf(t, zip.Store,
					part{"word/media/image1.png", w.signed})})}),
			fmt.Sprintf("ppt/embeddings/sheet.xlsx/xl/media/image1.png: proven image/png %d of chatgpt\n"+
				"1 images, 0 repacked, <nil>\n", len(w.signed)),
		},
		// The name of a part is evidence, as of a file.
		"named.odt": {
			zipOf(t, zip.Store, part{"Pictures/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", other}),
			fmt.Sprintf("Pictures/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png: likely image/png %d of chatgpt\n"+
				"1 images, 0 repacked, <nil>\n", len(other)),
		},
		"without pictures.xlsx": {zipOf(t, zip.Deflate, part{"xl/workbook.xml", xml}), "0 images, 0 repacked, <nil>\n"},
		"letter.txt":            {w.signed, "0 images, 0 repacked, <nil>\n"},
	} {
		if got := summary(w.read(name, c.document)); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
		}
	}
}

// A CRC-32 and a size that fit prove nothing.
func TestAKnownPictureIsComparedByItsHash(t *testing.T) {
	w := newWorld(t)
	w.learn(w.plain, "c1")
	for sum, p := range w.known {
		delete(w.known, sum)
		sum[0]++
		w.known[sum] = p
	}
	got := w.read("a.docx", zipOf(t, zip.Deflate, part{"word/media/image1.png", w.plain}))
	if len(got.Pictures) > 0 || got.Images != 1 {
		t.Errorf("got %s", summary(got))
	}
}

// A zip costs two reads, and one more for each picture that is not known.
func TestAZipCostsFewReads(t *testing.T) {
	w := newWorld(t)
	big := make([]byte, 300<<10)
	chacha := rand.NewChaCha8([32]byte{1})
	_, _ = chacha.Read(big)
	text := part{"word/document.xml", big}
	many := []part{text}
	for i := range 500 {
		many = append(many, part{fmt.Sprintf("word/part%d.xml", i), []byte("<a/>")})
	}
	foreign := bytes.Clone(w.plain)
	foreign = append(foreign, big...) // a picture of 300 KB
	for name, c := range map[string]struct {
		parts []part
		reads int
	}{
		"without pictures": {[]part{text}, 1},
		"many parts":       {many, 2},
		"a picture of somebody else": {
			[]part{text, {"word/media/image1.png", foreign}, text}, 2,
		},
		"two of them":     {[]part{text, {"word/media/image1.png", foreign}, {"word/media/image2.png", foreign}}, 3},
		"a known picture": {[]part{text, {"word/media/image1.png", w.plain}, text}, 2},
	} {
		w.learn(w.plain, "c1")
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			document := zipOf(t, method, c.parts...)
			r := &counted{ReaderAt: bytes.NewReader(document)}
			if _, err := w.reader.Read("a.docx", r, int64(len(document))); err != nil {
				t.Fatal(err)
			}
			if r.reads > c.reads || r.bytes > 128<<10 {
				t.Errorf("%s, method %d: %d reads of %d bytes, want %d", name, method, r.reads, r.bytes, c.reads)
			}
		}
	}
}

func TestAPictureAsBase64IsFound(t *testing.T) {
	w := newWorld(t)
	w.learn(w.plain, "c1")
	w.learn(w.photo, "c2")
	one := base64.StdEncoding.EncodeToString
	all := func(place ...any) string {
		return fmt.Sprintf("byte %[1]d: proven image/png %[2]d of chatgpt\nbyte %[3]d: strong image/png %[4]d of c1\n"+
			"2 images, 0 repacked, <nil>\n", place[0], len(w.signed), place[1], len(w.plain))
	}
	for name, format := range map[string]string{
		"page.html":      `<img alt="/9j/" src="data:image/png;base64,%s"><img srcset="data:image/png;base64,%s 2x">`,
		"drawing.svg":    `<image xlink:href="data:image/png;base64,%s"/><image href='data:image/png;base64,%s'/>`,
		"notebook.ipynb": `{"data":{"image/png":"%s\n"}},{"data":{"image/png": "%s"}}`,
	} {
		document := fmt.Sprintf(format, one(w.signed), one(w.plain))
		first := strings.Index(document, "iVBOR")
		second := strings.LastIndex(document, "iVBOR")
		if got, want := summary(w.read(name, []byte(document))), all(first, second); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	for name, c := range map[string]struct{ format, lineBreak string }{
		"mail.eml":    {"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--x\r\n\r\n%s\r\n\r\n--x--\r\n", "\r\n"},
		"book.fb2":    {"<binary id=\"a\">%s</binary><binary>\n%s</binary>", "\n"},
		"text.fodt":   {"<office:binary-data>%s\n  </office:binary-data><office:binary-data>\n   %s</o>", "\n     "},
		"notes.enex":  {"<data encoding=\"base64\">\n%s\n</data><data>\n%s\n</data>", "\n"},
		"a.ipynb":     {`{"image/png": "%s\n"},{"image/png": "%s\n"}`, `\n`},
		"escaped.svg": {`<image href="%s"/><image href="%s"/>`, "&#10;"},
		"address.svg": {`<image href="%s"/><image href="%s"/>`, "%0A"},
	} {
		document := fmt.Sprintf(c.format, lines(w.signed, c.lineBreak), lines(w.plain, c.lineBreak))
		first, second := strings.Index(document, "iVBOR"), strings.LastIndex(document, "iVBOR")
		if got, want := summary(w.read(name, []byte(document))), all(first, second); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	// Other formats, at each place around the end of the buffer, which also cuts a line break.
	text := lines(w.photo, "\r\n")
	for shift := 0; shift < 2*len(text); shift += 61 {
		document := strings.Repeat(" ", scanBuffer-len(text)*3/2+shift) + text + "\r\n\r\n--x"
		got := w.read("a.mbox", []byte(document))
		if len(got.Pictures) != 1 || got.Pictures[0].Verdict.Product != "c2" {
			t.Fatalf("at %d: got %s", shift, summary(got))
		}
	}
}

// The first box of an AVIF or HEIC has the file's brands, of which there may be any number.
func TestAPictureInBoxesIsFoundWhateverItsBrandsAre(t *testing.T) {
	for brands := range 12 {
		w := newWorld(t)
		ftyp := c2patest.Box("ftyp", []byte("avif\x00\x00\x00\x00"), bytes.Repeat([]byte("miaf"), brands))
		plain := c2patest.PlainAVIF(64, 64, 5)
		picture := append(ftyp, plain[binary.BigEndian.Uint32(plain):]...)
		w.learn(picture, "c3")
		got := w.read("mail.eml", []byte(lines(picture, "\r\n")))
		if len(got.Pictures) != 1 || got.Pictures[0].Verdict.Product != "c3" {
			t.Errorf("%d brands: got %s", brands, summary(got))
		}
	}
}

func TestAPictureInAPDFIsFound(t *testing.T) {
	w := newWorld(t)
	w.learn(w.plain, "c1")
	w.learn(w.photo, "c2")
	const png = "/Type /XObject /Subtype /Image /Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 64 >>"
	const jpeg = "/Type /XObject /Subtype /Image /Filter [ /DCTDecode ]"
	late := func(dictionary string, data []byte, lineBreak string) string {
		return fmt.Sprintf("<< %s /Length 99 0 R >>\nstream\r\n%s%sendstream", dictionary, data, lineBreak)
	}
	const all = "2 images, 0 repacked, <nil>\n"
	found := fmt.Sprintf("object 2: strong  %d of c1\nobject 3: strong image/jpeg %d of c2\n",
		len(idat(w.plain)), len(w.photo))
	page := stream("/Filter /FlateDecode", []byte("a page's text endstream stream"))
	for name, c := range map[string]struct {
		document []byte
		want     string
	}{
		"lengths": {pdfOf(stream(png, idat(w.plain)), stream(jpeg, w.photo), page), found + all},
		"lengths elsewhere": {
			pdfOf(late(png, idat(w.plain), "\r\n"), late(jpeg, w.photo, "\n")), found + all,
		},
		"wrong lengths": {
			pdfOf(strings.Replace(stream(png, idat(w.plain)), "/Length ", "/Length 9", 1), stream(jpeg, w.photo)),
			found + all,
		},
		"packed anew": {
			pdfOf(stream(strings.Replace(png, "/Predictor 15", "", 1), idat(w.plain)),
				stream("/Subtype/Image/Filter[/ASCII85Decode/FlateDecode]", []byte("x")), stream(png, []byte("other"))),
			"3 images, 2 repacked, <nil>\n",
		},
		"under a password": {
			[]byte(strings.Replace(string(pdfOf(stream(png, []byte("x")))), "/Root", "/Encrypt 9 0 R /Root", 1)),
			"1 images, 0 repacked, it is encrypted\n",
		},
		"cut off": {
			[]byte(strings.Split(string(pdfOf(stream(jpeg, w.photo))), "endstream")[0]),
			"0 images, 0 repacked, object 2: unexpected EOF\n",
		},
	} {
		if got := summary(w.read("a.pdf", c.document)); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
		}
	}
	for shift := 0; shift < 400; shift += 13 { // around the end of the buffer
		document := append(bytes.Repeat([]byte("%\n"), scanBuffer/2-100+shift/2),
			pdfOf(stream(png, idat(w.plain)), late(jpeg, w.photo, "\r\n"))[shift%2:]...)
		if got := w.read("a.pdf", document); len(got.Pictures) != 2 {
			t.Fatalf("at %d: got %s", shift, summary(got))
		}
	}
}

func TestADocumentIsReadWithinBounds(t *testing.T) {
	w := newWorld(t)
	w.learn(w.plain, "c1")
	bomb := append(bytes.Clone(w.signed), make([]byte, 30<<20)...)
	copy(bomb[33+8:], "jumb") // a credential that is as long as the file
	bomb[33], bomb[34] = 1, 0x80
	for name, c := range map[string]struct {
		lower func(*limits)
		name  string
		bytes []byte
		want  string
	}{
		"a directory": {
			func(l *limits) { l.Directory = 10 }, "a.docx", zipOf(t, zip.Store, manyParts(500)...), ErrLimit.Error(),
		},
		"parts": {
			func(l *limits) { l.Members = 10 }, "a.docx", zipOf(t, zip.Store, manyParts(11)...), ErrLimit.Error(),
		},
		"pictures": {
			func(l *limits) { l.Pictures = 1 }, "a.docx",
			zipOf(t, zip.Store, part{"a.png", w.plain}, part{"b.png", w.plain}), ErrLimit.Error(),
		},
		"a picture": {
			func(l *limits) { l.Picture = 10 }, "a.docx", zipOf(t, zip.Store, part{"a.png", w.plain}),
			ErrLimit.Error(),
		},
		"all pictures": {
			func(l *limits) { l.Unpacked = 10 }, "a.docx", zipOf(t, zip.Store, part{"a.png", w.plain}),
			ErrLimit.Error(),
		},
		"the ratio": {
			func(*limits) {}, "a.docx", zipOf(t, zip.Deflate, part{"a.png", bomb}), ErrLimit.Error(),
		},
		"a text": {func(l *limits) { l.Document = 10 }, "a.html", make([]byte, 11), ErrLimit.Error()},
		"a PDF":  {func(l *limits) { l.Document = 10 }, "a.pdf", make([]byte, 11), ErrLimit.Error()},
		"long base64": {
			func(l *limits) { l.Picture = 10 }, "a.html", []byte(lines(w.plain, "\n")), "byte 0: " + ErrLimit.Error(),
		},
		"a long stream": {
			func(l *limits) { l.Picture = 10 }, "a.pdf",
			pdfOf(stream("/Subtype /Image /Filter /DCTDecode", w.photo)), "object 2: " + ErrLimit.Error(),
		},
		"no zip": {func(*limits) {}, "a.docx", []byte("not a zip"), zip.ErrFormat.Error()},
		"another method": {
			func(*limits) {}, "a.docx", directZip(t, 99, part{"a.png", w.plain}), "a.png: " + zip.ErrAlgorithm.Error(),
		},
	} {
		w.reader.limits = realistic()
		c.lower(&w.reader.limits)
		got := w.read(c.name, c.bytes)
		if got.Incomplete == nil || !strings.Contains(got.Incomplete.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, got.Incomplete, c.want)
		}
	}
}

func manyParts(n int) (parts []part) {
	for i := range n {
		parts = append(parts, part{fmt.Sprintf("part%d", i), nil})
	}
	return parts
}

func TestAnErrorOfTheSourceIsNoFaultOfTheDocument(t *testing.T) {
	w := newWorld(t)
	broken := errors.New("I/O error")
	documents := map[string][]byte{
		"a.docx": zipOf(t, zip.Store, part{"word/document.xml", make([]byte, 20<<10)}, part{"a.png", w.signed}),
		"a.html": []byte(lines(w.signed, "\n")),
		"a.pdf":  pdfOf(stream("/Subtype /Image /Filter /DCTDecode", w.photo)),
	}
	for name, document := range documents {
		for after := range 2 {
			r := &failing{ReaderAt: bytes.NewReader(document), left: after, err: broken}
			_, err := w.reader.Read(name, r, int64(len(document)))
			if r.left >= 0 {
				continue
			}
			if !errors.Is(err, broken) {
				t.Errorf("%s after %d reads: got %v", name, after, err)
			}
		}
	}
}

// failing fails after some reads.
type failing struct {
	io.ReaderAt
	left int
	err  error
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(p, off)
}
