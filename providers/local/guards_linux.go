package local

import (
	"context"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// Guards implements providers.Driver. Each requested guard looks for itself; none writes, runs a program or follows a
// link. A guard that cannot look returns that as a reason to hold the file. The package comment lists their limits.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	p, err := pin(r, rel)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if !identify(&p.stat).is(rev) {
		return nil, providers.ErrChanged
	}
	q := question{d: d, root: r, file: p, path: string(ref), rel: rel}
	var held []providers.Held
	for _, guard := range providers.AllGuards() {
		if !slices.Contains(of, guard) {
			continue
		}
		why, err := q.heldBy(ctx, guard)
		if err != nil {
			return nil, err
		}
		if why != "" {
			held = append(held, providers.Held{Guard: guard, Why: why})
		}
	}
	return held, nil
}

// question is about one pinned file.
type question struct {
	d         *Driver
	root      *root
	file      *pinned
	path, rel string // absolute, below the root
	near      *surroundings
}

// heldBy returns why one guard holds the file; "" if it does not. The error is that of the context.
func (q *question) heldBy(ctx context.Context, guard providers.Guard) (why string, err error) {
	switch guard {
	case providers.GuardOpen:
		return q.file.writtenTo(), nil
	case providers.GuardPartial:
		return q.underWay(), nil
	case providers.GuardPlaceholder:
		return q.file.elsewhere(), nil
	case providers.GuardHardLinked:
		return hardLinked(&q.file.stat), nil
	case providers.GuardOtherOwner:
		return otherOwner(&q.file.stat), nil
	case providers.GuardGit:
		return q.tracked(), nil
	case providers.GuardMentioned:
		return q.d.mentioned(ctx, q.path, q.file.name)
	case providers.GuardLibrary:
		return q.inLibrary(), nil
	case providers.GuardTagged:
		return q.file.tagged(), nil
	case providers.GuardShared, providers.GuardLocked:
		return "", nil // permissions and flags of a disk are not about sharing; Trash refuses immutable files
	}
	return fmt.Sprintf("nothing is known of the guard %q", guard), nil
}

// writtenTo asks the kernel for a read lease, which it refuses while any program has the file open for writing, and
// releases it at once (fcntl(2), F_SETLEASE). On files without leases (NFS, FUSE, another owner's file) it returns
// "", and only the comparisons of the move protect the file.
func (p *pinned) writtenTo() string {
	_, err := again(func() (int, error) { return unix.FcntlInt(uintptr(p.fd), unix.F_SETLEASE, unix.F_RDLCK) })
	if err == unix.EAGAIN {
		return "a program has it open for writing"
	}
	if err == nil {
		_, err = again(func() (int, error) { return unix.FcntlInt(uintptr(p.fd), unix.F_SETLEASE, unix.F_UNLCK) })
		if err != nil {
			return fmt.Sprintf("whether a program writes to it could not be found out: %v", err)
		}
	}
	return ""
}

func hardLinked(s *unix.Statx_t) string {
	if s.Nlink == 1 {
		return ""
	}
	return fmt.Sprintf("it has %d names (hard links)", s.Nlink)
}

func otherOwner(s *unix.Statx_t) string {
	if s.Uid == uint32(os.Geteuid()) {
		return ""
	}
	return fmt.Sprintf("it is another user's (uid %d)", s.Uid)
}
