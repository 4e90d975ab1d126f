package review

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"

	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// fetches is the number of thumbnails that are fetched from accounts at one time; Dropbox answers as many with one
// call.
const fetches = 25

// maxWhole is the largest picture that is shown whole. A browser that decodes a larger one may end for lack of memory.
const maxWhole = 100 << 20

// showable reports whether a browser shows a picture of that type, and runs nothing in it. SVG is not among them: it
// can have scripts.
func showable(mediaType string) bool {
	return slices.Contains([]string{"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"}, mediaType)
}

// errNoThumbnail is returned for a picture of which none can be made without fetching all of it.
var errNoThumbnail = errors.New("no thumbnail can be made")

// thumbnail serves the thumbnail of a picture of the list. The nearest place that can be read gives it, since all
// places have the same picture.
func (s *Server) thumbnail(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	p := s.listing().picture(id)
	if p == nil {
		http.NotFound(w, r)
		return
	}
	s.sendThumbnail(w, r, id, func(ctx context.Context, a *opened) ([]byte, error) {
		err := errNoThumbnail
		for _, at := range nearest(a, p.places) {
			from, away, ok := a.Picture(ctx, at)
			if !ok {
				continue
			}
			var content []byte
			if content, err = s.make(ctx, from, away); err == nil {
				return content, nil
			}
		}
		return nil, err
	})
}

// nearest returns the places with those first that cost little to read.
func nearest(a *opened, places []sweeper.Found) []sweeper.Found {
	far := func(at sweeper.Found) int {
		if st := a.Storage(at.Storage); st != nil && st.Can().Has(providers.CanReadWhole) {
			return 0
		}
		return 1
	}
	places = slices.Clone(places)
	slices.SortStableFunc(places, func(x, y sweeper.Found) int { return far(x) - far(y) })
	return places
}

// trashedThumbnail serves the thumbnail of a file in the trash, by the key of the operation that moved it there. A key
// that is of no file in the trash gets the sign for a picture that cannot be shown.
func (s *Server) trashedThumbnail(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	s.sendThumbnail(w, r, "trashed "+key, func(ctx context.Context, a *opened) ([]byte, error) {
		for op, err := range a.Journal.Operations(ctx, journal.Filter{Key: key, InTrash: true}) {
			if err != nil {
				return nil, err
			}
			st := a.Storage(op.Op.Storage)
			if st == nil || !st.Can().Has(providers.CanReadWhole) {
				break // it would be fetched whole
			}
			return s.make(ctx, thumbnail.Picture{Size: op.Op.Entry.Size, Open: func() (io.ReadCloser, error) {
				return a.OpenTrashed(ctx, op)
			}}, false)
		}
		return nil, errNoThumbnail
	})
}

// sendThumbnail sends the thumbnail of that name, or makes it first. In place of one that cannot be made it sends a
// sign.
func (s *Server) sendThumbnail(
	w http.ResponseWriter, r *http.Request, name string, from func(context.Context, *opened) ([]byte, error),
) {
	content := s.thumbs.get(name)
	if content == nil {
		a, done := s.use()
		defer done()
		if a == nil {
			http.NotFound(w, r)
			return
		}
		var err error
		if content, err = from(r.Context(), a); err == nil {
			s.thumbs.put(name, content)
		}
	}
	w.Header().Set("Content-Security-Policy", policyOfPictures)
	if content == nil {
		w.Header().Set("Content-Type", "image/svg+xml")
		content, _ = assets.ReadFile("assets/none.svg")
	} else {
		w.Header().Set("Content-Type", "image/jpeg")
	}
	_, _ = w.Write(content) // a failure means that the client has gone
}

// make makes a thumbnail, as soon as not too many others are made. It waits for a place among those of its kind
// (turns), or until ctx ends because the browser has scrolled on.
func (s *Server) make(ctx context.Context, from thumbnail.Picture, away bool) ([]byte, error) {
	turn := s.here
	if away {
		turn = s.away
	}
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-turn }()
	return s.maker.Make(ctx, from)
}

// turns returns the places in which thumbnails are made at the same time. Decoding needs a processor, so there are as
// many here as processors; away is spent waiting for the service.
func turns() (here, away chan struct{}) {
	return make(chan struct{}, runtime.GOMAXPROCS(0)), make(chan struct{}, fetches)
}

// whole serves the bytes of a picture, from one of its places, if they are those that were shown. A file that cannot be
// read as it was shown gets status 409. The type is that of the verdict, by the bytes, and never that of the name.
func (s *Server) whole(w http.ResponseWriter, r *http.Request) {
	at, ok := s.placeOf(r)
	a, done := s.use()
	defer done()
	if !ok || a == nil || !showable(at.Verdict.MediaType) || at.Entry.Size > maxWhole {
		http.NotFound(w, r)
		return
	}
	st := a.Storage(at.Storage)
	if st == nil {
		http.NotFound(w, r)
		return
	}
	rc, err := st.ReadRange(r.Context(), at.Entry, 0, at.Entry.Size)
	if err != nil {
		http.Error(w, s.plain(err.Error()), http.StatusConflict)
		return
	}
	defer rc.Close()
	h := w.Header()
	h.Set("Content-Security-Policy", policyOfPictures)
	h.Set("Content-Type", at.Verdict.MediaType)
	h.Set("Content-Length", strconv.FormatInt(at.Entry.Size, 10))
	h.Set("Content-Disposition", "inline")
	_, _ = io.CopyN(w, rc, at.Entry.Size) // a short body shows that reading has failed
}

// placeOf returns the place of a picture that an address names. n counts from 0, in the order of the page of the
// picture.
func (s *Server) placeOf(r *http.Request) (at sweeper.Found, ok bool) {
	p := s.listing().picture(r.PathValue("id"))
	n, err := strconv.Atoi(r.PathValue("n"))
	if p == nil || err != nil || n < 0 || n >= len(p.places) {
		return at, false
	}
	return p.places[n], true
}
