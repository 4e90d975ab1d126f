package thumbnail

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// painted returns a PNG whose rows need different filters: a slope, noise, and one colour. alpha draws it with pixels
// of every opacity.
func painted(t testing.TB, w, h int, alpha bool) []byte {
	t.Helper()
	m, r := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			c := color.NRGBA{uint8(x*3 + y), uint8(x * y / 7), uint8(y * 5), 255}
			switch y % 7 {
			case 3:
				c = color.NRGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
			case 5:
				c = color.NRGBA{9, 99, 199, 255}
			}
			if alpha && y%2 == 0 {
				c.A = uint8(x * 11)
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// inserted returns a PNG with another chunk after its header.
func inserted(content []byte, kind string, data ...byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, kind...), data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return slices.Concat(content[:pngHead], chunk, content[pngHead:])
}

// byRows returns the picture that is read row by row. ok is false if it is of a kind that is not.
func byRows(content []byte) (m *image.RGBA, ok bool, err error) {
	r := bytes.NewReader(content)
	_, h, ok := begin(r)
	if !ok {
		return nil, false, nil
	}
	rows, err := newPNGRows(h, r)
	if err == nil {
		from := source{image.Pt(h.width, h.height), rows.strip}
		m, err = average(from, shrinks(from.size, 8))
	}
	if err == nil {
		err = rows.finish()
	}
	return m, true, err
}

// compare compares a picture that is read row by row with what image/png reads, and reports whether it is one.
func compare(t *testing.T, content []byte) bool {
	t.Helper()
	got, ok, err := byRows(content)
	if !ok {
		return false
	}
	whole, wantErr := png.Decode(bytes.NewReader(content))
	if wantErr != nil {
		if err == nil && !strings.Contains(wantErr.Error(), "too much pixel data") {
			t.Errorf("no error, want %v", wantErr)
		}
		return false
	}
	want, _ := average(sourceOf(whole), shrinks(whole.Bounds().Size(), 8))
	if err != nil || !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("got another picture than that of image/png, %v", err)
	}
	return true
}

func TestAPNGReadByRowsIsThatOfImagePNG(t *testing.T) {
	for name, content := range map[string][]byte{
		"opaque":                 painted(t, 61, 43, false),
		"with alpha":             painted(t, 61, 43, true),
		"a pixel":                painted(t, 1, 1, false),
		"a pixel with alpha":     painted(t, 1, 1, true),
		"a thread":               painted(t, 300, 1, false),
		"a column":               painted(t, 1, 300, true),
		"a transparent colour":   inserted(painted(t, 61, 43, false), "tRNS", 0, 9, 0, 99, 0, 199),
		"colours for a display":  inserted(painted(t, 61, 43, true), "PLTE", 1, 2, 3),
		"a text, and a checksum": inserted(painted(t, 61, 43, false), "tEXt", []byte("Comment\x00hello")...),
	} {
		if !compare(t, content) {
			t.Errorf("%s: it is not read by rows, or not at all", name)
		}
	}
}

func TestAPNGThatImagePNGRefusesIsRefusedByRows(t *testing.T) {
	whole := painted(t, 61, 43, false)
	at := bytes.Index(whole, []byte("IDAT"))
	changed := func(i int) []byte { c := bytes.Clone(whole); c[i] ^= 1; return c }
	for name, content := range map[string][]byte{
		"cut off":              whole[:len(whole)/2],
		"without an end":       whole[:len(whole)-12],
		"a changed pixel":      changed(at + 40),
		"a changed checksum":   changed(len(whole) - 13),
		"two headers":          inserted(whole, "IHDR", whole[16:29]...),
		"a strange palette":    inserted(whole, "PLTE", 1, 2),
		"two transparencies":   inserted(inserted(whole, "tRNS", 0, 1, 0, 2, 0, 3), "tRNS", 0, 1, 0, 2, 0, 3),
		"no pixels":            slices.Concat(whole[:pngHead], whole[len(whole)-12:]),
		"an end before pixels": inserted(whole, "IEND"),
	} {
		if _, ok, err := byRows(content); !ok || err == nil {
			t.Errorf("%s: no error, %v", name, ok)
		}
		if compare(t, content) {
			t.Errorf("%s: image/png reads it", name)
		}
	}
}

// A large picture takes its rows, and not its pixels.
func TestALargePNGTakesLittleMemory(t *testing.T) {
	content := painted(t, 1024, 1024, false)
	p := Picture{Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := NewMaker().Make(t.Context(), p)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err != nil || used > 3<<19 {
		t.Errorf("%d pixels take %d bytes, %v", 1024*1024, used, err)
	}
}

func FuzzPNGByRows(f *testing.F) {
	f.Add(painted(f, 13, 9, false))
	f.Add(painted(f, 13, 9, true))
	f.Add(inserted(painted(f, 13, 9, false), "tRNS", 0, 9, 0, 99, 0, 199))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, h, ok := begin(bytes.NewReader(content)); ok && h.width*h.height < 1<<20 {
			compare(t, content)
		}
	})
}
