package xdgtrash

import (
	"context"
	"iter"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
)

// Trash is the trash of the person who runs the program: the home trash, and the trash directories on top of other
// volumes.
type Trash struct {
	o       Options
	synced  syncer
	durable durable
	// kept holds the home trash open between two operations.
	kept keptBin
}

// Options are the settings of a trash.
type Options struct {
	// Home is the home trash: absolute, and without symbolic links in its parents; see Home and ResolveHome. Files on
	// other mounts, or in other btrfs subvolumes, go to the trash directory on top of their own.
	Home string
	// Now returns the DeletionDate of files that are put into the trash.
	Now func() time.Time
	// Program is the name of the program, for the names of trial files; "" is xdgtrash.
	Program string
	// Mounts is the table of mounts; nil: one of its own.
	Mounts *disk.Table
	// Reach is where else than on top of this machine's own disks there are trash directories; nil: nowhere.
	Reach trashReaches
	// Step is called between the steps of an operation, whose error it then is; nil but in tests, which fail or
	// interfere there.
	Step func(point string) error
}

// trashReaches are folders of which the caller knows that files from there may be in the trash.
type trashReaches interface {
	// Near reports whether the folder is one of them, above one, or in one.
	Near(folder string) bool
	// Mounts returns a function that reports whether files in them may be on the mount.
	Mounts() func(disk.Mount) bool
	// Subvolumes yields the tops of the subvolumes that files in them may be in, except tops of mounts. The receiver
	// closes each.
	Subvolumes(ctx context.Context) iter.Seq2[*disk.Top, error]
}

// nowhere is no folders.
type nowhere struct{}

func (nowhere) Near(string) bool { return false }

func (nowhere) Mounts() func(disk.Mount) bool { return func(disk.Mount) bool { return false } }

func (nowhere) Subvolumes(context.Context) iter.Seq2[*disk.Top, error] {
	return func(func(*disk.Top, error) bool) {}
}

// New returns the trash. It opens nothing yet.
func New(o Options) *Trash {
	if o.Program == "" {
		o.Program = "xdgtrash"
	}
	if o.Mounts == nil {
		o.Mounts = &disk.Table{}
	}
	if o.Reach == nil {
		o.Reach = nowhere{}
	}
	return &Trash{o: o}
}

// Close closes the home trash once its other users are done.
func (x *Trash) Close() { x.kept.close() }

// Rest closes the home trash once its other users are done, so that its file system can be unmounted. The next use
// opens it.
func (x *Trash) Rest() { x.kept.rest() }
