package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/watch"
	"github.com/sweepd/sweepd/providers"
)

// unheard is how long a Wait lasts at most while some root cannot be watched.
const unheard = 15 * time.Minute

// watcher watch for changes below the roots. The first Wait opens them: a scan does not need them.
type watcher struct {
	mu      sync.Mutex
	watcher *watch.Watcher
}

// open returns the watcher; first reports whether this call has opened it.
func (e *watcher) open(o watch.Options) (w *watch.Watcher, first bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.watcher == nil {
		first = true
		e.watcher, err = watch.New(o)
	}
	return e.watcher, first, err
}

// close closes the watcher, if a Wait has opened it.
func (e *watcher) close() error {
	if e.watcher == nil {
		return nil
	}
	return e.watcher.Close()
}

// Wait implements providers.Driver by the kernel's notifications for each folder. The first call returns at once:
// earlier changes were not watched. While some root cannot be watched, Wait returns after a quarter of an hour; if
// none can, it returns errors.ErrUnsupported with the reason.
func (d *Driver) Wait(ctx context.Context, _ providers.Cursor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, first, err := d.watcher.open(watch.Options{
		Roots: d.Roots(), CrossMounts: d.o.CrossMounts, Exclude: d.leaves, Interest: d.o.Interest,
	})
	if err != nil {
		return fmt.Errorf("watch the folders: %w", err)
	}
	if first {
		return nil
	}
	state := w.State()
	switch {
	case len(state.Polling) == 0:
		return w.Wait(ctx)
	case state.Folders == 0:
		return fmt.Errorf("%w: %s", errors.ErrUnsupported, state.Why)
	}
	short, cancel := context.WithTimeout(ctx, unheard)
	defer cancel()
	// If only the pause is over, something may have changed in a root that is not watched.
	if err := w.Wait(short); ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// leaves reports whether a listing leaves out a folder with all below it.
func (d *Driver) leaves(path string) bool {
	for _, r := range d.roots {
		if _, in := disk.Below(r.Path, path); in && path != r.Path {
			return d.rules.skips(r.Path, path)
		}
	}
	return d.bin != "" && path == filepath.Clean(d.bin)
}
