package xdgtrash

import (
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// keptBin is the home trash as it was last opened. Opening it takes some twenty system calls; checking that its path
// still leads to it takes three. It stays open, so that no other folder can get its inode number. The zero value is
// ready.
type keptBin struct {
	// opening is held while the bin is opened, so that goroutines that need it at the same time open it once.
	opening sync.Mutex
	// mu guards the fields below. Uses of the bin are counted without it.
	mu     sync.Mutex
	bin    *bin
	made   bool // it was opened to put files into it: its name is durable
	closed bool
}

// owned identifies a folder and its owner.
type owned struct {
	disk.Place
	uid uint32
}

// home is openHome, once for many operations, until the bin is removed or replaced.
func (x *Trash) home(create bool) (*bin, error) {
	if b := x.kept.take(create); b != nil {
		return b, nil
	}
	x.kept.opening.Lock()
	defer x.kept.opening.Unlock()
	if b := x.kept.take(create); b != nil { // another goroutine has opened it
		return b, nil
	}
	b, err := x.openHome(create)
	if err == nil {
		x.kept.keep(b, create)
	}
	return b, err
}

// take returns the bin with one more use, if it is still there; otherwise nil.
func (k *keptBin) take(create bool) *bin {
	k.mu.Lock()
	b := k.bin
	// A bin that was only opened to be read may not have a durable name.
	if b == nil || create && !k.made {
		k.mu.Unlock()
		return nil
	}
	// The use is counted first, so that keep cannot close the bin during the check.
	b.users.Add(1)
	k.mu.Unlock()
	if is, err := b.named(); err == nil && is == b.are {
		return b
	}
	b.close()
	return nil
}

// has reports whether that file is in the bin, as the bin was last opened.
func (k *keptBin) has(name string, id disk.Identity) bool {
	k.mu.Lock()
	b := k.bin
	if b == nil {
		k.mu.Unlock()
		return false
	}
	b.users.Add(1)
	k.mu.Unlock()
	defer b.close()
	s, err := b.stat(name)
	return err == nil && isFile(&s, id)
}

// keep keeps b open in place of the one before.
func (k *keptBin) keep(b *bin, made bool) {
	are, err := b.named()
	if err != nil {
		return
	}
	b.are = are
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	if k.bin != nil {
		k.bin.close()
	}
	b.users.Add(1)
	k.bin, k.made = b, made
}

// close closes the bin once its other users are done; none is kept again.
func (k *keptBin) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.bin != nil {
		k.bin.close()
	}
	k.bin, k.closed = nil, true
}

// rest closes the bin once its other users are done; the next use opens it.
func (k *keptBin) rest() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.bin != nil {
		k.bin.close()
	}
	k.bin = nil
}

// in reports whether files of the volume can be moved into the bin, which take has just returned: it has compared where
// the folders are mounted.
func (b *bin) in(v disk.Volume) bool {
	elsewhere := func(is owned) bool { return disk.Volume{Mount: is.Mount, Dev: is.Dev} != v }
	return !slices.ContainsFunc(b.are[:2], elsewhere)
}

// named returns the folders that the names of the bin, files and info lead to now.
func (b *bin) named() (are [3]owned, err error) {
	for i, at := range []struct {
		folder int
		name   string
	}{{unix.AT_FDCWD, b.path}, {b.dir, "files"}, {b.dir, "info"}} {
		s, err := disk.StatName(at.folder, at.name)
		if err != nil {
			return are, err
		}
		are[i] = owned{disk.PlaceOf(&s), s.Uid}
	}
	return are, nil
}
