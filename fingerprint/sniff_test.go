package fingerprint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
)

func sniffed(b []byte) header {
	var w window
	w.reset(bytes.NewReader(b), int64(len(b)))
	return sniff(&w)
}

func TestTypeAndSizeComeFromTheBytes(t *testing.T) {
	heif := func(brands string) []byte {
		return append([]byte{0, 0, 0, byte(8 + len(brands)), 'f', 't', 'y', 'p'}, brands...)
	}
	vp8x := part{"VP8X", []byte{0, 0, 0, 0, 2, 0, 0, 1, 0, 0}}
	vp8l := part{"VP8L", append([]byte{0x2f, 2, 0x40, 0, 0}, make([]byte, 8)...)}
	bmp := func(dib byte, rest ...byte) []byte {
		return append(append(append([]byte("BM"), make([]byte, 12)...), dib, 0, 0, 0),
			append(rest, make([]byte, 16)...)...)
	}
	for _, c := range []struct {
		what          string
		bytes         []byte
		media         string
		width, height int
	}{
		{"PNG", aPNG(), "image/png", 3, 2},
		{"JPEG", aJPEG(), "image/jpeg", 3, 2},
		{"JPEG with its frame beyond the first read", aJPEG(padding("\xE2", 60000),
			padding("\xE2", 60000)), "image/jpeg", 3, 2},
		{"lossy WebP", aWebP(vp8(100)), "image/webp", 3, 2},
		{"lossless WebP", aWebP(vp8l), "image/webp", 3, 2},
		{"extended WebP", aWebP(vp8x, vp8(100)), "image/webp", 3, 2},
		{"GIF", []byte("GIF89a\x03\x00\x02\x00\x00\x00\x00;"), "image/gif", 3, 2},
		{"AVIF", heif("avif\x00\x00\x00\x00avifmif1"), "image/avif", 0, 0},
		{"AVIF under a general brand", heif("mif1\x00\x00\x00\x00mif1avif"), "image/avif", 0, 0},
		{"HEIC", heif("heic\x00\x00\x00\x00mif1heic"), "image/heic", 0, 0},
		{"a HEIF of some other kind", heif("mif1\x00\x00\x00\x00miaf"), "image/heif", 0, 0},
		{"an MP4 video", heif("isom\x00\x00\x02\x00isomavc1"), "", 0, 0},
		{"BMP", bmp(40, 3, 0, 0, 0, 2, 0, 0, 0), "image/bmp", 3, 2},
		{"BMP stored top down", bmp(40, 3, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF), "image/bmp", 3, 2},
		{"old BMP", bmp(12, 3, 0, 2, 0), "image/bmp", 3, 2},
		{"a text that begins with BM", []byte("BMW builds motorcycles, and cars too."), "", 0, 0},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00"), "image/tiff", 0, 0},
		{
			"a Git LFS pointer",
			[]byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"), "", 0, 0,
		},
		{"HTML", []byte("<!doctype html><title>Sign in</title>"), "", 0, 0},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "", 0, 0},
		{"a PDF", []byte("%PDF-1.7\n%abcdefgh"), "", 0, 0},
		{"a sound in RIFF", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), "", 0, 0},
		{"nothing", nil, "", 0, 0},
	} {
		h := sniffed(c.bytes)
		if h.mediaType != c.media || h.width != c.width || h.height != c.height {
			t.Errorf("%s: %q %d x %d, want %q %d x %d", c.what, h.mediaType, h.width, h.height,
				c.media, c.width, c.height)
		}
		if got := MediaType(c.bytes[:min(len(c.bytes), firstRead)]); got != c.media {
			t.Errorf("%s: by the first bytes %q, want %q", c.what, got, c.media)
		}
	}
}

func TestAHeaderTellsWhetherThereMayBeACredential(t *testing.T) {
	store := part{"caBX", make([]byte, 50)}
	app11 := part{"\xEB", []byte("JP\x02\x11rest")}
	for _, c := range []struct {
		what  string
		bytes []byte
		want  bool
		reads int
	}{
		{"PNG", aPNG(), false, 1},
		{"PNG with a store", aPNG(store), true, 1},
		{"PNG with a store after a long profile", aPNG(padding("iCCP", 9000), store), true, 2},
		{"PNG with a long profile", aPNG(padding("iCCP", 9000)), false, 2},
		{"PNG with bytes of a store after its end", append(aPNG(), "caBXjumbc2pa"...), false, 1},
		{"JPEG", aJPEG(), false, 1},
		{"JPEG with a store", aJPEG(app11), true, 1},
		{"JPEG with another APP11", aJPEG(part{"\xEB", []byte("HDR_RI ver=1")}), false, 1},
		{"JPEG with a store after a camera's EXIF", aJPEG(padding("\xE1", 15000), app11), true, 2},
		{"WebP of pixels alone", aWebP(vp8(9000)), false, 1},
		{"WebP with a store at its end", aWebP(vp8(9001), part{"C2PA", make([]byte, 9)}), true, 2},
		{"WebP with EXIF at its end", aWebP(vp8(9000), part{"EXIF", make([]byte, 9)}), false, 2},
	} {
		r := &readCount{ReaderAt: bytes.NewReader(c.bytes)}
		var w window
		w.reset(r, int64(len(c.bytes)))
		if h := sniff(&w); h.credential != c.want || r.calls != c.reads {
			t.Errorf("%s: credential %v in %d reads, want %v in %d", c.what, h.credential, r.calls, c.want, c.reads)
		}
		if w.read != int64(r.bytes) {
			t.Errorf("%s: counts %d bytes read, want %d", c.what, w.read, r.bytes)
		}
	}
}

func TestAWalkOfTooManyPartsLeavesTheCredentialOpen(t *testing.T) {
	for what, b := range map[string][]byte{
		"PNG":  aPNG(repeat(part{"tEXt", nil}, maxParts+1)...),
		"JPEG": aJPEG(repeat(part{"\xE2", nil}, maxParts+1)...),
		"WebP": aWebP(repeat(part{"JUNK", nil}, maxParts+1)...),
	} {
		if h := sniffed(b); !h.credential {
			t.Errorf("%s of %d parts: no credential possible, want that nobody can say", what, maxParts+1)
		}
	}
}

func repeat(p part, n int) []part {
	all := make([]part, n)
	for i := range all {
		all[i] = p
	}
	return all
}

func TestAWebPThatEndsTooSoonIsCut(t *testing.T) {
	whole := aWebP(vp8(9000), part{"C2PA", make([]byte, 50)})
	if sniffed(whole).cut {
		t.Error("a whole file counts as cut")
	}
	if !sniffed(whole[:5000]).cut {
		t.Error("half a file counts as whole")
	}
}

// failing fails if it is read at or after from.
type failing struct {
	io.ReaderAt
	from int64
	err  error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(p, off)
}

func TestAReadersErrorEndsTheExamination(t *testing.T) {
	b := aPNG(padding("iCCP", 9000), part{"caBX", make([]byte, 50)})
	for _, from := range []int64{0, 5000} {
		_, err := New().Classify(File{
			Name:  "a.png",
			Size:  int64(len(b)),
			Bytes: failing{bytes.NewReader(b), from, os.ErrPermission},
		})
		if !errors.Is(err, os.ErrPermission) {
			t.Errorf("failing from byte %d: error %v, want %v", from, err, os.ErrPermission)
		}
	}
}

// Verdicts are stored, so "no evidence of its origin" must be based on all the bytes.
func TestAFileThatEndsBeforeItsSizeHasNoVerdict(t *testing.T) {
	b := aPNG(padding("iCCP", 9000))
	for what, r := range map[string]io.ReaderAt{
		"shrank":             bytes.NewReader(b[:5000]),
		"is gone":            bytes.NewReader(nil),
		"ends, it says":      failing{bytes.NewReader(b), 5000, fmt.Errorf("get the range: %w", io.EOF)},
		"gives nothing more": failing{bytes.NewReader(b), 5000, nil},
	} {
		v, err := New().Classify(File{Name: "a.png", Size: int64(len(b)), Bytes: r})
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) || v.MediaType != "" {
			t.Errorf("a file that %s: got %+v, %v, want an error that says so", what, v, err)
		}
	}
}

func FuzzSniff(f *testing.F) {
	for _, h := range hostile() {
		f.Add(h.bytes)
	}
	for _, b := range ordinary() {
		f.Add(b[:min(len(b), 9000)])
	}
	f.Add(aBox("ftyp", []byte("isom\x00\x00\x00\x00"), aBox("uuid", []byte(provenance))))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &readCount{ReaderAt: bytes.NewReader(b)}
		var w window
		w.reset(r, int64(len(b)))
		h := sniff(&w)
		if h.mediaType == "" && (h.credential && h.video == "" || h.exif != nil || h.width != 0) {
			t.Errorf("no image, and yet %+v", h)
		}
		if h.width < 0 || h.height < 0 || w.err != nil {
			t.Errorf("%d x %d, error %v", h.width, h.height, w.err)
		}
		if most := len(b)/firstRead + 2*maxParts; r.calls > most {
			t.Errorf("%d reads of %d bytes, want at most %d", r.calls, len(b), most)
		}
	})
}
