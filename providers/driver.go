package providers

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Driver is one open storage of one kind. The contract, for both sides:
//
//   - Every method may be called from several goroutines at once, until Close, which is called once, after everything
//     else has returned.
//   - When ctx ends, a method returns soon, with an error that wraps ctx.Err().
//   - Errors are the service's own, wrapped with what was being done; errors.Is distinguishes the kinds below. An error
//     of no known kind means "not known", never "gone".
//   - A driver lists and stats only the files that the caller asked for when opening it, and writes nothing except in
//     Trash, Settle, Restore, Purge, Gone and EmptyTrash.
//   - The caller acts only through Storage, which enforces the other rules.
type Driver interface {
	// Can returns what this account may do. It is constant while the driver is open.
	Can() Can

	// Changes lists what changed since a cursor; if since is "", it lists everything. A file may be listed more than
	// once; the later entry counts. A Change with an empty Ref is a checkpoint. A complete listing ends with a
	// checkpoint; one that ends without is partial, and the caller must conclude nothing from the files that it did
	// not list. An error of type *UnlistedError names one place that could not be listed, and the listing continues;
	// any other error ends it. ErrExpired: since is too old, or is of a driver that was opened to list other files;
	// start again from "".
	Changes(ctx context.Context, since Cursor) iter.Seq2[Change, error]

	// Wait returns nil when there may be something after since. It is a hint: the caller lists to find out.
	Wait(ctx context.Context, since Cursor) error

	// Stat returns the file ref as it is now, or fs.ErrNotExist. A file in the trash does not exist.
	Stat(ctx context.Context, ref Ref) (Entry, error)

	// ReadRange returns a reader of n bytes at off, fewer if the file ends before, of exactly that revision, whether
	// or not the file has a newer one. Otherwise ReadRange itself, or at the latest the reader's Read or Close,
	// returns ErrChanged. The caller closes the reader.
	ReadRange(ctx context.Context, ref Ref, rev Revision, off, n int64) (io.ReadCloser, error)

	// Thumbnail returns a small picture of exactly that revision, else ErrChanged: a JPEG or PNG whose longer side
	// has about side pixels. fs.ErrNotExist: the storage has none of this file. The caller closes the reader.
	Thumbnail(ctx context.Context, ref Ref, rev Revision, side int) (io.ReadCloser, error)

	// Guards returns which of the guards hold that revision of the file, or ErrChanged if the file is at another. A
	// guard that does not apply to this kind of storage holds no file; one that cannot find out holds the file, or
	// returns an error.
	Guards(ctx context.Context, ref Ref, rev Revision, of []Guard) ([]Held, error)

	// Trash moves the file to the storage's own trash if it is still at rev. It returns ErrChanged if it is not,
	// ErrBusy if a program is writing to it, and ErrProtected if the storage has a reason never to delete it. After
	// an error the file is where it was, unless the error is ErrUncertain. Called again with the key of a call that
	// succeeded, it moves nothing and returns that call's receipt.
	Trash(ctx context.Context, key string, ref Ref, rev Revision) (Receipt, error)

	// Settle finds out what became of a Trash under that key which never returned. It returns the receipt if the file
	// is in the trash, and fs.ErrNotExist if it was not moved; then nothing of the attempt is left. It never starts a
	// move. If the move took the wrong file, Settle puts that back.
	Settle(ctx context.Context, key string, ref Ref, rev Revision) (Receipt, error)

	// Restore puts a trashed file back under its old name. It never overwrites: it returns fs.ErrExist if the name is
	// taken and can be given only once, and fs.ErrNotExist if the file is no longer in the trash. Called again after
	// a success it changes nothing and returns the same Entry.
	Restore(ctx context.Context, r Receipt) (Entry, error)

	// Purge deletes that one file for good, only while it is in the trash and matches the receipt; it returns
	// ErrChanged if it does not match. It returns nil only after it has deleted the file and has seen that it is
	// gone, and fs.ErrNotExist if it was gone before.
	Purge(ctx context.Context, r Receipt) error

	// Gone reports whether the file of the receipt has left the trash, deleted or brought back, by any program. If
	// so, it also removes what an interrupted operation left of it. An error means "not known".
	Gone(ctx context.Context, r Receipt) (bool, error)

	// Trashed lists every bin of the storage, both our entries and those of other programs, including entries that
	// cannot be restored. An *UnlistedError names a bin or an entry that could not be read, and the listing
	// continues.
	Trashed(ctx context.Context) iter.Seq2[Trashed, error]

	// ReadTrashed is ReadRange for a file in the trash. It returns ErrChanged if the file no longer matches the
	// receipt, and fs.ErrNotExist if it is not there.
	ReadTrashed(ctx context.Context, r Receipt, off, n int64) (io.ReadCloser, error)

	// Free returns how many bytes can still be stored, by the name of the space: two storages that share a space give
	// it the same name. The caller reads here how much a purge gave back; it does not compute it.
	Free(ctx context.Context) (map[string]int64, error)

	// EmptyTrash deletes everything in the bin for good, including files that other programs or the user put there.
	EmptyTrash(ctx context.Context) error

	// Close frees all that the driver holds open. The driver is not used again.
	Close() error
}

// Used is how much an open storage has used of its service and of the network so far. The sign-in is not included.
type Used struct {
	Calls int64 // requests sent, each try counted
	Bytes int64 // of the answers, as read
}

// Meter is a Driver that counts what it used.
type Meter interface{ Used() Used }

// Lister is implemented by a driver whose listings may pass many files before they name one.
type Lister interface {
	// Listed returns how many files of any kind its listings have passed so far. It may be called during a listing.
	Listed() int64
}

// Rester is a Driver that keeps something open between its calls.
type Rester interface {
	// Rest closes it, if no call is under way, so that a disk can be unmounted; the next call opens it again. Any
	// error is of closing alone.
	Rest() error
}

// Omitter is a Driver that knows which files its listing leaves out.
type Omitter interface {
	// Omits returns the reason if a listing leaves the file out, as an error that wraps ErrProtected or ErrOutside,
	// and nil if a listing has the file. Any other error means that the driver could not find out.
	Omits(ctx context.Context, ref Ref) error
}

// Can is a set of abilities. They differ per account, not per kind of storage, so they are data and not interfaces.
type Can uint16

// The abilities.
const (
	// CanTrash: Trash and Settle work.
	CanTrash Can = 1 << iota
	// CanRestore: Restore works.
	CanRestore
	// CanPurge: Purge deletes one file for good.
	CanPurge
	// CanListTrash: Trashed lists every bin of the storage.
	CanListTrash
	// CanEmptyTrash: EmptyTrash works.
	CanEmptyTrash
	// CanWait: Wait returns when something may have changed.
	CanWait
	// CanFollow: Changes since a cursor lists only what changed since then, and all of that, including the files that
	// are gone.
	CanFollow
	// CanReadWhole: reading files to their ends is cheap. If it is not, a scan reads only the parts that show where a
	// picture comes from, and the rest is read when the picture is about to be moved.
	CanReadWhole
	// CanThumbnail: the storage makes small pictures of its files.
	CanThumbnail
)

// Has reports whether c includes all of want.
func (c Can) Has(want Can) bool { return c&want == want }

// Unsupported gives a driver that embeds it every optional method: each changes nothing and returns an error that
// wraps errors.ErrUnsupported. Guards is not among them: a driver without guards has to implement it.
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
