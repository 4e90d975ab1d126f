package dropbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// A page of pictures asks for all of them at once.
func TestThumbnailsThatAreWaitedForTogetherAreOneCallFor25(t *testing.T) {
	w := newWorld(t, personal())
	const pictures = 60
	for i := range pictures {
		var b bytes.Buffer
		w.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40+i, 40))))
		w.put(fmt.Sprint(i, ".png"), b.Bytes())
	}
	w.put("text.png", []byte("no picture"))
	d := w.open(t)
	entries := map[string]providers.Entry{}
	for c, err := range d.Changes(t.Context(), "") {
		w.must(err)
		entries[c.Entry.Path] = c.Entry
	}
	delete(entries, "")
	w.put("0.png", []byte("changed"))
	w.pass(time.Hour)
	was := w.cloud.Audit().Calls()
	first, held := make(chan struct{}), make(chan struct{})
	w.before = map[string]func(){"files/get_thumbnail_batch": func() { close(first); <-held }}
	var all sync.WaitGroup
	ask := func(name string) {
		e := entries["/"+name]
		all.Go(func() {
			rc, err := d.Thumbnail(t.Context(), e.Ref, e.Revision, 128)
			switch name {
			case "0.png":
				if !errors.Is(err, providers.ErrChanged) {
					t.Errorf("of what has changed: got %v", err)
				}
				return
			case "text.png":
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("of no picture: got %v", err)
				}
				return
			}
			if err != nil {
				t.Errorf("%s: got %v", name, err)
				return
			}
			b, err := io.ReadAll(rc)
			small, _, derr := image.DecodeConfig(bytes.NewReader(b))
			var i int
			_, serr := fmt.Sscanf(name, "%d.png", &i)
			if err := errors.Join(err, derr, serr, rc.Close()); err != nil || small.Width != 40+i {
				t.Errorf("%s: got one of %d pixels, %v; want %d", name, small.Width, err, 40+i)
			}
		})
	}
	ask("1.png")
	<-first // is under way
	for name := range entries {
		if name != "/1.png" {
			ask(strings.TrimPrefix(name, "/"))
		}
	}
	for d.Waiting() < pictures {
		runtime.Gosched()
	}
	close(held)
	all.Wait()
	calls := w.since(was)
	if n := calls["dropbox.files.get_thumbnail_batch"]; n != 4 {
		t.Errorf("%d calls for %d thumbnails, want 4: one, and 25 at a time; %v", n, pictures+1, calls)
	}
	if n := calls["dropbox.files.get_metadata"]; n != 2 {
		t.Errorf("%d looks, want one for each that has no thumbnail", n)
	}
}

// If the caller whose call serves others is cancelled, the others still get their thumbnails.
func TestAThumbnailIsMadeThoughWhoAskedForItAlongGaveUp(t *testing.T) {
	w := newWorld(t, personal())
	var b bytes.Buffer
	w.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 40))))
	w.put("a.png", b.Bytes())
	d := w.open(t)
	e, err := d.Stat(t.Context(), "/a.png")
	w.must(err)
	for range 10 { // which caller's turn it is depends on chance
		first, held := make(chan struct{}), make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		w.before = map[string]func(){"files/get_thumbnail_batch": func() {
			w.before["files/get_thumbnail_batch"] = cancel
			close(first)
			<-held
		}}
		var all sync.WaitGroup
		ask := func(ctx context.Context, stays bool) {
			all.Go(func() {
				rc, err := d.Thumbnail(ctx, e.Ref, e.Revision, 128)
				if err == nil {
					err = rc.Close()
				}
				if err != nil && (stays || !errors.Is(err, context.Canceled)) {
					t.Errorf("who stays (%v) got %v", stays, err)
				}
			})
		}
		ask(t.Context(), true)
		<-first
		ask(ctx, false)
		ask(t.Context(), true)
		for d.Waiting() < 2 {
			runtime.Gosched()
		}
		close(held)
		all.Wait()
		cancel()
	}
}
