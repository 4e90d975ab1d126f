package roots

import (
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// anchor is a folder that is held open so that deeper folders are opened from it and not from the root: otherwise a
// chain of n folders would cost n squared steps. In ordinary trees the only anchors are the roots.
type anchor struct {
	fd    int
	depth int // length of its path
	users atomic.Int64
	alive *atomic.Int64 // anchors of the walk; nil for a root, which stays open
}

const (
	anchorEvery = 1024 // bytes of path below the anchor before
	AnchorLimit = 128  // descriptors; with more, paths are longer and slower
)

// Anchor returns the anchor for the folders below f, which is open as fd. It returns f's own anchor, or a new one,
// which then owns fd and has one user, the caller.
func (w *Queue) Anchor(f Folder, fd int) (below *anchor, isNew bool) {
	if len(f.Path)-f.Base.depth < anchorEvery {
		return f.Base, false
	}
	if w.anchors.Add(1) > AnchorLimit {
		w.anchors.Add(-1)
		return f.Base, false
	}
	a := &anchor{fd: fd, depth: len(f.Path), alive: &w.anchors}
	a.users.Store(1)
	return a, true
}

// Drop ends one use; the last one closes the descriptor, except that of a root.
func (a *anchor) Drop() {
	if a.users.Add(-1) == 0 && a.alive != nil {
		unix.Close(a.fd)
		a.alive.Add(-1)
	}
}

// Open opens the folder from its anchor.
func (f Folder) Open() (int, error) {
	rel := "."
	if len(f.Path) > f.Base.depth+1 {
		rel = f.Path[f.Base.depth+1:]
	}
	return disk.OpenBelow(f.Base.fd, rel, disk.FolderFlags, f.Root.Cross)
}
