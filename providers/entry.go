package providers

import (
	"path"
	"time"
)

// Ref names one file for good inside its storage: a path below a root, a file
// id. It is opaque outside its driver, and bytes rather than text.
type Ref string

// Revision names one state of a file's bytes and identity. Two equal revisions
// of one Ref are the same file with the same content. It is opaque outside its
// driver.
type Revision string

// Cursor is a place in a storage's change history. It is handed back as it
// came; "" is before everything.
type Cursor string

// Receipt is what a driver needs to restore or purge one trashed file. It is
// opaque outside its driver and outlives the process that got it.
type Receipt string

// Entry is one file as a listing or Stat saw it.
type Entry struct {
	Ref      Ref
	Revision Revision

	// Path is where a person finds the file: absolute on a local disk,
	// slash-separated below the account's top elsewhere. It is bytes, not
	// necessarily UTF-8, and never used to act on the file.
	Path string

	Size     int64     // bytes
	Modified time.Time // of the content, as the storage says; UTC
	Created  time.Time // when the file came to be here; zero where the storage does not know
	Changed  time.Time // where Created is zero: the last change of the file or of its name, rights or tags; zero where the storage does not know

	// Weak says that Revision may fail to tell a replaced file from the old
	// one (a file system without birth times): whoever acts on it later must
	// examine the bytes again.
	Weak bool

	// What the storage says of the file without a byte being read; zero where
	// it does not say it. Whoever has read all of the file may add hashes.
	Hashes
	Starred    bool   // a person gave it a star
	Shared     bool   // other people can see it
	Camera     string // make and model of the camera that took it
	Properties string // what programs noted on it: "key=value", sorted, one a line
}

// Name is the last element of Path.
func (e Entry) Name() string { return path.Base(e.Path) }

// Change is one element of a listing: a file that is there (again), a file
// that is gone, or - when Entry.Ref is empty - a checkpoint.
type Change struct {
	Entry Entry
	Gone  bool // the file Entry.Ref is no longer in the storage; only Ref is set

	// Next and Seen are set on a checkpoint only: everything before it need
	// not be listed again when Changes is called with Next, and Seen files of
	// any kind, of interest or not, passed since the checkpoint before. In a
	// listing that goes on from a cursor (CanFollow) Seen is how many files are
	// there as far as the cursor knows, changed or not, and never more.
	Next Cursor
	Seen int64
}

// Checkpoint reports whether c carries no file, only Next and Seen.
func (c Change) Checkpoint() bool { return c.Entry.Ref == "" }

// Trashed is one entry of a storage's trash bin, whoever put it there.
type Trashed struct {
	Receipt Receipt // "" where Left says why
	Path    string  // where it was, as far as the bin knows; else its name in the bin
	Size    int64   // bytes; of a folder what the bin says, or 0

	// Deleted is when it was put there, as the bin says; zero where it does
	// not. A wrong clock or another program may have written it.
	Deleted time.Time
	// Since is the latest time at which it can have come there, by what no
	// program can set back; zero where the storage knows none.
	Since time.Time

	// Left says why the entry is left alone whatever a policy says: "a
	// folder", "nothing says where it was". "" for a file that can be restored
	// and purged.
	Left string
}

// Name is the last element of Path.
func (t Trashed) Name() string { return path.Base(t.Path) }
