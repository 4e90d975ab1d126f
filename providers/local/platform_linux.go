package local

import (
	"errors"
	"sync/atomic"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers/local/guards"
	"github.com/sweepd/sweepd/xdgtrash"
)

// platform is the part of a Driver that only Linux has.
type platform struct {
	mounts   *disk.Table
	trash    *xdgtrash.Trash
	guards   *guards.Guards
	listings atomic.Uint64              // that have begun
	marks    guards.Singleflight[error] // of leftOut, by root and folder
}

// prepare makes what depends on the roots.
func (d *Driver) prepare() {
	d.mounts = &disk.Table{}
	d.guards = d.newGuards()
	d.trash = d.newTrash()
}

// close closes the trash. It is also called after a failed Open.
func (p *platform) close() {
	if p.trash != nil { // nil: Open has failed
		p.trash.Close()
	}
}

func (p *platform) rest() { p.trash.Rest() }

// supported returns err if it is errors.ErrUnsupported, which will not go away by itself, and nil otherwise.
func supported(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
