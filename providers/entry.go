package providers

import (
	"path"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Ref names one file inside its storage for as long as the file exists: a path below a root, or a file id. It is
// opaque outside its driver, and holds bytes that need not be text.
type Ref string

// Revision names one state of a file's bytes and identity. Two equal revisions of one Ref are the same file with the
// same content. It is opaque outside its driver.
type Revision string

// Cursor is a place in a storage's change history. The caller returns it unchanged; "" is before everything.
type Cursor string

// Receipt is what a driver needs to restore or purge one trashed file. It is opaque outside its driver and stays
// valid in later processes.
type Receipt string

// Entry is one file as a listing or Stat saw it.
type Entry struct {
	Ref      Ref
	Revision Revision

	// Path is where the user finds the file: absolute on a local disk, slash-separated below the account's top
	// elsewhere. It is bytes, not necessarily UTF-8, and no driver acts on the file by it.
	Path string

	Size     int64     // bytes
	Modified time.Time // of the content, according to the storage; UTC
	Created  time.Time // when the file came to be here; zero where the storage does not know
	// Changed is set if Created is zero: the last change of the file or of its name, rights or tags; zero if the
	// storage does not know it.
	Changed time.Time

	// Weak means that Revision may not distinguish a replaced file from the old one (a file system without birth
	// times): the caller must examine the bytes again before it acts on the file later.
	Weak bool

	// The fields below are what the storage reports without reading a byte of the file; zero if it does not report
	// it. A caller that has read all of the file may add hashes.
	Hashes
	Starred    bool   // it has a star
	Shared     bool   // other people can see it
	Camera     string // make and model of the camera that took it
	Properties string // what programs noted on it: "key=value", sorted, one a line
}

// Name returns the last element of Path.
func (e Entry) Name() string { return path.Base(e.Path) }

// Change is one element of a listing: a file that is there (again), a file that is gone, or - if Entry.Ref is empty -
// a checkpoint.
type Change struct {
	Entry Entry
	Gone  bool // the file Entry.Ref is no longer in the storage; only Ref is set

	// Next and Seen are set on a checkpoint only. Changes(Next) continues after everything that was listed before it.
	// Seen is how many files of any kind, of interest or not, were listed since the checkpoint before. In a listing
	// that continues from a cursor (CanFollow), Seen is how many files exist as far as the cursor knows, changed or
	// not, and never more.
	Next Cursor
	Seen int64
}

// Checkpoint reports whether c carries no file, only Next and Seen.
func (c Change) Checkpoint() bool { return c.Entry.Ref == "" }

// Trashed is one entry of a storage's trash bin, of sweepd or of another program.
type Trashed struct {
	Receipt Receipt // "" exactly if Left is set
	Path    string  // where it was, as far as the bin knows; else its name in the bin
	Size    int64   // bytes; of a folder as in the bin, or 0

	// Deleted is when it was put there, as the bin records it; zero if it does not. A wrong clock or another program
	// may have written it.
	Deleted time.Time
	// Since is the latest time at which it can have been put there, from a source that no program can set back; zero
	// if the storage has none.
	Since time.Time

	// Left is why the entry is left alone regardless of the policy, as in "a folder" or "nothing says where it was".
	// It is zero for a file that can be restored and purged.
	Left language.Message
}

// Name returns the last element of Path.
func (t Trashed) Name() string { return path.Base(t.Path) }
