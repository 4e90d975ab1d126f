package export_test

import (
	"archive/zip"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/export"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
)

func TestWhatThePicturesLookLikeIsReadIfThatIsAskedFor(t *testing.T) {
	t.Parallel()
	cut := string(c2patest.ScenePNG(2, 300, 200)[:4000])
	for what, c := range map[string]struct {
		generated string
		looks     bool
		width     int
	}{
		"a picture":                {string(c2patest.ScenePNG(1, 700, 500)), true, 700},
		"one of a single pixel":    {picture(t, 1), true, 1},
		"one that is cut off":      {cut, true, 0},
		"a type without decoder":   {"GIF89a\x01\x00\x01\x00", true, 0},
		"a picture, and not asked": {string(c2patest.ScenePNG(1, 700, 500)), false, 0},
	} {
		l := year2023(t)
		l[len(l)-2].body = c.generated
		text := l.zip(t, zip.Deflate)
		r, err := export.ReadZip(t.Context(), strings.NewReader(text), int64(len(text)),
			export.Options{Temp: t.TempDir(), Looks: c.looks})
		if err != nil || !r.Complete() || len(r.Images) != 2 {
			t.Fatalf("%s: %v, %+v", what, err, r)
		}
		for _, i := range r.Images {
			if i.Origin != export.Generated {
				continue
			}
			if i.Width != c.width || i.Look.Usable() != (c.width > 1) {
				t.Errorf("%s: got %d x %d, %+v", what, i.Width, i.Height, i.Look)
			}
			if c.width == 700 && (i.Look.Ratio != 1.4 || i.Look.Hash == perceptual.Hash{}) {
				t.Errorf("%s: got %+v", what, i.Look)
			}
		}
	}
}

// busyDisk takes a minute for each read from an offset on.
type busyDisk struct {
	io.ReaderAt
	from int64
}

func (d busyDisk) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > d.from {
		time.Sleep(time.Minute)
	}
	return d.ReaderAt.ReadAt(p, off)
}

// A picture that was not decoded in time is known by its bytes, and counted: another reading may have the time.
func TestAPictureThatTakesTooLongHasNoLook(t *testing.T) {
	t.Parallel()
	l := year2023(t)
	generated := string(c2patest.ScenePNG(1, 700, 500))
	l[len(l)-2].body = generated
	text := l.zip(t, zip.Store)
	at := int64(strings.Index(text, generated))
	for from, unlooked := range map[int64]int{at: 2, int64(len(text)): 0} {
		synctest.Test(t, func(t *testing.T) {
			r, err := export.ReadZip(t.Context(), busyDisk{strings.NewReader(text), from}, int64(len(text)),
				export.Options{Temp: t.TempDir(), Looks: true})
			if err != nil || !r.Complete() || len(r.Images) != 2 || r.Unlooked != unlooked {
				t.Errorf("%v, %d without a look, want %d; %+v", err, r.Unlooked, unlooked, r.Problems)
			}
		})
	}
}
