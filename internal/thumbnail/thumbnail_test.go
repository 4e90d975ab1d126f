package thumbnail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/thumbnail"
)

// picture is a file of these bytes.
func picture(content []byte) thumbnail.Picture {
	return thumbnail.Picture{Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

func small(content []byte) ([]byte, error) {
	return thumbnail.NewMaker().Make(context.Background(), picture(content))
}

// encoded is a picture of that size in a few colours.
func encoded(t testing.TB, w, h int, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i / 3)
	}
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(out *bytes.Buffer, img image.Image) error  { return png.Encode(out, img) }
func asJPEG(out *bytes.Buffer, img image.Image) error { return jpeg.Encode(out, img, nil) }

// The smallest WebP pictures there are, of one pixel.
const (
	lossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
	lossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
)

func unbase64(t testing.TB, text string) []byte {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// claims returns a PNG that consists of a header with that size.
func claims(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, 6, 0, 0, 0)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head,
		binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(head)))
}

func TestThumbnailsAreSmall(t *testing.T) {
	for name, c := range map[string]struct {
		picture []byte
		w, h    int
	}{
		"wide png":      {encoded(t, 640, 320, asPNG), 256, 128},
		"high jpeg":     {encoded(t, 128, 512, asJPEG), 64, 256},
		"small":         {encoded(t, 20, 10, asPNG), 20, 10},
		"a thread":      {encoded(t, 2000, 1, asPNG), 256, 1},
		"lossless webp": {unbase64(t, lossless), 1, 1},
		"lossy webp":    {unbase64(t, lossy), 1, 1},
	} {
		thumb, err := small(c.picture)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := jpeg.DecodeConfig(bytes.NewReader(thumb))
		if err != nil || got.Width != c.w || got.Height != c.h {
			t.Errorf("%s: got %d x %d, %v; want %d x %d", name, got.Width, got.Height, err, c.w, c.h)
		}
	}
}

func TestAPictureInGrayIsSmallToo(t *testing.T) {
	for name, c := range map[string]struct {
		picture []byte
		w, h    int
	}{
		"large":     {encoded(t, 1100, 600, asPNG), 275, 150},
		"a jpeg":    {encoded(t, 300, 511, asJPEG), 300, 511},
		"small":     {encoded(t, 20, 10, asPNG), 20, 10},
		"a thread":  {encoded(t, 2000, 1, asPNG), 2000, 1},
		"lossy one": {unbase64(t, lossy), 1, 1},
	} {
		g, _, err := thumbnail.NewMaker().Gray(t.Context(), picture(c.picture))
		if err != nil || g.Width != c.w || g.Height != c.h || len(g.Luma) != c.w*c.h {
			t.Errorf("%s: got %d x %d with %d values, %v; want %d x %d", name, g.Width, g.Height, len(g.Luma), err,
				c.w, c.h)
		}
	}
	_, size, err := thumbnail.NewMaker().Gray(t.Context(), picture(encoded(t, 1100, 600, asPNG)))
	if err != nil || size != image.Pt(1100, 600) {
		t.Errorf("got the size %v, %v", size, err)
	}
	if _, _, err := thumbnail.NewMaker().Gray(t.Context(), picture(claims(65535, 65535))); !errors.Is(err,
		thumbnail.ErrNoPicture) {
		t.Errorf("a bomb: got %v, want ErrNoPicture", err)
	}
}

// ITU-R BT.601 defines the brightness of the colours.
func TestTheBrightnessOfColours(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 5, 1))
	for x, c := range []color.NRGBA{{A: 255}, {255, 255, 255, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {}} {
		img.SetNRGBA(x, 0, c)
	}
	colours := encoded(t, 1, 1, func(out *bytes.Buffer, _ image.Image) error { return asPNG(out, img) })
	g, _, err := thumbnail.NewMaker().Gray(t.Context(), picture(colours))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{0, 255, 76.245, 149.685, 255} {
		if d := g.Luma[i] - want; d > 0.01 || d < -0.01 {
			t.Errorf("the brightness of pixel %d is %v, want %v", i, g.Luma[i], want)
		}
	}
}

func TestWhatIsTransparentIsShownOnWhite(t *testing.T) {
	thumb, err := small(encoded(t, 8, 8, func(out *bytes.Buffer, _ image.Image) error {
		return png.Encode(out, image.NewNRGBA(image.Rect(0, 0, 8, 8)))
	}))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(thumb))
	if err != nil {
		t.Fatal(err)
	}
	if got := color.GrayModel.Convert(img.At(4, 4)).(color.Gray).Y; got < 250 {
		t.Errorf("got the gray %d, want white", got)
	}
}

func TestAHostilePictureIsNoThumbnail(t *testing.T) {
	whole := encoded(t, 64, 64, asPNG)
	for name, picture := range map[string][]byte{
		"nothing":     nil,
		"a text":      []byte("not a picture"),
		"cut off":     whole[:len(whole)/2],
		"a bomb":      claims(65535, 65535),
		"overflowing": claims(1<<31-1, 1<<31-1),
		"flat":        claims(0, 10),
		"an svg":      []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
	} {
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := small(picture); !errors.Is(err, thumbnail.ErrNoPicture) {
				t.Errorf("%s: got %v, want ErrNoPicture", name, err)
			}
		})
		if allocated > 1000 {
			t.Errorf("%s: %v allocations", name, allocated)
		}
	}
}

func FuzzThumbnail(f *testing.F) {
	for _, seed := range [][]byte{
		encoded(f, 9, 5, asPNG), encoded(f, 9, 5, asJPEG), unbase64(f, lossless), unbase64(f, lossy),
		claims(70000, 70000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, picture []byte) {
		thumb, err := small(picture)
		if err != nil {
			if !errors.Is(err, thumbnail.ErrNoPicture) {
				t.Errorf("got %v, want ErrNoPicture", err)
			}
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(thumb))
		if err != nil || c.Width > thumbnail.Side || c.Height > thumbnail.Side || len(thumb) > thumbnail.MaxSize {
			t.Errorf("got %d x %d, %v", c.Width, c.Height, err)
		}
	})
}

// Pictures of 16 x 16 equal pixels, encoded by cwebp -q 75 (libwebp 1.2.4). dwebp shows the same colours.
func TestALossyWebPKeepsItsColours(t *testing.T) {
	for name, c := range map[string]struct {
		picture string
		want    [3]int
	}{
		"white": {"UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoQABAAAgA0JaQAA3AA/vuUAAA=", [3]int{255, 255, 255}},
		"brown": {
			"UklGRjgAAABXRUJQVlA4ICwAAADwAQCdASoQABAAAgA0JaACdLoB+AAEyAAA/pcX/yC5YXXI1/5xKiCTeYAAAA==",
			[3]int{200, 100, 50},
		},
	} {
		thumb, err := small(unbase64(t, c.picture))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(thumb))
		if err != nil {
			t.Fatal(err)
		}
		r, g, b, _ := m.At(8, 8).RGBA()
		for i, got := range []uint32{r, g, b} {
			if d := int(got>>8) - c.want[i]; d < -5 || d > 5 {
				t.Errorf("%s: got %d,%d,%d, want %v", name, r>>8, g>>8, b>>8, c.want)
				break
			}
		}
	}
}
