package local

import (
	"errors"
	"sync/atomic"

	"sweepd/internal/disk"
	"sweepd/providers/local/guards"
)

// platform is the part of a Driver that only Linux has.
type platform struct {
	mounts   *disk.Table
	synced   syncer
	durable  durable
	kept     keptBin
	guards   *guards.Guards
	listings atomic.Uint64 // that have begun
}

// prepare makes what depends on the roots.
func (d *Driver) prepare() {
	d.mounts = &disk.Table{}
	d.guards = d.newGuards()
}

func (p *platform) close() { p.kept.close() }

func (p *platform) rest() { p.kept.rest() }

// supported returns err if it is errors.ErrUnsupported, which will not go away by itself, and nil otherwise.
func supported(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
