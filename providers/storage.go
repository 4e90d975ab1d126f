package providers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"time"
)

// Methods that only read return what the driver returns, with its errors wrapped. A method that changes something
// records the intent first: if Begin returns an error, the driver is not asked to change anything.

// Options are the options of a Storage.
type Options struct {
	// Roots are the paths inside which files may be moved, in the form of Entry.Path. If it is empty, no file may be
	// moved.
	Roots []string
	// Part means that the driver lists only a part of the storage: a file that a listing does not name may still
	// exist.
	Part bool
	// Protect are the guards that hold files here.
	Protect []Guard
	// Recorder writes the journal. If it is nil, the Storage is read-only: every method that would change something
	// returns ErrReadOnly.
	Recorder Recorder
}

// Storage is one open storage behind its guards. Files are deleted only through it. Its methods may be called from
// several goroutines at once.
type Storage struct {
	name string
	d    Driver
	o    Options
}

// NewStorage returns a Storage that guards d, under the name that the policy gives it. The Storage owns d from then
// on, and closes it.
func NewStorage(name string, d Driver, o Options) (*Storage, error) {
	if name == "" {
		return nil, errors.New("a storage needs a name")
	}
	return &Storage{name: name, d: d, o: o}, nil
}

// Name returns the storage's key in the policy.
func (s *Storage) Name() string { return s.name }

// Can returns what this account may do, even if this Storage is read-only: a plan that is only shown must be the one
// that would be carried out.
func (s *Storage) Can() Can { return s.d.Can() }

// Part reports whether even a complete listing covers only a part of the storage.
func (s *Storage) Part() bool { return s.o.Part }

// Changes is Driver.Changes.
func (s *Storage) Changes(ctx context.Context, since Cursor) iter.Seq2[Change, error] {
	return s.d.Changes(ctx, since)
}

// Wait is Driver.Wait.
func (s *Storage) Wait(ctx context.Context, since Cursor) error { return s.d.Wait(ctx, since) }

// Stat is Driver.Stat.
func (s *Storage) Stat(ctx context.Context, ref Ref) (Entry, error) {
	e, err := s.d.Stat(ctx, ref)
	return e, s.wrap("stat", string(ref), err)
}

// ReadRange reads from the file that e describes; see Driver.ReadRange.
func (s *Storage) ReadRange(ctx context.Context, e Entry, off, n int64) (io.ReadCloser, error) {
	rc, err := s.d.ReadRange(ctx, e.Ref, e.Revision, off, n)
	return rc, s.wrap("read", e.Path, err)
}

// Thumbnail returns a small picture of the file that e describes; see Driver.Thumbnail.
func (s *Storage) Thumbnail(ctx context.Context, e Entry, side int) (io.ReadCloser, error) {
	rc, err := s.d.Thumbnail(ctx, e.Ref, e.Revision, side)
	return rc, s.wrap("get a thumbnail of", e.Path, err)
}

// Omits returns why no scan finds the file that e describes, though it exists; nil if a scan does. See Omitter.
func (s *Storage) Omits(ctx context.Context, e Entry) error {
	if !s.inside(e.Path) {
		return ErrOutside
	}
	if o, ok := s.d.(Omitter); ok {
		return o.Omits(ctx, e.Ref)
	}
	return nil
}

// Rest closes what the driver keeps open between calls; see Rester.
func (s *Storage) Rest() error {
	if r, ok := s.d.(Rester); ok {
		return s.wrap("let go of", "", r.Rest())
	}
	return nil
}

// Roots returns the paths inside which files may be moved.
func (s *Storage) Roots() []string { return s.o.Roots }

// Guards returns which of the configured guards hold the file that e describes; see Driver.Guards.
func (s *Storage) Guards(ctx context.Context, e Entry) ([]Held, error) {
	if len(s.o.Protect) == 0 {
		return nil, nil
	}
	held, err := s.d.Guards(ctx, e.Ref, e.Revision, s.o.Protect)
	return held, s.wrap("ask the guards of", e.Path, err)
}

// Online reports whether the bytes of the file that e describes are only online, so that reading it would fetch them.
func (s *Storage) Online(ctx context.Context, e Entry) (bool, error) {
	held, err := s.d.Guards(ctx, e.Ref, e.Revision, []Guard{GuardPlaceholder})
	return len(held) > 0, s.wrap("ask where the bytes are of", e.Path, err)
}

// Trashed is Driver.Trashed.
func (s *Storage) Trashed(ctx context.Context) iter.Seq2[Trashed, error] { return s.d.Trashed(ctx) }

// ReadTrashed reads from a file in the trash; see Driver.ReadTrashed.
func (s *Storage) ReadTrashed(ctx context.Context, t Trashed, off, n int64) (io.ReadCloser, error) {
	rc, err := s.d.ReadTrashed(ctx, t.Receipt, off, n)
	return rc, s.wrap("read in the trash", t.Path, err)
}

// Free is Driver.Free.
func (s *Storage) Free(ctx context.Context) (map[string]int64, error) {
	free, err := s.d.Free(ctx)
	return free, s.wrap("ask for the free space of", "", err)
}

// Progress returns a number that changes while a listing makes progress, also if it names no file for a long time: the
// bytes that came from the service, and the files that were passed on a disk.
func (s *Storage) Progress() int64 {
	n := s.Used().Bytes
	if l, ok := s.d.(Lister); ok {
		n += l.Listed()
	}
	return n
}

// Used returns what the storage has used so far; the zero Used if the driver does not count, as on a local disk.
func (s *Storage) Used() Used {
	if m, ok := s.d.(Meter); ok {
		return m.Used()
	}
	return Used{}
}

// Close closes the driver.
func (s *Storage) Close() error { return s.d.Close() }

// Trash moves e to the storage's trash, if it is inside the roots, still at e.Revision and held by no guard. The
// intent is durable before the move and the outcome after it. The order makes a crash at any line recoverable: roots,
// same revision, guards, Begin, driver, End. The driver compares the revision again when it moves, so that the
// guards' findings on the file itself are still true then. If only End fails, the file is in the trash, Trash returns
// the receipt with the error, and Finish completes the record later.
func (s *Storage) Trash(ctx context.Context, e Entry, cause Cause) (Receipt, error) {
	now, err := s.examine(ctx, e)
	if err == nil && !cause.Approved {
		err = s.unheld(ctx, now)
	}
	if err != nil {
		return "", s.wrap("trash", e.Path, err)
	}
	now.Hashes = now.Hashes.Or(e.Hashes) // of the same revision
	op := Op{Kind: OpTrash, Storage: s.name, Entry: now, Cause: cause}
	key, err := s.o.Recorder.Begin(ctx, op)
	if err != nil {
		return "", s.wrap("trash", e.Path, fmt.Errorf("the intent could not be recorded: %w", err))
	}
	var r Receipt
	ctx = s.fenced(ctx)
	if err = Fenced(ctx); err == nil {
		r, err = s.d.Trash(ctx, key, e.Ref, e.Revision)
	}
	return r, s.end(ctx, key, op, Outcome{Receipt: r, Err: err})
}

// fenced returns a context with which Fenced asks the recorder.
func (s *Storage) fenced(ctx context.Context) context.Context {
	return context.WithValue(ctx, fencedKey{}, func() error { return s.o.Recorder.Fenced(s.name) })
}

// examine stats e again and returns the new Entry. It returns ErrOutside if that is outside the roots, and ErrChanged
// if it is at another revision.
func (s *Storage) examine(ctx context.Context, e Entry) (Entry, error) {
	if s.o.Recorder == nil {
		return Entry{}, ErrReadOnly
	}
	now, err := s.d.Stat(ctx, e.Ref)
	if err != nil {
		return Entry{}, err
	}
	// The file may have been moved into the roots, or out of them, since it was examined.
	if !s.inside(now.Path) || !s.inside(e.Path) {
		return Entry{}, ErrOutside
	}
	// An entry without a revision was never examined.
	if now.Ref != e.Ref || now.Revision != e.Revision || e.Revision == "" {
		return Entry{}, ErrChanged
	}
	return now, nil
}

// unheld returns a ProtectedError if a guard holds the file.
func (s *Storage) unheld(ctx context.Context, e Entry) error {
	held, err := s.Guards(ctx, e)
	if err == nil && len(held) > 0 {
		// One guard is enough for a refusal.
		err = &ProtectedError{held[0]}
	}
	return err
}

// inside reports whether p is below one of the roots, by its names alone; a driver resolves links itself.
func (s *Storage) inside(p string) bool {
	// A path that is not clean may lead out of the root that it begins with.
	if p != path.Clean(p) {
		return false
	}
	for _, root := range s.o.Roots {
		if rest, ok := strings.CutPrefix(p, strings.TrimSuffix(path.Clean(root), "/")); ok &&
			len(rest) > 1 && rest[0] == '/' {
			return true
		}
	}
	return false
}

// Restore undoes the trash operation that returned the receipt. The hashes of e, if any, are those of the file in the
// trash; Restore adds them to the record of the restored file.
func (s *Storage) Restore(ctx context.Context, e Entry, r Receipt, cause Cause) (Entry, error) {
	var back Entry
	err := s.act(ctx, Op{Kind: OpRestore, Storage: s.name, Entry: e, Receipt: r, Cause: cause},
		func(ctx context.Context) (_ Entry, err error) {
			back, err = s.d.Restore(ctx, r)
			back.Hashes = back.Hashes.Or(e.Hashes)
			return back, err
		})
	return back, err
}

// Purge deletes the one trashed file that the receipt names for good.
func (s *Storage) Purge(ctx context.Context, e Entry, r Receipt, cause Cause) error {
	op := Op{Kind: OpPurge, Storage: s.name, Entry: e, Receipt: r, Cause: cause}
	return s.act(ctx, op, func(ctx context.Context) (Entry, error) {
		if err := s.o.Recorder.Confirm(ctx, s.name); err != nil {
			return Entry{}, err
		}
		return Entry{}, s.d.Purge(ctx, r)
	})
}

// NoteGone records that the file of the receipt has left the trash by no operation that is recorded as done; it fails
// if the file is still there. back is the file in its old place, or the zero Entry if it is not there. NoteGone
// touches no file, but may clean up what an interrupted operation left beside one.
func (s *Storage) NoteGone(ctx context.Context, e Entry, r Receipt, cause Cause) (back Entry, err error) {
	gone, err := s.d.Gone(ctx, r)
	if err == nil && !gone {
		err = errStillThere
	}
	if err == nil {
		back, err = s.inPlace(ctx, e)
	}
	if err != nil {
		return Entry{}, s.wrap("look for", e.Path, err)
	}
	op := Op{Kind: OpGone, Storage: s.name, Entry: e, Receipt: r, Cause: cause}
	return back, s.act(ctx, op, func(context.Context) (Entry, error) { return back, nil })
}

var errStillThere = errors.New("the file is in the trash")

// inPlace returns the file in its old place, if one of the same size and modification time is there; else the zero
// Entry. Bringing a file back changes neither.
func (s *Storage) inPlace(ctx context.Context, e Entry) (Entry, error) {
	now, err := s.d.Stat(ctx, e.Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrOutside):
		return Entry{}, nil
	case err != nil || now.Size != e.Size || !sameTime(now.Modified, e.Modified):
		return Entry{}, err
	}
	return now, nil
}

// sameTime compares times to the microsecond, as the record keeps them.
func sameTime(a, b time.Time) bool { return a.UnixMicro() == b.UnixMicro() }

// EmptyTrash deletes everything in the bin for good.
func (s *Storage) EmptyTrash(ctx context.Context, cause Cause) error {
	op := Op{Kind: OpEmpty, Storage: s.name, Cause: cause}
	return s.act(ctx, op, func(ctx context.Context) (Entry, error) {
		if err := s.o.Recorder.Confirm(ctx, s.name); err != nil {
			return Entry{}, err
		}
		return Entry{}, s.d.EmptyTrash(ctx)
	})
}

// Finish completes the record of an operation that began under key and never ended. It makes no new decision. A trash
// that had not moved its file is abandoned (the error wraps fs.ErrNotExist) and never carried out late, because the
// file may no longer be due. Neither is a purge, which cannot be undone: if the file is still there, the purge ends
// as ErrInterrupted, and the next run begins a new one if the file is still due. A restore is done again: a person
// asked for it and it harms nothing.
func (s *Storage) Finish(ctx context.Context, key string, op Op) (Receipt, error) {
	if s.o.Recorder == nil {
		return "", s.wrap("finish", op.Entry.Path, ErrReadOnly)
	}
	o := Outcome{Receipt: op.Receipt}
	switch op.Kind {
	case OpTrash:
		o.Receipt, o.Err = s.d.Settle(ctx, key, op.Entry.Ref, op.Entry.Revision)
	case OpRestore:
		o.Restored, o.Err = s.d.Restore(ctx, op.Receipt)
	case OpPurge:
		o.Err = s.purged(ctx, op)
	case OpGone:
		o.Err = ErrInterrupted // the next run looks again
	default:
		o.Err = fmt.Errorf("%s was interrupted: %w", op.Kind, errors.ErrUnsupported)
	}
	if o.Err != nil && !settled(o.Err) {
		return "", s.wrap("finish", op.Entry.Path, o.Err) // not known yet: the record stays open
	}
	return o.Receipt, s.end(ctx, key, op, o)
}

// purged returns nil if the file of an interrupted purge has left the trash and is not back in its place; else
// ErrInterrupted, or ctx.Err() if ctx has ended.
func (s *Storage) purged(ctx context.Context, op Op) error {
	gone, err := s.d.Gone(ctx, op.Receipt)
	var back Entry
	if err == nil && gone {
		back, err = s.inPlace(ctx, op.Entry)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && gone && back.Ref == "":
		return nil
	}
	return ErrInterrupted
}

// settled reports whether err means for certain that an interrupted operation has no further effect.
func settled(err error) bool {
	if errors.Is(err, ErrUncertain) {
		return false
	}
	for _, kind := range []error{fs.ErrNotExist, fs.ErrExist, ErrChanged, ErrInterrupted, errors.ErrUnsupported} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// act runs do between the two journal rows, unless this process may no longer carry it out.
func (s *Storage) act(ctx context.Context, op Op, do func(context.Context) (Entry, error)) error {
	if s.o.Recorder == nil {
		return s.wrap(string(op.Kind), op.Entry.Path, ErrReadOnly)
	}
	key, err := s.o.Recorder.Begin(ctx, op)
	if err != nil {
		return s.wrap(string(op.Kind), op.Entry.Path, fmt.Errorf("the intent could not be recorded: %w", err))
	}
	var restored Entry
	ctx = s.fenced(ctx)
	if err = Fenced(ctx); err == nil {
		restored, err = do(ctx)
	}
	return s.end(ctx, key, op, Outcome{Receipt: op.Receipt, Restored: restored, Err: err})
}

// end records the outcome and returns the operation's and the recorder's errors joined. An uncertain operation has no
// outcome: the record stays open for Finish.
func (s *Storage) end(ctx context.Context, key string, op Op, o Outcome) error {
	if errors.Is(o.Err, ErrUncertain) {
		return s.wrap(string(op.Kind), op.Entry.Path, o.Err)
	}
	err := pathless(op.Entry.Path, o.Err)
	if rerr := s.o.Recorder.End(context.WithoutCancel(ctx), key, o); rerr != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrUnrecorded, rerr))
	}
	return s.wrap(string(op.Kind), op.Entry.Path, err)
}

// wrap adds the operation, the storage and the path to err; it returns nil if err is nil.
func (s *Storage) wrap(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Storage: s.name, Path: path, Err: pathless(path, err)}
}

// pathless returns the error in an *fs.PathError of that path, so that the path is shown once. An error that has more
// than the *fs.PathError in it keeps all of it.
func pathless(path string, err error) error {
	if named, ok := err.(*fs.PathError); ok && named.Path == path {
		return named.Err
	}
	return err
}
