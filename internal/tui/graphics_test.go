package tui

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi/sixel"
)

func point(x, y int) image.Point { return image.Pt(x, y) }

// noise is a picture that does not compress, so that it takes several chunks.
func noise() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 100, 50))
	state := uint32(1)
	for y := range 50 {
		for x := range 100 {
			state = state*1664525 + 1013904223
			img.Set(x, y, color.RGBA{byte(state >> 24), byte(state >> 16), byte(state >> 8), 255})
		}
	}
	return img
}

// samePNG reports an error unless the base64 of a PNG is that of the picture.
func samePNG(t *testing.T, encoded string, want image.Image) {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(content))
	if err != nil || got.Bounds() != want.Bounds() {
		t.Fatalf("the picture is %v, %v", got, err)
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if color.RGBAModel.Convert(got.At(x, y)) != color.RGBAModel.Convert(want.At(x, y)) {
				t.Fatalf("the pixel at %d, %d is %v, want %v", x, y, got.At(x, y), want.At(x, y))
			}
		}
	}
}

func TestKittyGetsThePictureInChunks(t *testing.T) {
	t.Parallel()
	shown, err := kitty.show(noise(), cell{10, 20}, area{54, 2, 20, 10})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(shown, "\x1b7\x1b[3;55H\x1b_Ga=T,f=100,q=2,C=1,c=20,r=5,m=1;") ||
		!strings.HasSuffix(shown, "\x1b\\\x1b8") {
		t.Errorf("got %.80q ... %q", shown, shown[len(shown)-10:])
	}
	all := ""
	chunks := regexp.MustCompile("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\").FindAllStringSubmatch(shown, -1)
	for i, c := range chunks {
		more := map[bool]string{true: "m=0", false: "m=1"}[i == len(chunks)-1]
		if len(c[2]) > 4096 || i > 0 && c[1] != more {
			t.Errorf("chunk %d of %d has %q and %d bytes", i, len(chunks), c[1], len(c[2]))
		}
		all += c[2]
	}
	if len(chunks) < 3 {
		t.Errorf("%d chunks, want several", len(chunks))
	}
	samePNG(t, all, noise())
}

func TestITermGetsThePictureAsAFile(t *testing.T) {
	t.Parallel()
	shown, err := iterm.show(noise(), cell{10, 20}, area{0, 0, 20, 10})
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("\x1b\\]1337;File=inline=1;size=(\\d+);width=20;height=5;preserveAspectRatio=1:(.*)\a").
		FindStringSubmatch(shown)
	if m == nil {
		t.Fatalf("got %.80q", shown)
	}
	samePNG(t, m[2], noise())
}

func TestSixelsHaveTheSizeOfTheArea(t *testing.T) {
	t.Parallel()
	shown, err := sixels.show(noise(), cell{10, 20}, area{0, 0, 20, 10})
	if err != nil {
		t.Fatal(err)
	}
	data, ok := strings.CutPrefix(shown, "\x1b7\x1b[1;1H\x1bP0;1q")
	data, ended := strings.CutSuffix(data, "\x1b\\\x1b8")
	if !ok || !ended {
		t.Fatalf("got %.40q", shown)
	}
	img, err := new(sixel.Decoder).Decode(strings.NewReader(data))
	if err != nil || img.Bounds().Dx() != 200 || img.Bounds().Dy() < 100 {
		t.Errorf("the picture is %v, %v", img.Bounds(), err)
	}
}

func TestAPictureIsErasedFromItsCells(t *testing.T) {
	t.Parallel()
	if got := sixels.erase(area{54, 2, 26, 2}); got != "\x1b7\x1b[3;55H\x1b[26X\x1b[4;55H\x1b[26X\x1b8" {
		t.Errorf("got %q", got)
	}
	if got := kitty.erase(area{54, 2, 26, 2}); got != "\x1b_Ga=d,d=A,q=2\x1b\\" {
		t.Errorf("got %q", got)
	}
}

func TestTheBestProtocolOfTheAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		said string
		env  map[string]string
		want protocol
	}{
		{"\x1b_Gi=31;OK\x1b\\\x1b[?62;4;22c", nil, kitty},
		{"\x1b_Gi=31;ENOTSUPPORTED\x1b\\\x1b[?62;4;22c", nil, sixels},
		{"\x1b[?62;4;22c", nil, sixels},
		{"\x1b[?62;22c", nil, noPictures},
		{"\x1b[?4c", nil, noPictures}, // a VT132
		{"\x1b[?62;44c", nil, noPictures},
		{"\x1b[?62;4;22", nil, noPictures}, // it has not ended
		{"", nil, noPictures},
		{"\x1b[?62c", map[string]string{"TERM_PROGRAM": "iTerm.app"}, iterm},
		{"\x1b[?62c", map[string]string{"LC_TERMINAL": "iTerm2"}, iterm},
		{"\x1b[?62c", map[string]string{"LC_TERMINAL": "iTerm2", "TMUX": "/tmp/tmux"}, noPictures},
		{"\x1b[?62;4c", map[string]string{"LC_TERMINAL": "iTerm2", "TMUX": "/tmp/tmux"}, sixels},
	} {
		if got := understand([]byte(c.said), func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%q in %v: %q, want %q", c.said, c.env, got, c.want)
		}
	}
}

func FuzzAttributes(f *testing.F) {
	for _, said := range []string{
		"\x1b[?62;4;22c", "\x1b[?c", "\x1b_Gi=31;OK\x1b\\\x1b[?1;2c", "c\x1b[?", "\x1b[?;;c",
	} {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		if have, complete := attributes(said); !complete && have != nil {
			t.Errorf("%q has not ended and has %q", said, have)
		}
	})
}
