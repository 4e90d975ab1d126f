package documents

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// world is a person's pictures, and a reader that knows them.
type world struct {
	testing.TB
	signed, plain, photo []byte // a picture of ChatGPT, one without credential, a JPEG
	known                album
	reader               *Reader
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	s := c2patest.New(tb, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{
		TB: tb, signed: s.PNG(1, c2patest.Options{}), plain: c2patest.PlainPNG(64, 64, 2),
		photo: c2patest.PlainJPEG(64, 64, 3), known: album{},
	}
	w.reader = New(fingerprint.NewWith(fingerprint.Options{Anchors: anchors}), w.known)
	return w
}

// learn makes the picture a known one, with that product.
func (w *world) learn(picture []byte, product fingerprint.Product) {
	w.known[sha256.Sum256(picture)] = knownPicture{
		crc: crc32.ChecksumIEEE(picture), size: int64(len(picture)), pixels: sha256.Sum256(idat(picture)),
		verdict: fingerprint.Verdict{Confidence: fingerprint.Strong, Product: product},
	}
}

// album is the known pictures.
type album map[[sha256.Size]byte]knownPicture

type knownPicture struct {
	crc     uint32
	size    int64
	pixels  [sha256.Size]byte
	verdict fingerprint.Verdict
}

func (a album) MayBe(size int64, crc uint32) bool {
	for _, p := range a {
		if p.crc == crc && p.size == size {
			return true
		}
	}
	return false
}

func (a album) Weigh(size int64, sum [sha256.Size]byte, v fingerprint.Verdict) fingerprint.Verdict {
	if p, ok := a[sum]; ok && p.size == size {
		v.Confidence, v.Product = p.verdict.Confidence, p.verdict.Product
	}
	return v
}

func (a album) Pixels(sum [sha256.Size]byte) ([sha256.Size]byte, fingerprint.Verdict) {
	for original, p := range a {
		if p.pixels == sum {
			return original, p.verdict
		}
	}
	return [sha256.Size]byte{}, fingerprint.Verdict{}
}

// idat returns the data of a PNG's IDAT chunks; nil for another file.
func idat(picture []byte) (data []byte) {
	if !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		return nil
	}
	for b := picture[8:]; len(b) >= 12; {
		n := int(binary.BigEndian.Uint32(b))
		if string(b[4:8]) == "IDAT" {
			data = append(data, b[8:8+n]...)
		}
		b = b[12+n:]
	}
	return data
}

// read reads a document, and fails for an error of the source.
func (w *world) read(name string, document []byte) Report {
	w.Helper()
	r, err := w.reader.Read(name, bytes.NewReader(document), int64(len(document)))
	if err != nil {
		w.Fatalf("%s: %v", name, err)
	}
	return r
}

// summary returns a line for each picture of a report, and its other facts.
func summary(r Report) string {
	var b strings.Builder
	for _, p := range r.Pictures {
		fmt.Fprintf(&b, "%s: %s %s %d", p.Member, p.Verdict.Confidence, p.Verdict.MediaType, p.Size)
		fmt.Fprintf(&b, " of %s\n", p.Verdict.Product)
	}
	fmt.Fprintf(&b, "%d images, %d repacked, %v\n", r.Images, r.Repacked, r.Incomplete)
	return b.String()
}

// part is one file in a zip.
type part struct {
	name string
	data []byte
}

// zipOf returns a zip, with sizes and CRC-32s behind the parts, and none before them, as LibreOffice and streaming
// writers have it.
func zipOf(tb testing.TB, method uint16, parts ...part) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: method})
		if err == nil {
			_, err = f.Write(p.data)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// directZip returns a zip as pandoc and LibreOffice's ODF filters write it: with sizes before the parts.
func directZip(tb testing.TB, method uint16, parts ...part) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		packed := p.data
		if method == zip.Deflate {
			packed = deflated(tb, p.data)
		}
		f, err := w.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: method, CRC32: crc32.ChecksumIEEE(p.data),
			CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(len(p.data)),
		})
		if err == nil {
			_, err = f.Write(packed)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func deflated(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// lines returns the picture as base64 with a line break after each 76 characters.
func lines(picture []byte, lineBreak string) string {
	text := base64.StdEncoding.EncodeToString(picture)
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + lineBreak)
		text = text[76:]
	}
	return b.String() + text
}

// pdfOf returns a PDF with the objects.
func pdfOf(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+2, o)
	}
	b.WriteString("trailer\n<< /Root 1 0 R >>\n%%EOF\n")
	return []byte(b.String())
}

// stream returns an object with a stream.
func stream(dictionary string, data []byte) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(data), data)
}

// counted counts the reads of a document.
type counted struct {
	io.ReaderAt
	reads int
	bytes int64
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.reads, c.bytes = c.reads+1, c.bytes+int64(n)
	return n, err
}
