package dropbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// thumbnailsAtOnce is the most that files/get_thumbnail_batch returns in one answer.
const thumbnailsAtOnce = 25

// thumbnails are the pending requests. One call is under way at a time, and the next one serves all requests that
// arrived meanwhile: a page of pictures costs one call for each 25.
type thumbnails struct {
	turn chan struct{} // the goroutine that makes a call holds it
	mu   sync.Mutex
	wait []*thumbnail
}

// thumbnail is one pending request.
type thumbnail struct {
	ref  providers.Ref
	size string
	done chan struct{} // closed when the fields below are set

	jpeg []byte
	of   *file  // the file that it shows
	none string // why there is none
	err  error
}

// Thumbnail implements providers.Driver. Dropbox makes no thumbnails of some kinds of pictures, nor of those above 20
// MB.
func (d *Driver) Thumbnail(
	ctx context.Context, ref providers.Ref, rev providers.Revision, side int,
) (io.ReadCloser, error) {
	if ref == "" || ref[0] != '/' {
		return nil, fmt.Errorf("a file without a path: %w", fs.ErrNotExist)
	}
	t := &thumbnail{ref: ref, size: size(side), done: make(chan struct{})}
	d.thumbnails.join(t)
	for {
		select {
		case <-ctx.Done():
			d.thumbnails.leave(t)
			return nil, ctx.Err()
		case <-t.done:
			return d.shown(ctx, t, rev)
		// The goroutine that has the turn makes a call for the others as well.
		case d.thumbnails.turn <- struct{}{}:
			d.serve(ctx, d.thumbnails.next(t))
			<-d.thumbnails.turn
		}
	}
}

// shown returns the thumbnail if it is of that revision.
func (d *Driver) shown(ctx context.Context, t *thumbnail, rev providers.Revision) (io.ReadCloser, error) {
	if t.err != nil {
		return nil, t.err
	}
	if t.none != "" {
		f, err := d.stats.Look(ctx, t.ref)
		if err != nil {
			return nil, err
		}
		t.of = f
	}
	switch {
	case revision(t.of) != rev:
		return nil, providers.ErrChanged
	case t.none != "":
		return nil, fmt.Errorf("there is no thumbnail of it: %w (%s)", fs.ErrNotExist, t.none)
	}
	return io.NopCloser(bytes.NewReader(t.jpeg)), nil
}

// join adds a request to the queue.
func (w *thumbnails) join(t *thumbnail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wait = append(w.wait, t)
}

// leave removes a request whose caller does not wait any more.
func (w *thumbnails) leave(t *thumbnail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wait = slices.DeleteFunc(w.wait, func(o *thumbnail) bool { return o == t })
}

// next removes t from the queue, if it still waits, and others up to the size of a call, and returns them.
func (w *thumbnails) next(t *thumbnail) (some []*thumbnail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.wait, t) {
		return nil
	}
	some = append(some, t)
	for _, o := range w.wait {
		if o != t && len(some) < thumbnailsAtOnce {
			some = append(some, o)
		}
	}
	w.wait = slices.DeleteFunc(w.wait, func(o *thumbnail) bool { return slices.Contains(some, o) })
	return some
}

// serve requests some thumbnails in one call. If ctx, which is that of the first, ends, the others go back to the
// queue.
func (d *Driver) serve(ctx context.Context, some []*thumbnail) {
	if len(some) == 0 {
		return
	}
	arg := files.NewGetThumbnailBatchArg(nil)
	for _, t := range some {
		one := files.NewThumbnailArg(string(t.ref))
		one.Size.Tag, one.ExcludeMediaInfo = t.size, true
		arg.Entries = append(arg.Entries, one)
	}
	got, err := cloudhttp.Answered(d.files.GetThumbnailBatchContext(ctx, arg))
	if err == nil && len(got.Entries) != len(some) {
		err = fmt.Errorf("asked for %d thumbnails, got %d", len(some), len(got.Entries))
	}
	for i, t := range some {
		switch {
		case ctx.Err() != nil && err != nil && i > 0:
			d.thumbnails.join(t)
			continue
		case err != nil:
			t.err = err
		default:
			t.take(got.Entries[i])
		}
		close(t.done)
	}
}

// take copies the answer into t.
func (t *thumbnail) take(e *files.GetThumbnailBatchResultEntry) {
	switch {
	case e.Success != nil && e.Success.Metadata != nil:
		t.of = e.Success.Metadata
		t.jpeg, t.err = base64.StdEncoding.DecodeString(e.Success.Thumbnail)
	case e.Failure != nil:
		t.none = e.Failure.Tag
	default:
		t.err = errors.New("the answer has no thumbnail, and does not say why")
	}
}

// size returns the smallest of Dropbox's sizes that is not smaller than the side.
func size(side int) string {
	// The sizes are named by the longer side and the shorter one.
	for _, s := range []struct {
		side int
		name string
	}{
		{32, files.ThumbnailSizeW32h32},
		{64, files.ThumbnailSizeW64h64},
		{128, files.ThumbnailSizeW128h128},
		{256, files.ThumbnailSizeW256h256},
		{480, files.ThumbnailSizeW480h320},
		{640, files.ThumbnailSizeW640h480},
		{1024, files.ThumbnailSizeW1024h768},
	} {
		if side <= s.side {
			return s.name
		}
	}
	return files.ThumbnailSizeW2048h1536
}
