package local

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
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
	anchorLimit = 128  // descriptors; with more, paths are longer and slower
)

// anchor returns the anchor for the folders below f, which is open as fd. It returns f's own anchor, or a new one,
// which then owns fd and has one user, the caller.
func (w *queue) anchor(f folder, fd int) (below *anchor, isNew bool) {
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

// drop ends one use; the last one closes the descriptor, except that of a root.
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
