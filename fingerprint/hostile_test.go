package fingerprint

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// hostile returns files with false statements about themselves, and their types by their bytes. Under a perfect name
// none of them may exceed likely; without one, none may exceed none.
func hostile() map[string]struct {
	bytes []byte
	media string
} {
	type h = struct {
		bytes []byte
		media string
	}
	be := binary.BigEndian
	huge := func(name string) []byte { // a chunk right after the header that claims to have 2 GiB
		b := aPNG(part{name, make([]byte, 16)})
		be.PutUint32(b[33:], 0x7FFFFFF0)
		return b
	}
	wide := aPNG()
	be.PutUint32(wide[16:], 0xFFFFFFFF)
	noHeader := append([]byte("\x89PNG\r\n\x1a\n"), "\xff\xff\xff\xffcaBXjumb"...)
	riff := aWebP(vp8(100))
	copy(riff[4:], "\xff\xff\xff\xff")
	chunk := aWebP(vp8(100), part{"C2PA", []byte("jumb")})
	copy(chunk[16:], "\xff\xff\xff\xff")
	selfIFD := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00OpenAI")
	heic, avif := aBox("ftyp", []byte("heic\x00\x00\x00\x00")), aBox("ftyp", []byte("avif\x00\x00\x00\x00"))
	return map[string]h{
		"PNG, nothing after the magic":  {[]byte("\x89PNG\r\n\x1a\n"), "image/png"},
		"PNG, absurd credential":        {huge("caBX"), "image/png"},
		"PNG, absurd EXIF":              {huge("eXIf"), "image/png"},
		"PNG, absurd text":              {huge("tEXt"), "image/png"},
		"PNG, too wide for any number":  {wide, "image/png"},
		"PNG, no header":                {noHeader, "image/png"},
		"PNG, garbage for a credential": {aPNG(part{"caBX", []byte("ChatGPT OpenAI c2pa jumb")}), "image/png"},
		"PNG, empty credential":         {aPNG(part{"caBX", nil}), "image/png"},
		"PNG, two credentials": {
			aPNG(part{"caBX", []byte("jumb")}, part{"caBX", []byte("jumb")}), "image/png",
		},
		"PNG, EXIF directory that names itself": {aPNG(part{"eXIf", selfIFD}), "image/png"},
		"PNG, chunks without end":               {aPNG(repeat(part{"caBx", nil}, 2*maxParts)...), "image/png"},
		"JPEG, nothing after the magic":         {[]byte{0xFF, 0xD8, 0xFF}, "image/jpeg"},
		"JPEG, padding without end": {
			append([]byte{0xFF, 0xD8}, bytes.Repeat([]byte{0xFF}, 3*firstRead)...), "image/jpeg",
		},
		"JPEG, segment of no length": {[]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 0, 0, 0, 0, 0, 0, 0}, "image/jpeg"},
		"JPEG, credential cut short": {
			aJPEG(part{"\xEB", []byte("JP\x02\x11\x00\x00\x00\x01\x7f\xff\xff\xffjumb")})[:24], "image/jpeg",
		},
		"WebP, absurd size":              {riff, "image/webp"},
		"WebP, absurd chunk":             {chunk, "image/webp"},
		"WebP, nothing inside":           {aWebP(), "image/webp"},
		"WebP, garbage for a credential": {aWebP(vp8(100), part{"C2PA", []byte("OpenAI")}), "image/webp"},
		"GIF, nothing after the magic":   {[]byte("GIF89a"), "image/gif"},
		"HEIF, box of no size":           {[]byte("\x00\x00\x00\x00ftypmif1\x00\x00\x00\x00avif"), "image/heif"},
		"HEIF, box beyond the file":      {[]byte("\xff\xff\xff\xffftypmif1\x00\x00\x00\x00avif"), "image/avif"},
		"HEIF, boxes in boxes": {
			slices.Concat(heic, nestedBoxes(900)), "image/heic",
		},
		"HEIF, boxes without end": {
			slices.Concat(heic, bytes.Repeat(aBox("free"), 2*maxParts)),
			"image/heic",
		},
		"HEIF, a thousand properties of one item": {aHEIC(heifItem{
			[]byte{0, 0, 0, 0, 0, 1},
			[][]byte{bytes.Repeat(aBox("free"), 200)},
			slices.Concat([]byte{0, 0, 0, 0, 0, 0, 0, 8}, bytes.Repeat([]byte{0, 1, 1, 9}, 800)),
		}, 0), "image/heic"},
		"HEIF, box of 2^63": {
			slices.Concat(heic, []byte("\x00\x00\x00\x01uuid"), bytes.Repeat([]byte{255}, 40)), "image/heic",
		},
		"AVIF, garbage for a credential": {
			slices.Concat(avif, c2patest.StoreBox([]byte("OpenAI"))), "image/avif",
		},
		"AVIF, absurd credential": {
			slices.Concat(avif, []byte("\x7f\xff\xff\xffuuid"+provenance)), "image/avif",
		},
		"BMP, least of all heights": {[]byte("BM" + strings.Repeat("\x00", 12) + "\x28\x00\x00\x00" +
			"\x00\x00\x00\x80" + "\x00\x00\x00\x80" + "\x00\x00"), "image/bmp"},
		"TIFF, header alone": {[]byte("MM\x00*\xff\xff\xff\xff"), "image/tiff"},
	}
}

// nestedBoxes returns boxes of metadata, each in another.
func nestedBoxes(depth int) (b []byte) {
	for i := range depth {
		b = aBox([]string{"meta", "iprp", "ipco"}[i%3], make([]byte, 4), b)
	}
	return b
}

func TestHostileFilesEndBelowStrongAndAreNoError(t *testing.T) {
	c := New()
	for what, h := range hostile() {
		for _, name := range []string{downloadName, "harbour.png"} {
			f, _ := fileOf(name, h.bytes)
			v, err := c.Classify(f)
			most := None
			if name == downloadName {
				most = Likely
			}
			if err != nil || v.MediaType != h.media || v.Confidence > most {
				t.Errorf("%s, as %s: %s %v, %v, want %s and at most %v", what, name, v.MediaType, v, err, h.media, most)
			}
			if v.Width < 0 || v.Height < 0 {
				t.Errorf("%s: %d x %d pixels", what, v.Width, v.Height)
			}
		}
	}
}

func TestACredentialThatCannotBeReadCapsTheName(t *testing.T) {
	c := New()
	for _, what := range []string{
		"PNG, absurd credential", "PNG, garbage for a credential", "PNG, empty credential", "PNG, two credentials",
		"WebP, garbage for a credential", "AVIF, garbage for a credential", "AVIF, absurd credential",
	} {
		f, _ := fileOf(downloadName, hostile()[what].bytes)
		v, err := c.Classify(f)
		if err != nil || v.Confidence != Possible || !v.Derived || v.Evidence[0].Detector != "c2pa.broken" {
			t.Errorf("%s: %v, %v, want possible at most, because of a broken credential", what, v, err)
		}
	}
}
