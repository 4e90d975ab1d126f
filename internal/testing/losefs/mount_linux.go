package losefs

import (
	"fmt"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// mounted is a disk in use. Its methods may be called from several goroutines.
type mounted struct {
	fuse.RawFileSystem // returns ENOSYS for methods that are missing here
	dir                string
	options            Options
	now                func() time.Time
	server             *fuse.Server
	dark               chan struct{}

	mu      sync.Mutex
	volume  volume
	links   map[uint64]uint32 // names of each inode
	changes int
	cutAt   int // 0: never
	cut     bool
	lists   map[uint64][]entry // the listings of open directories
	handle  uint64
}

// mount mounts a copy of the disk on the directory dir, an absolute path.
func mount(d *disk, dir string, o Options, now func() time.Time) (*mounted, error) {
	f := &mounted{
		RawFileSystem: fuse.NewDefaultRawFileSystem(), dir: dir, now: now, dark: make(chan struct{}),
		options: o, volume: volume{disk: d.clone(), halves: o.Halves}, links: map[uint64]uint32{rootID: 1},
		lists: map[uint64][]entry{},
	}
	for _, n := range f.volume.inodes {
		for _, id := range n.now.names {
			f.links[id]++
		}
	}
	server, err := fuse.NewServer(f, dir, &fuse.MountOptions{
		AllowOther: true, Options: []string{"default_permissions"}, DirectMountStrict: true,
		FsName: "losefs", Name: "losefs", DisableXAttrs: true, DisableReadDirPlus: true,
		DisabledCapabilities: fuse.CAP_WRITEBACK_CACHE | fuse.CAP_ATOMIC_O_TRUNC,
	})
	if err != nil {
		return nil, fmt.Errorf("mount on %s: %w", dir, err)
	}
	f.server = server
	go server.Serve()
	if err := server.WaitMount(); err != nil {
		return nil, fmt.Errorf("mount on %s: %w", dir, err)
	}
	return f, nil
}

// cutFrom cuts the power when the nth change from now is requested, or never if n is 0, and restarts the count of
// changes.
func (f *mounted) cutFrom(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes, f.cutAt = 0, n
}

// counted returns the number of changes since cutFrom or the mount.
func (f *mounted) counted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changes
}

// cutNow cuts the power.
func (f *mounted) cutNow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.goDark()
}

// goDark cuts the power, if it is not cut yet. The caller holds the lock.
func (f *mounted) goDark() {
	if !f.cut {
		f.cut = true
		close(f.dark)
	}
}

// syncAll makes everything durable. It is not counted as a change.
func (f *mounted) syncAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.volume.syncAll()
}

// survivor returns a disk that a power cut may leave now.
func (f *mounted) survivor(seed uint64) *disk {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.volume.survivor(seed)
}

// close unmounts, even if processes have files open: they get errors.
func (f *mounted) close() error {
	f.cutNow()
	if err := unix.Unmount(f.dir, unix.MNT_FORCE|unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount %s: %w", f.dir, err)
	}
	f.server.Wait()
	return nil
}

// change begins a change. It returns EIO if there is no power, or if the power is cut at this change.
func (f *mounted) change() fuse.Status {
	if f.cut {
		return fuse.EIO
	}
	f.changes++
	f.volume.step++
	if f.changes == f.cutAt {
		f.goDark()
		return fuse.EIO
	}
	return fuse.OK
}
