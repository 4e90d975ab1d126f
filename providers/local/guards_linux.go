package local

import (
	"context"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// Guards implements providers.Driver.
func (d *Driver) Guards(ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard) ([]providers.Held, error) {
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
	var held []providers.Held
	for _, g := range []struct {
		guard providers.Guard
		holds func(*unix.Statx_t) string
	}{
		{providers.GuardHardLinked, hardLinked},
		{providers.GuardOtherOwner, otherOwner},
	} {
		if why := g.holds(&p.stat); why != "" && slices.Contains(of, g.guard) {
			held = append(held, providers.Held{Guard: g.guard, Why: why})
		}
	}
	return held, nil
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
