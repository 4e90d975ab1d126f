package providers

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Driver is one open storage of one kind. Promises, both ways:
//
//   - Every method may be called from several goroutines at once, until Close,
//     which is called once, after everything else has returned.
//   - When ctx ends, a method returns soon, with an error that wraps ctx.Err().
//   - Errors are the service's own, wrapped with what was being done; the
//     kinds below are told by errors.Is. An error of no known kind means
//     "not known", never "gone".
//   - A driver lists and stats only what the caller said to be of interest
//     when opening it, and writes nothing except in Trash, Settle, Restore,
//     Purge, Gone and EmptyTrash.
//   - The caller acts only through Storage, which upholds the rest.
type Driver interface {
	// Can says what this account may do. It is constant while open.
	Can() Can

	// Changes lists what changed since a cursor; since "" it lists everything.
	// A file may come more than once; the later one counts. A Change with an
	// empty Ref is a checkpoint. A complete listing ends with a checkpoint;
	// one that ends without is partial, and nothing may be concluded from what
	// it did not name. An error of type *UnlistedError names one place that
	// could not be looked into, and the listing goes on; after any other error
	// it is over. ErrExpired: since is too old, or is of a driver that was opened
	// to list other files; start again from "".
	Changes(ctx context.Context, since Cursor) iter.Seq2[Change, error]

	// Wait returns nil when there may be something after since: a hint, never
	// the truth.
	Wait(ctx context.Context, since Cursor) error

	// Stat describes the file ref as it is now. A file in the trash does not
	// exist: fs.ErrNotExist.
	Stat(ctx context.Context, ref Ref) (Entry, error)

	// ReadRange reads n bytes at off, fewer where the file ends before, of
	// exactly that revision, whether or not the file has a newer one; else
	// ErrChanged, from ReadRange itself or at the latest from the reader's Read
	// or Close. The caller closes the reader.
	ReadRange(ctx context.Context, ref Ref, rev Revision, off, n int64) (io.ReadCloser, error)

	// Thumbnail is a small picture of exactly that revision, else ErrChanged: a
	// JPEG or PNG whose longer side has about so many pixels. fs.ErrNotExist:
	// the storage has none of this file. The caller closes the reader.
	Thumbnail(ctx context.Context, ref Ref, rev Revision, side int) (io.ReadCloser, error)

	// Guards says which of the guards hold that revision of the file, else
	// ErrChanged. A guard that means nothing to this kind of storage holds no
	// file; one that cannot tell holds it, or is an error.
	Guards(ctx context.Context, ref Ref, rev Revision, of []Guard) ([]Held, error)

	// Trash moves the file to the storage's own trash if it is still at rev,
	// else ErrChanged; ErrBusy if somebody is writing to it; ErrProtected if
	// the storage has a reason never to delete it, whoever asks. After an error the file is
	// where it was, unless the error is ErrUncertain. Called again with the key of a call that succeeded, it
	// moves nothing and returns that call's receipt.
	Trash(ctx context.Context, key string, ref Ref, rev Revision) (Receipt, error)

	// Settle says what became of a Trash of that key which never answered: its
	// receipt if the file is in the trash; fs.ErrNotExist if it was not moved,
	// and then nothing of the attempt is left. It never starts a move; one
	// that got the wrong file it puts back.
	Settle(ctx context.Context, key string, ref Ref, rev Revision) (Receipt, error)

	// Restore puts a trashed file back under its old name and never
	// overwrites: fs.ErrExist, where a name can be given only once. No longer in the trash: fs.ErrNotExist. Called
	// again after a success it changes nothing and returns the same Entry.
	Restore(ctx context.Context, r Receipt) (Entry, error)

	// Purge deletes for good that one file, only while it is in the trash and
	// is what the receipt says, else ErrChanged, and returns nil only after it
	// has deleted it and seen it gone. If it was gone before: fs.ErrNotExist.
	Purge(ctx context.Context, r Receipt) error

	// Gone reports whether the file of the receipt has left the trash, deleted
	// or brought back, by whatever program; then it removes what an interrupted
	// operation left behind of it. An error means "not known".
	Gone(ctx context.Context, r Receipt) (bool, error)

	// Trashed lists every bin of the storage, ours and others' entries, those
	// too that nobody can restore. An *UnlistedError names a bin or an entry
	// that could not be looked into, and the listing goes on.
	Trashed(ctx context.Context) iter.Seq2[Trashed, error]

	// ReadTrashed is ReadRange for a file in the trash; ErrChanged when it is
	// no longer what the receipt says, fs.ErrNotExist when it is not there.
	ReadTrashed(ctx context.Context, r Receipt, off, n int64) (io.ReadCloser, error)

	// Free is how many bytes can still be stored, by the name of the space:
	// two storages that share a space give it the same name. What a purge gave
	// back is seen here, not computed.
	Free(ctx context.Context) (map[string]int64, error)

	// EmptyTrash deletes for good everything in the bin, whoever put it there.
	EmptyTrash(ctx context.Context) error

	Close() error
}

// Used is what an open storage cost its service, and the line to it, so far. The
// sign-in is not in it.
type Used struct {
	Calls int64 // requests sent, each try counted
	Bytes int64 // of the answers, as read
}

// Meter is a Driver that knows what it used.
type Meter interface{ Used() Used }

// Rester is a Driver that holds something open between its calls.
type Rester interface {
	// Rest lets go of it, as far as no call is under way, so that a disk can be
	// unmounted; the next call takes it up again. Any error is of closing alone.
	Rest() error
}

// Omitter is a Driver that knows files which its listing leaves out.
type Omitter interface {
	// Omits returns why a listing leaves the file out, as an error that wraps
	// ErrProtected or ErrOutside; nil if it does not. Any other error says that this
	// could not be found out.
	Omits(ctx context.Context, ref Ref) error
}

// Can is a set of abilities. They differ per account, not per kind of storage,
// so they are data and not interfaces.
type Can uint16

// The abilities.
const (
	CanTrash Can = 1 << iota
	CanRestore
	CanPurge
	CanListTrash
	CanEmptyTrash
	CanWait
	// CanFollow: Changes since a cursor names only what changed since then, and
	// all of that, the files that are gone included.
	CanFollow
	// CanReadWhole: reading files to their ends is cheap. Where it is not, a scan
	// reads only the parts that say where a picture comes from, and the rest is
	// read when the picture is about to be moved.
	CanReadWhole
	CanThumbnail
)

// Has reports whether c includes all of want.
func (c Can) Has(want Can) bool { return c&want == want }

// Unsupported gives a driver that embeds it every optional method: each
// changes nothing and returns an error that wraps errors.ErrUnsupported. That
// no guard holds a file, a driver has to say itself.
type Unsupported struct{}

func (Unsupported) Wait(context.Context, Cursor) error { return errors.ErrUnsupported }

func (Unsupported) Thumbnail(context.Context, Ref, Revision, int) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}

func (Unsupported) Trash(context.Context, string, Ref, Revision) (Receipt, error) {
	return "", errors.ErrUnsupported
}

func (Unsupported) Settle(context.Context, string, Ref, Revision) (Receipt, error) {
	return "", errors.ErrUnsupported
}

func (Unsupported) Restore(context.Context, Receipt) (Entry, error) {
	return Entry{}, errors.ErrUnsupported
}

func (Unsupported) Purge(context.Context, Receipt) error { return errors.ErrUnsupported }

func (Unsupported) Gone(context.Context, Receipt) (bool, error) { return false, errors.ErrUnsupported }

func (Unsupported) Trashed(context.Context) iter.Seq2[Trashed, error] {
	return func(yield func(Trashed, error) bool) { yield(Trashed{}, errors.ErrUnsupported) }
}

func (Unsupported) ReadTrashed(context.Context, Receipt, int64, int64) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}

func (Unsupported) Free(context.Context) (map[string]int64, error) {
	return nil, errors.ErrUnsupported
}

func (Unsupported) EmptyTrash(context.Context) error { return errors.ErrUnsupported }
