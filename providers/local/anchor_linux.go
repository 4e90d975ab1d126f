package local

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// anchor is a folder that is held open so that what is far below it is found
// without going all the way from the root: else a chain of n folders would cost
// n squared steps. In ordinary trees the only anchors are the roots.
type anchor struct {
	fd    int
	depth int // length of its path
	users atomic.Int64
	alive *atomic.Int64 // anchors of the walk; nil for a root, which stays open
}

const (
	anchorEvery = 1024 // bytes of path below the anchor before
	anchorLimit = 128  // descriptors; with more, paths are longer and slower
)

// anchor returns the anchor for what is below f, which is open as fd. It is
// f's own, or a new one of one user, the caller. It owns fd then.
func (w *walk) anchor(f folder, fd int) (below *anchor, isNew bool) {
	if len(f.path)-f.base.depth < anchorEvery {
		return f.base, false
	}
	if w.anchors.Add(1) > anchorLimit {
		w.anchors.Add(-1)
		return f.base, false
	}
	a := &anchor{fd: fd, depth: len(f.path), alive: &w.anchors}
	a.users.Store(1)
	return a, true
}

// drop ends one use.
func (a *anchor) drop() {
	if a.users.Add(-1) == 0 && a.alive != nil {
		unix.Close(a.fd)
		a.alive.Add(-1)
	}
}

// open opens the folder from its anchor.
func (f folder) open() (int, error) {
	rel := "."
	if len(f.path) > f.base.depth+1 {
		rel = f.path[f.base.depth+1:]
	}
	return openBelow(f.base.fd, rel, openFolder, f.root.cross)
}
