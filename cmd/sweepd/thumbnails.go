package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// The limits of the thumbnails of one page. The one on their bytes lets a page of a thousand pictures have less than 15
// MB, with the names and the encoding as text.
const (
	maxThumbnails = 1000 * thumbnail.MaxSize // bytes
	fetches       = 25                       // from accounts at one time; Dropbox answers as many with one call
)

// pictured is a file for a page: how to open it, and where its thumbnail goes. open is called at most once, by any
// goroutine, and its result is closed.
type pictured struct {
	size int64
	open func() (io.ReadCloser, error)
	away bool // in an account, which makes the thumbnail
	to   *report.Thumbnail
}

// thumbnails makes the thumbnails of the files, as many at a time as there are processors. Files for which the page has
// no room, and those that cannot be shown, get the reason. It returns the error of ctx only; a picture that fails has
// the reason in its place (noThumbnail). Files of accounts have a limit of their own, because their time is spent
// waiting for the network and not for a processor.
func (p *program) thumbnails(ctx context.Context, files []pictured) error {
	var here, away errgroup.Group
	here.SetLimit(runtime.GOMAXPROCS(0))
	away.SetLimit(fetches)
	maker := thumbnail.NewMaker()
	var used atomic.Int64
	for i, f := range files {
		if used.Load() > maxThumbnails || ctx.Err() != nil {
			break
		}
		p.term.progress("thumbnails: %d of %d", i, len(files))
		group := &here
		if f.away {
			group = &away
		}
		group.Go(func() error {
			content, err := maker.Make(ctx, thumbnail.Picture{Size: f.size, Open: f.open})
			f.to.JPEG, f.to.None = content, noThumbnail(err)
			used.Add(int64(len(content)))
			return nil
		})
	}
	err := errors.Join(here.Wait(), away.Wait(), ctx.Err())
	p.term.settle()
	makeRoom(files)
	return err
}

// makeRoom removes the last thumbnails until the page has room for all. The order of the files decides and not the
// order in which the goroutines ended, so that the same scan gives the same page.
func makeRoom(files []pictured) {
	used := 0
	for _, f := range files {
		if used += len(f.to.JPEG); used > maxThumbnails {
			f.to.JPEG = nil
		}
		if f.to.JPEG == nil && f.to.None.IsZero() {
			f.to.None, f.to.NoRoom = language.Messagef("no room for its thumbnail"), true
		}
	}
}

// noThumbnail returns why a file has no thumbnail; zero if it has one.
func noThumbnail(err error) language.Message {
	switch {
	case err == nil:
		return language.Message{}
	case errors.Is(err, providers.ErrChanged), errors.Is(err, fs.ErrNotExist):
		return language.Messagef("not there as it was found")
	case errors.Is(err, thumbnail.ErrNoPicture):
		return language.Messagef("cannot be shown as a thumbnail")
	}
	return language.Messagef("no thumbnail: %s", cause(err).Error())
}

// foundPicture returns the file for a page; ok is false, and the thumbnail has the reason, if no thumbnail can be
// made without fetching all of the file.
func foundPicture(
	ctx context.Context, a *app.App, f sweeper.Found, to *report.Thumbnail,
) (_ pictured, ok bool) {
	p, away, ok := a.Picture(ctx, f)
	if !ok {
		to.None = language.Messagef("online only")
	}
	return pictured{p.Size, p.Open, away, to}, ok
}

// trashedPicture returns a file in the trash for a page.
func trashedPicture(ctx context.Context, a *app.App, op journal.Operation, to *report.Thumbnail) pictured {
	return pictured{size: op.Op.Entry.Size, to: to, open: func() (io.ReadCloser, error) {
		return a.OpenTrashed(ctx, op)
	}}
}

// purgedPicture returns an entry of the trash for a page.
func purgedPicture(ctx context.Context, st *providers.Storage, it sweeper.Item, to *report.Thumbnail) pictured {
	return pictured{size: it.Entry.Size, to: to, open: func() (io.ReadCloser, error) {
		t := providers.Trashed{Receipt: it.Receipt, Path: it.Entry.Path, Size: it.Entry.Size}
		return st.ReadTrashed(ctx, t, 0, it.Entry.Size)
	}}
}
