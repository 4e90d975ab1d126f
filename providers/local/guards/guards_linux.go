package guards

import (
	"context"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// Guards hold files, and remember what they have read.
type Guards struct {
	o      Options
	memory memory
	around Singleflight[*surroundings]
}

// Options are the settings of guards.
type Options struct {
	Roots   []*roots.Root // documents below them may mention a file
	Mounts  *disk.Table   // by which a folder may be visible at other places
	Workers int           // how many folders are read at the same time
	// Now returns the time by which documents are read again in a long run; nil: they are read once for each listing.
	Now func() time.Time
	// Listing returns how many listings have begun.
	Listing func() uint64
	// Programs reports whether a folder belongs to a program, or is a bin, so that nothing in it mentions a file.
	Programs func(folder string) bool
}

// New returns guards that have read nothing yet.
func New(o Options) *Guards { return &Guards{o: o} }

// File is a file below a root, pinned.
type File struct {
	Root      *roots.Root
	Path, Rel string // absolute, below the root
	Pinned    *disk.Pinned
}

// Ask asks the guards about the file. Each looks for itself; none writes, runs a program or follows a link. A guard
// that cannot look returns that as a reason to hold the file. The error is that of the context.
func (g *Guards) Ask(ctx context.Context, f File, of []providers.Guard) ([]providers.Held, error) {
	q := question{guards: g, root: f.Root, file: f.Pinned, path: f.Path, rel: f.Rel}
	var held []providers.Held
	// The order is that in which guards are shown, regardless of the order in the policy.
	for _, guard := range providers.AllGuards() {
		if !slices.Contains(of, guard) {
			continue
		}
		why, err := q.heldBy(ctx, guard)
		if err != nil {
			return nil, err
		}
		if !why.IsZero() {
			held = append(held, providers.Held{Guard: guard, Why: why})
		}
	}
	return held, nil
}

// question is about one pinned file.
type question struct {
	guards    *Guards
	root      *roots.Root
	file      *disk.Pinned
	path, rel string // absolute, below the root
	// near is nil until around returns it for the first time.
	near *surroundings
}

// heldBy returns why one guard holds the file; "" if it does not. The error is that of the context.
func (q *question) heldBy(ctx context.Context, guard providers.Guard) (why language.Message, err error) {
	switch guard {
	case providers.GuardOpen:
		return writtenTo(q.file), nil
	case providers.GuardPartial:
		return q.underWay(), nil
	case providers.GuardPlaceholder:
		return elsewhere(q.file), nil
	case providers.GuardHardLinked:
		return hardLinked(&q.file.Stat), nil
	case providers.GuardOtherOwner:
		return otherOwner(&q.file.Stat), nil
	case providers.GuardGit:
		return q.tracked(), nil
	case providers.GuardMentioned:
		return q.guards.mentioned(ctx, q.path, q.file.Name)
	case providers.GuardLibrary:
		return q.inLibrary(), nil
	case providers.GuardTagged:
		return tagged(q.file), nil
	case providers.GuardShared, providers.GuardLocked:
		// Permissions and flags of a disk are not about sharing; Trash refuses immutable files.
		return language.Message{}, nil
	}
	return language.Messagef("nothing is known of the guard %q", guard), nil
}

// writtenTo asks the kernel for a read lease, which it refuses while any program has the file open for writing, and
// releases it at once (fcntl(2), F_SETLEASE). On files without leases (NFS, FUSE, another owner's file) it returns
// "", and only the comparisons of the move protect the file.
func writtenTo(p *disk.Pinned) language.Message {
	_, err := disk.Again(func() (int, error) { return unix.FcntlInt(uintptr(p.FD), unix.F_SETLEASE, unix.F_RDLCK) })
	if err == unix.EAGAIN {
		return language.Messagef("a program has it open for writing")
	}
	if err == nil {
		_, err = disk.Again(func() (int, error) { return unix.FcntlInt(uintptr(p.FD), unix.F_SETLEASE, unix.F_UNLCK) })
		if err != nil {
			return language.Messagef("whether a program writes to it could not be found out: %v", err)
		}
	}
	return language.Message{}
}

// hardLinked returns why a file with other names is held: deleting one of them frees no space.
func hardLinked(s *unix.Statx_t) language.Message {
	if s.Nlink == 1 {
		return language.Message{}
	}
	return language.Messagef("it has %d names (hard links)", s.Nlink)
}

// otherOwner returns why a file of another user is held.
func otherOwner(s *unix.Statx_t) language.Message {
	if s.Uid == uint32(os.Geteuid()) {
		return language.Message{}
	}
	return language.Messagef("it is another user's (uid %d)", s.Uid)
}
