package daemon

import (
	"context"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// hung is a storage that never answers.
type hung struct {
	providers.Driver
	forever chan struct{}
}

func (h hung) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	<-h.forever // even if ctx has ended, as on a network disk
	return h.Driver.Stat(ctx, ref)
}

// counted counts who has a storage open.
type counted struct {
	providers.Driver
	open *int
}

func (c counted) Close() error { *c.open--; return c.Driver.Close() }

// slow is a storage that takes its time over each file.
type slow struct {
	providers.Driver
	each time.Duration
}

func (s slow) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	time.Sleep(s.each)
	return s.Driver.Stat(ctx, ref)
}

// slowTrash is a storage whose moves take a while, and end even if ctx has ended.
type slowTrash struct {
	providers.Driver
	moving *atomic.Int64
}

func (s slowTrash) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	s.moving.Add(1)
	defer s.moving.Add(-1)
	time.Sleep(2 * time.Second)
	return s.Driver.Trash(context.WithoutCancel(ctx), key, ref, rev)
}

// shut is a storage from whose folders nothing can be moved as long as that holds.
type shut struct {
	providers.Driver
	why func() error
}

func (s shut) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := s.why(); err != nil {
		return "", err
	}
	return s.Driver.Trash(ctx, key, ref, rev)
}

// mute is a storage that gives no bytes.
type mute struct{ providers.Driver }

func (mute) ReadRange(context.Context, providers.Ref, providers.Revision, int64, int64) (io.ReadCloser, error) {
	return nil, errMood
}

// listed counts how often a storage is listed, and may break it.
type listed struct {
	providers.Driver
	times *atomic.Int64
	fails func() error
}

func (l listed) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	l.times.Add(1)
	if err := l.fails(); err != nil {
		return func(yield func(providers.Change, error) bool) { yield(providers.Change{}, err) }
	}
	return l.Driver.Changes(ctx, since)
}

func (h *house) listing(fails func() error) (times *atomic.Int64) {
	times = new(atomic.Int64)
	h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
		if name == "drive" {
			d = listed{d, times, fails}
		}
		return d, nil
	}
	return times
}
