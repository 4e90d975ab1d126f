package local

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// complete is the cursor after a whole listing. A disk keeps no history, so every listing starts from the beginning.
const complete providers.Cursor = "complete"

// Changes implements providers.Driver: it walks all roots. It silently leaves out a folder with a file called
// .nosweep, roots included, with all that is below it, and other mounts, unless CrossMounts is set.
func (d *Driver) Changes(ctx context.Context, _ providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(providers.Change{}, err)
			return
		}
		// The guards and the table of mounts are read anew for each listing.
		d.listings.Add(1)
		inner, cancel := context.WithCancel(ctx)
		w := &walk{
			Queue: roots.NewQueue(inner), ctx: inner, rules: &d.rules, batches: make(chan batch, d.o.Workers),
			used: make(chan []providers.Change, 2*d.o.Workers), listed: &d.listed,
		}
		// The roots are released last, after the workers, which open folders from them, have ended.
		var held []*roots.Root
		defer func() {
			for _, r := range held {
				r.Release()
			}
		}()
		defer w.End(cancel)
		for _, r := range d.roots {
			parts := d.parts(r)
			if len(parts) == 0 {
				continue
			}
			if err := r.Hold(); err != nil {
				if !yield(providers.Change{}, &providers.UnlistedError{Path: r.Path, Err: err}) {
					return
				}
				continue
			}
			held = append(held, r)
			for _, part := range parts {
				err := d.unlisted(r, part)
				if part == r.Path && errors.Is(err, providers.ErrProtected) {
					continue // the whole root has been left out
				}
				if err != nil && !yield(providers.Change{}, err) {
					return
				} else if err == nil {
					w.Push(roots.Folder{Root: r, Path: part, Base: r.Anchor()})
				}
			}
		}
		w.start(d.o.Workers)
		if w.deliver(yield) {
			yield(providers.Change{Next: complete, Seen: w.seen.Load()}, nil)
		}
	}
}

// unlisted returns an *UnlistedError for a root, or a part of one, that is empty, and for a part that is left out or
// missing. A root below a marker gives ErrProtected, which Changes passes over; the walk passes over a root with a
// marker of its own, like any folder.
func (d *Driver) unlisted(r *roots.Root, part string) error {
	rel, in := disk.Below(r.Path, part)
	if !in {
		rel = "."
	}
	fd, err := r.Open(rel, disk.FolderFlags)
	if err == nil {
		defer unix.Close(fd)
		err = notEmpty(fd)
	}
	above := cmp.Or(rootMarkedAbove(r), d.markedElsewhere(r))
	if in {
		above = d.leftOut(r, part)
	}
	switch {
	case above == nil || errors.Is(above, roots.ErrNoTable): // without one the root may be listed; a move asks again
	case in:
		err = errors.Join(above, err)
	default:
		err = above // also if it is empty
	}
	if err != nil {
		return &providers.UnlistedError{Path: part, Err: err}
	}
	return nil
}

// walk is one listing: workers take folders from a stack and send the files that they find in batches.
type walk struct {
	*roots.Queue
	ctx     context.Context
	rules   *rules
	batches chan batch              // closed by the last worker
	used    chan []providers.Change // delivered, to be filled again
	seen    atomic.Int64
	listed  *atomic.Int64 // of the driver
	working atomic.Int64
}

// batch is some files of a listing, and then perhaps the error of a place that could not be listed.
type batch struct {
	changes []providers.Change
	err     error
}

// batchSize is how many files a batch holds at most.
const batchSize = 256

// deliver yields all files and errors that the workers send, and reports whether yield took all of them.
func (w *walk) deliver(yield func(providers.Change, error) bool) bool {
	for b := range w.batches {
		for i := range b.changes {
			if !yield(b.changes[i], nil) {
				return false
			}
		}
		if b.err != nil && !yield(providers.Change{}, b.err) {
			return false
		}
		select {
		// If there is no room for it, a batch is left to the garbage collector.
		case w.used <- b.changes[:0]:
		default:
		}
		if w.ctx.Err() != nil {
			break
		}
	}
	if err := w.ctx.Err(); err != nil {
		yield(providers.Change{}, err)
		return false
	}
	return true
}

// start starts the workers. The last one that ends closes batches.
func (w *walk) start(workers int) {
	w.working.Store(int64(workers))
	for range workers {
		w.Work(func() {
			defer func() {
				if w.working.Add(-1) == 0 {
					close(w.batches)
				}
			}()
			newLister(w).run()
		})
	}
}

// send sends a batch, unless the context ends first.
func (w *walk) send(b batch) {
	select {
	case w.batches <- b:
	case <-w.ctx.Done():
	}
}

// notEmpty returns providers.ErrEmpty if there is nothing in the folder.
func notEmpty(folder int) error {
	fd, err := disk.OpenPiece(folder, ".", disk.FolderFlags, false)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), ".")
	defer f.Close()
	if _, err := f.Readdirnames(1); err != io.EOF {
		return err
	}
	return providers.ErrEmpty
}
