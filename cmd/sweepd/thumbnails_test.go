package main

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"io/fs"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/thumbnail"
)

func quiet() *program {
	p := &program{getenv: func(string) string { return "" }, now: time.Now}
	p.term = newTerminal(io.Discard, io.Discard, p.getenv, time.Now)
	return p
}

// The thumbnails of a page have a bound, and a file that is beyond it has the reason.
func TestAPageHasRoomForSomeThumbnails(t *testing.T) {
	t.Parallel()
	files := make([]pictured, 1003)
	for i := range files {
		files[i].to = &report.Thumbnail{JPEG: make([]byte, thumbnail.MaxSize)}
	}
	files[1].to.JPEG, files[1].to.None = nil, language.Verbatim("cannot be shown as a thumbnail")
	makeRoom(files)
	for i, f := range files {
		want := i != 1 && i < 1001
		if got := f.to.JPEG != nil; got != want || f.to.NoRoom != (i > 1000) || f.to.None.IsZero() != want {
			t.Errorf("file %d: has a thumbnail: %v, want %v: %q, %v", i, got, want, f.to.None, f.to.NoRoom)
		}
	}
}

// A file that cannot be read or shown has the reason, and the others have their thumbnails.
func TestEachFileHasItsThumbnailOrTheReason(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	good := out.Bytes()
	of := func(content []byte, err error) pictured {
		return pictured{size: int64(len(content)), to: &report.Thumbnail{}, open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), err
		}}
	}
	var files []pictured
	for range 5 {
		files = append(files, of(good, nil), of([]byte("no picture"), nil), of(nil, fs.ErrNotExist),
			of(nil, errors.New("the disk is broken")))
		files[len(files)-4].away = true
	}
	if err := quiet().thumbnails(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		want := []string{
			"", "cannot be shown as a thumbnail", "not there as it was found", "no thumbnail: the disk is broken",
		}[i%4]
		if f.to.None.String() != want || (f.to.JPEG != nil) != (want == "") || f.to.NoRoom {
			t.Errorf("file %d: %q with %d bytes, want %q", i, f.to.None, len(f.to.JPEG), want)
		}
	}
}
