package watch

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/fsnotify/fsnotify"
)

// root is one folder that is watched with all folders below it.
type root struct {
	given string // as the caller named it
	path  string // without symbolic links, as far as it existed
	place place  // zero: it does not exist
	err   error  // why its hints cannot be relied on
}

// partly reports whether the root is watched although its hints cannot be relied on.
func (r *root) partly() bool { return errors.Is(r.err, errRemote) }

// root adds a root, if it is not there yet. A root below another is a root of its own, but its folders are
// watched once.
func (w *Watcher) root(given string) {
	path, err := filepath.EvalSymlinks(given)
	if err != nil {
		path = filepath.Clean(given)
	}
	if slices.ContainsFunc(w.roots, func(r *root) bool { return r.path == path }) {
		return
	}
	w.roots = append(w.roots, &root{given: given, path: path})
	for _, way := range above(path) {
		w.ways[way] = true
	}
	w.ways[path] = true
}

// above returns the folders that lead to path, the outermost first.
func above(path string) (all []string) {
	for up := filepath.Dir(path); up != path; path, up = up, filepath.Dir(up) {
		all = append(all, up)
	}
	slices.Reverse(all)
	return all
}

// startOver watches everything anew. It takes as long as a listing of all folders. If not even a watcher can be
// made, every root has the reason in err, and is polled.
func (w *Watcher) startOver() {
	w.hangUp()
	w.anew, w.check = false, false
	w.folders, w.fresh = map[string]*root{}, map[string]*root{}
	notify, err := fsnotify.NewWatcher()
	for _, r := range w.roots {
		r.place, r.err = place{}, explain(err)
	}
	if err != nil {
		return
	}
	w.notify = notify
	if w.o.CrossMounts {
		// This comes before they are watched. If the table cannot be read, crossesOthers reads it again.
		w.below, _ = mountsBelow(w.roots)
	}
	w.group.Go(func() { w.listen(notify.Errors) })
	w.checkRoots()
}

// hangUp gives all watches back. A failure of Close does not matter: the kernel drops them with the descriptor.
func (w *Watcher) hangUp() {
	if w.notify != nil {
		_ = w.notify.Close()
		w.notify = nil
	}
}

// listen receives errors until the channel is closed. It needs a goroutine of its own because fsnotify sends some
// errors while it holds the lock that adding a folder takes.
func (w *Watcher) listen(errs <-chan error) {
	for range errs {
		select {
		case w.lost <- struct{}{}:
		default:
		}
	}
}

// checkRoots compares each root with the folder at its path now, and reports whether one has changed.
func (w *Watcher) checkRoots() (changed bool) {
	if w.notify == nil {
		return false
	}
	for path, r := range w.folders {
		if r == nil {
			w.drop(path)
		}
	}
	for _, r := range w.roots {
		changed = w.checkRoot(r) || changed
	}
	return changed
}

// checkRoot compares one root with the folder at its path, watches it anew if another one is there, and reports
// whether it has changed. It first watches the ways to the root, so that changes of the root after the look at it
// cause events.
func (w *Watcher) checkRoot(r *root) (changed bool) {
	blind := w.watchWays(r)
	now, err := placeOf(r.path)
	if err != nil {
		changed = r.place != place{}
		w.giveBack(r)
		r.place, r.err = place{}, blind
		if !errors.Is(err, fs.ErrNotExist) {
			r.err = err
		}
		return changed
	}
	if now == r.place && (r.err != nil && !r.partly() || w.watched(r.path)) {
		return false
	}
	w.giveBack(r)
	r.place, r.err = now, nil
	if w.lookInto(r, r.path); r.err == nil {
		r.err = checkRemote(r.path)
	}
	return true
}

// watched reports whether the kernel still watches the folder: if a file system is unmounted, fsnotify forgets its
// folders without an event, and before Linux 6.8 the next mount may have the same number.
func (w *Watcher) watched(path string) bool {
	return w.folders[path] != nil && slices.Contains(w.notify.WatchList(), path)
}

// watchWays watches each folder above the root, without the folders below it: if one of them is renamed, the kernel
// sends no event for the root or for the folder above it. It returns an error if the creation of a missing root would
// not be noticed. With kqueue, where watching a folder opens each file in it, only the next folder above a missing
// root is watched.
func (w *Watcher) watchWays(r *root) (blind error) {
	ways := slices.DeleteFunc(above(r.path), func(way string) bool { return !isFolder(way) })
	if runtime.GOOS != "linux" {
		if isFolder(r.path) {
			return nil
		}
		ways = ways[max(len(ways)-1, 0):]
	}
	for _, way := range ways {
		blind = nil
		if _, known := w.folders[way]; known {
			continue
		}
		if blind = explain(w.notify.Add(way)); blind == nil {
			w.folders[way] = nil
		}
	}
	return blind
}

// giveBack stops watching a root. The ways to it stay watched, so that its return is noticed.
func (w *Watcher) giveBack(r *root) {
	for path, of := range w.folders {
		if of == r {
			w.drop(path)
		}
	}
}
