package providertest

import (
	"cmp"
	"context"
	"io"
	"iter"
	"sync"

	"github.com/sweepd/sweepd/providers"
)

// Fault makes one call of one method fail. A late fault is what a client sees of a connection that breaks after the
// server has acted: the caller must find out by Settle or Gone what has happened.
type Fault struct {
	Method string // "Trash"; for Changes and Trashed each element of the listing is a call
	Nth    int    // which call, from 1, counted per method; 0: every call
	Err    error
	Late   bool // the call is carried out, and then its answer is lost
}

// Faulty is a driver whose calls fail according to its faults. It may be used by several goroutines if the driver may;
// calls are counted in the order in which they begin.
type Faulty struct {
	providers.Driver
	faults []Fault

	mu    sync.Mutex
	calls map[string]int
}

// NewFaulty wraps d. The caller closes d, by itself or by the Close of the wrapper.
func NewFaulty(d providers.Driver, faults ...Fault) *Faulty {
	return &Faulty{Driver: d, faults: faults, calls: map[string]int{}}
}

// Calls returns how often the method was called so far.
func (f *Faulty) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// next counts a call and returns the error with which it fails, before it acts (early) or after (late); nil if it
// does not.
func (f *Faulty) next(method string) (early, late error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[method]++
	// The first fault that applies counts.
	for _, fault := range f.faults {
		if fault.Method != method || fault.Nth != 0 && fault.Nth != f.calls[method] {
			continue
		}
		if fault.Late {
			return nil, fault.Err
		}
		return fault.Err, nil
	}
	return nil, nil
}

// call runs one call of a method with its fault. If the fault is early, the method is not called; if it is late,
// its result is lost.
func call[T any](f *Faulty, method string, do func() (T, error)) (T, error) {
	var zero T
	early, late := f.next(method)
	if early != nil {
		return zero, early
	}
	v, err := do()
	if late != nil {
		return zero, late
	}
	return v, err
}

// The methods below are those of the driver, each with its fault.
//
// Close, Can and Thumbnail are those of the driver itself, and never fail by a fault.
func (f *Faulty) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	return call(f, "Stat", func() (providers.Entry, error) { return f.Driver.Stat(ctx, ref) })
}

func (f *Faulty) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	return call(f, "ReadRange", func() (io.ReadCloser, error) { return f.Driver.ReadRange(ctx, ref, rev, off, n) })
}

func (f *Faulty) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	return call(f, "Guards", func() ([]providers.Held, error) { return f.Driver.Guards(ctx, ref, rev, of) })
}

func (f *Faulty) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	return call(f, "Trash", func() (providers.Receipt, error) { return f.Driver.Trash(ctx, key, ref, rev) })
}

func (f *Faulty) Settle(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	return call(f, "Settle", func() (providers.Receipt, error) { return f.Driver.Settle(ctx, key, ref, rev) })
}

func (f *Faulty) Restore(ctx context.Context, r providers.Receipt) (providers.Entry, error) {
	return call(f, "Restore", func() (providers.Entry, error) { return f.Driver.Restore(ctx, r) })
}

func (f *Faulty) Purge(ctx context.Context, r providers.Receipt) error {
	_, err := call(f, "Purge", func() (struct{}, error) { return struct{}{}, f.Driver.Purge(ctx, r) })
	return err
}

func (f *Faulty) Gone(ctx context.Context, r providers.Receipt) (bool, error) {
	return call(f, "Gone", func() (bool, error) { return f.Driver.Gone(ctx, r) })
}

func (f *Faulty) ReadTrashed(ctx context.Context, r providers.Receipt, off, n int64) (io.ReadCloser, error) {
	return call(f, "ReadTrashed", func() (io.ReadCloser, error) { return f.Driver.ReadTrashed(ctx, r, off, n) })
}

func (f *Faulty) Free(ctx context.Context) (map[string]int64, error) {
	return call(f, "Free", func() (map[string]int64, error) { return f.Driver.Free(ctx) })
}

func (f *Faulty) EmptyTrash(ctx context.Context) error {
	_, err := call(f, "EmptyTrash", func() (struct{}, error) { return struct{}{}, f.Driver.EmptyTrash(ctx) })
	return err
}

func (f *Faulty) Wait(ctx context.Context, since providers.Cursor) error {
	_, err := call(f, "Wait", func() (struct{}, error) { return struct{}{}, f.Driver.Wait(ctx, since) })
	return err
}

func (f *Faulty) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return listing(f, "Changes", f.Driver.Changes(ctx, since))
}

func (f *Faulty) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return listing(f, "Trashed", f.Driver.Trashed(ctx))
}

// listing ends a listing with the error of the fault, if one matches an element.
func listing[T any](f *Faulty, method string, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			if early, late := f.next(method); early != nil || late != nil {
				var zero T
				// A late fault loses what follows the element.
				if late != nil && !yield(v, err) {
					return
				}
				yield(zero, cmp.Or(early, late))
				return
			}
			if !yield(v, err) {
				return
			}
		}
	}
}
