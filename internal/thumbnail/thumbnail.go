// Package thumbnail makes small pictures of large ones, which may come from an untrusted source.
//
// It decodes the types that ChatGPT saves - PNG, JPEG and WebP - for the pages of sweepd scan, plan and history, and to
// compare pictures by what they look like. It bounds what a picture may cost: the bytes of its file, the pixels that
// its header states, the memory that its decoder needs for them, and the time. It is the only package that decodes
// pictures of others; package fingerprint reads their headers only.
package thumbnail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"golang.org/x/sync/semaphore"
)

// The limits on the cost of a picture, and on its thumbnail.
const (
	MaxBytes  = 32 << 20         // of a file
	maxPixels = 1 << 24          // ChatGPT's largest has as many
	maxMemory = 256 << 20        // bytes that all decoders together need at one time
	maxTime   = 10 * time.Second // of one picture; the largest takes under one on an idle processor

	Side    = 256    // pixels of the longer side of a thumbnail, at most
	MaxSize = 10_000 // bytes of a thumbnail
)

// ErrNoPicture is returned if the bytes are not a picture that can be shown, or if it is too large.
var ErrNoPicture = errors.New("no picture that can be shown")

// IsFinal reports whether err means that no attempt will show the picture. One that took too long may be shown by a
// machine that is less busy.
func IsFinal(err error) bool {
	return errors.Is(err, ErrNoPicture) && !errors.Is(err, context.DeadlineExceeded)
}

// Picture is a file that may be a picture. It is opened twice: for its header, and to decode it.
type Picture struct {
	Size int64 // bytes
	Open func() (io.ReadCloser, error)
}

// Maker makes thumbnails. Its methods may be called from several goroutines at once, which share the memory.
type Maker struct{ memory *semaphore.Weighted }

// NewMaker returns a Maker.
func NewMaker() *Maker { return &Maker{semaphore.NewWeighted(maxMemory)} }

// Make returns the picture as a JPEG of at most MaxSize bytes, whose longer side has at most Side pixels, from its
// first frame as stored, on white. The header is trusted only to refuse: a picture with too large a size in it is not
// decoded. Make returns ErrNoPicture if the picture is unsuitable, or, together with context.DeadlineExceeded, if it
// takes too long; the error of ctx if that ends; and else the error of reading the file.
func (m *Maker) Make(ctx context.Context, p Picture) ([]byte, error) {
	var small *image.RGBA
	err := m.decode(ctx, p, func(from source) (err error) {
		small, err = resize(from, Side)
		return err
	})
	if err != nil {
		return nil, err
	}
	return encode(small)
}

// Gray is a picture in shades of gray.
type Gray struct {
	Width, Height int
	// Luma has the brightness of each pixel from 0, black, to 255, row by row: 0.299 red + 0.587 green + 0.114 blue.
	Luma []float32
}

// Gray returns the picture in shades of gray, on white, and the size of the picture in pixels. Of one whose longer side
// has 2*Side pixels or more it averages whole pixels until that has fewer. It returns the errors of Make.
func (m *Maker) Gray(ctx context.Context, p Picture) (g Gray, size image.Point, err error) {
	err = m.decode(ctx, p, func(from source) error {
		size = from.size
		small, err := average(from, shrinks(size, Side))
		if err == nil {
			g = gray(small)
		}
		return err
	})
	return g, size, err
}

// decode passes the picture to use, within the limits. It returns the errors of Make.
func (m *Maker) decode(ctx context.Context, p Picture, use func(source) error) error {
	if p.Size > MaxBytes {
		return fmt.Errorf("%w: it has %d bytes", ErrNoPicture, p.Size)
	}
	cost, err := memory(ctx, p)
	if err != nil {
		return err
	}
	if err := m.memory.Acquire(ctx, cost); err != nil {
		return err
	}
	defer m.memory.Release(cost)
	limited, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	err = read(limited, p, func(r io.Reader) error { return decode(r, use) })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("%w: it takes longer than %s: %w", ErrNoPicture, maxTime, limited.Err())
	}
	return err
}

// memory returns the number of bytes that decoding the picture may take.
func memory(ctx context.Context, p Picture) (cost int64, err error) {
	err = read(ctx, p, func(r io.Reader) error {
		head, h, ok := begin(r)
		if ok {
			cost = h.memory()
			return nil
		}
		c, format, err := image.DecodeConfig(io.MultiReader(bytes.NewReader(head), r))
		if err != nil {
			return err
		}
		if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
			return fmt.Errorf("it has %d x %d pixels", c.Width, c.Height)
		}
		if cost = need(format, c, p.Size); cost > maxMemory {
			return fmt.Errorf("it takes %d MiB to decode", cost>>20)
		}
		return nil
	})
	return cost, err
}

// read opens the picture and passes its bytes to decode, until ctx ends. An error or a panic of decode is an
// ErrNoPicture, one of the file is not.
func read(ctx context.Context, p Picture, decode func(io.Reader) error) (err error) {
	rc, err := p.Open()
	if err != nil {
		return err
	}
	file := &bounded{ctx: ctx, from: bufio.NewReaderSize(rc, 64<<10)}
	err = survive(func() error {
		if err := whole(file.from, p.Size); err != nil {
			return err
		}
		return decode(file)
	})
	if cerr := rc.Close(); cerr != nil {
		return cerr
	}
	if file.err != nil && file.err != io.EOF {
		return file.err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	return nil
}

// survive calls a decoder and returns a panic in it as an error.
func survive(decode func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	return decode()
}

// bounded reads until ctx ends. It returns few bytes at a time, since a picture can make a decoder work long for a few:
// a JPEG may have a thousand passes over all of its pixels in some kilobytes.
type bounded struct {
	ctx  context.Context
	from *bufio.Reader
	err  error // the last
}

func (b *bounded) Read(p []byte) (n int, err error) {
	if b.err = b.ctx.Err(); b.err == nil {
		n, b.err = b.from.Read(p[:min(len(p), 512)])
	}
	return n, b.err
}
