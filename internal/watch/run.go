package watch

import (
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// run handles events until Close. It sets no timer while there are no events.
func (w *Watcher) run(endMounts func()) {
	defer close(w.ended)
	defer w.group.Wait()
	defer endMounts()
	defer w.hangUp()
	for {
		select {
		case <-w.stop:
			return
		case e := <-w.events():
			w.event(e)
		case <-w.lost:
			w.losses++
			w.anew = true
			w.settle.touch()
		case <-w.mounts:
			w.check = true
			w.anew = w.anew || w.crossesOthers()
			w.settle.touch()
		case <-w.settle.quiet.C:
			w.settled()
		case <-w.settle.most.C:
			w.settled()
		}
	}
}

// events returns the channel of events; nil, which never delivers, if nothing can be watched.
func (w *Watcher) events() <-chan fsnotify.Event {
	if w.notify == nil {
		return nil
	}
	return w.notify.Events
}

// event notes the work that an event requires. Folders are forgotten at once and looked into later: the watch of a
// renamed folder follows the folder, and watching it under its new name before the old one is forgotten has no
// effect. A new folder may be known as the way to a root already, if the roots were checked before its creation was
// received; it is still to be watched for the root that it is in.
func (w *Watcher) event(e fsnotify.Event) {
	if e.Op&(fsnotify.Create|fsnotify.Remove|fsnotify.Rename) != 0 && w.ways[e.Name] {
		w.check = true
		w.settle.touch()
	}
	r, known := w.folders[e.Name]
	if !known || r == nil && e.Has(fsnotify.Create) {
		r = w.folders[filepath.Dir(e.Name)]
	}
	switch {
	case known && e.Has(fsnotify.Rename):
		w.forget(e.Name)
	case known && e.Has(fsnotify.Remove):
		w.drop(e.Name)
	case r == nil || w.leftOut(e.Name): // on the way to a root, or of no interest
		return
	case e.Op&(fsnotify.Create|fsnotify.Chmod) != 0 && isFolder(e.Name):
		if !w.isFresh(r, e, known) {
			return
		}
	case known, e.Op == fsnotify.Chmod, !w.o.Interest(filepath.Base(e.Name)):
		return
	}
	if r != nil {
		w.hinted = true
		w.settle.touch()
	}
}

// isFresh notes a folder to be looked into: a new one, or one that perhaps could not be read before.
func (w *Watcher) isFresh(r *root, e fsnotify.Event, known bool) bool {
	if known && !e.Has(fsnotify.Create) {
		return false
	}
	if known { // the folder in the map was replaced
		w.forget(e.Name)
	}
	w.fresh[e.Name] = r
	return true
}

// crossesOthers reports whether the mounts below the roots have changed since all were watched, if those are watched
// too.
func (w *Watcher) crossesOthers() bool {
	if !w.o.CrossMounts {
		return false
	}
	now, err := mountsBelow(w.roots)
	return err != nil || now != w.below
}

// settled does the deferred work and then sends the hint, so that the caller's listing finds all changes before the
// new watches.
func (w *Watcher) settled() {
	w.settle.rest()
	hinted := w.hinted
	switch {
	case w.anew:
		w.startOver()
		hinted = true
	case w.check:
		w.check = false
		hinted = w.checkRoots() || hinted
	}
	fresh := w.fresh
	w.hinted, w.fresh = false, map[string]*root{}
	for path, r := range fresh {
		if r.err == nil || r.partly() {
			w.lookInto(r, path)
		}
	}
	if !hinted || w.closing() {
		return
	}
	w.publish()
	select {
	case w.hints <- struct{}{}:
	default: // one is pending
	}
}

// isFolder reports whether path is a folder. A symbolic link to one is not.
func isFolder(path string) bool {
	fi, err := os.Lstat(path)
	return err == nil && fi.IsDir()
}
