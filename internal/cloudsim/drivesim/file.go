package drivesim

import (
	"path"
	"slices"
	"strings"
	"time"
)

// The types that the service treats differently: https://developers.google.com/workspace/drive/api/guides/mime-types
const (
	mimeFolder   = "application/vnd.google-apps.folder"
	mimeShortcut = "application/vnd.google-apps.shortcut"
	mimeApps     = "application/vnd.google-apps."
)

// file is one item: a blob, a folder, a shortcut or a document. There may be a million of them, so attributes
// that few files have are in a rare, which most do not need. owner is nil in a shared drive, drive is nil in My
// Drive.
type file struct {
	seq      int64 // its place in listings
	id       string
	name     string
	mime     string
	parent   *file // nil: none
	owner    *Account
	drive    *SharedDrive // nil: in My Drive
	content  *Content     // of the head revision; nil: not a blob
	head     int32        // number of the head revision, from 1
	version  int64
	created  time.Time
	modified time.Time
	width    int32
	height   int32
	explicit bool // trashed itself, not because of a folder
	gone     bool // deleted for good
	more     *rare
	kids     []*file // of a folder, by seq
}

// rare holds the attributes that few files have. The permissions are the file's own; those of the folders above
// it are added by granted and sharedWith.
type rare struct {
	parents     []*file // additional ones, from before 2020
	starred     []*Account
	permissions []permission
	revisions   []revision // older than the head
	viewed      time.Time
	trashed     time.Time // in a shared drive
	trasher     *Account
	modifier    *Account
	original    string // originalFilename, if it differs from the name
	description string
	props       map[string]string
	appProps    map[string]map[string]string // by client
	app         string                       // the client that made it; "": a browser
	target      string                       // of a shortcut
	camera      [2]string                    // make and model
	taken       string                       // imageMediaMetadata.time
	readOnly    string                       // reason of a content restriction
	locked      bool                         // has a content restriction
	abusive     bool
	noDownload  bool // copyRequiresWriterPermission
	color       string
}

// revision is a state of the bytes that is no longer the head.
type revision struct {
	n        int32
	content  *Content
	modified time.Time
	by       *Account
	keep     bool
}

// x returns f.more, and creates it if there is none. It is for writing; extra is for reading.
func (f *file) x() *rare {
	if f.more == nil {
		f.more = &rare{}
	}
	return f.more
}

// extra returns f's rare attributes, to read.
func (f *file) extra() rare {
	if f.more == nil {
		return rare{}
	}
	return *f.more
}

// folder reports whether f is a folder: by its type, as the service has it.
func (f *file) folder() bool { return f.mime == mimeFolder }

// blob reports whether f has bytes of its own.
func (f *file) blob() bool { return f.content != nil }

// parents returns the folders that f is in: one; none for a top folder, a folder of a computer and a file of
// another person whose folder was deleted; several only for leftovers from before 2020.
func (f *file) parents() []*file {
	if f.parent == nil {
		return nil
	}
	if f.more == nil {
		return []*file{f.parent}
	}
	return append([]*file{f.parent}, f.more.parents...)
}

// trashed reports whether f is in the trash, itself or because every folder that it is in is there.
func (f *file) trashed() bool {
	if f.explicit {
		return true
	}
	if f.parent == nil || !f.parent.trashed() {
		return false
	}
	return f.more == nil || !slices.ContainsFunc(f.more.parents, func(p *file) bool { return !p.trashed() })
}

// within reports whether f is dir or somewhere below it.
func (f *file) within(dir *file) bool {
	return f == dir || slices.ContainsFunc(f.parents(), func(p *file) bool { return p.within(dir) })
}

// starredBy reports whether a has starred f. A star is private to its account.
func (f *file) starredBy(a *Account) bool {
	return f.more != nil && slices.Contains(f.more.starred, a)
}

// revisionID returns the id of revision n of f on the wire.
func (f *file) revisionID(n int32) string { return newID("0B"+f.id[1:9], 40, int64(n)) }

// extension returns fileExtension: the part of the name after its last dot.
func (f *file) extension() string { return strings.TrimPrefix(path.Ext(f.name), ".") }

// attach adds f to the kids of dir, at its place by seq; it does nothing if f is already there. It does not
// change f's parents.
func (f *file) attach(dir *file) {
	if i, found := place(dir.kids, f.seq); !found {
		dir.kids = slices.Insert(dir.kids, i, f)
	}
}

// detach removes f from the kids of dir, if it is there. It does not change f's parents.
func (f *file) detach(dir *file) {
	if i, found := place(dir.kids, f.seq); found {
		dir.kids = slices.Delete(dir.kids, i, i+1)
	}
}

// place returns the index of the file of that seq in a list by seq, or the index at which it would be inserted.
func place(list []*file, seq int64) (int, bool) {
	if n := len(list); n == 0 || list[n-1].seq < seq {
		return n, false // the common case: it is newer than all others
	}
	return slices.BinarySearchFunc(list, seq, func(f *file, seq int64) int { return int(f.seq - seq) })
}
