package watch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// lookInto watches a folder of the root and all folders below it. If the limit of watches is reached, it gives back
// all watches of the root: partial hints save no listing, and the user's other programs share the limit.
func (w *Watcher) lookInto(r *root, path string) {
	waiting := []string{path}
	for len(waiting) > 0 && !w.closing() {
		folder := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		err := w.add(r, folder)
		if err == nil {
			waiting, err = w.within(r, folder, waiting)
		}
		switch {
		case err == nil || errors.Is(err, errElsewhere):
		case full(err) || folder == r.path:
			w.giveBack(r)
			r.err = explain(err)
			w.check = true // a folder may have been the way to another root
			w.settle.touch()
			return
		}
	}
}

// errElsewhere is the reason for which add does not watch a folder; it is no fault.
var errElsewhere = errors.New("not a folder of this root, or watched already")

// add watches one folder. The kernel takes a path and would follow a link, so the folder must be the same before and
// after. A folder in the map is never added again: fsnotify mixes up its own records if another folder is at the path
// by then.
func (w *Watcher) add(r *root, folder string) error {
	before, err := placeOf(folder)
	if err != nil {
		return err
	}
	if before.mount != r.place.mount && !w.o.CrossMounts {
		return errElsewhere
	}
	if of, known := w.folders[folder]; of != nil {
		return errElsewhere
	} else if !known {
		if err := w.notify.Add(folder); err != nil {
			return err
		}
	}
	w.folders[folder] = r
	if before.mount != r.place.mount && r.err == nil {
		r.err = checkRemote(folder)
	}
	if after, err := placeOf(folder); err != nil || after != before {
		w.drop(folder)
		return errors.Join(errElsewhere, err) // the folder above reports its coming and going
	}
	return nil
}

// within adds the folders directly in a folder to waiting. It is called once the folder is watched, so that later
// folders cause events. It follows no links. An error in the middle keeps the folders that were read.
func (w *Watcher) within(r *root, folder string, waiting []string) ([]string, error) {
	f, err := os.Open(folder)
	if err != nil {
		return waiting, err
	}
	defer f.Close()
	for {
		some, err := f.ReadDir(256)
		for _, e := range some {
			if !e.IsDir() {
				continue
			}
			path := filepath.Join(folder, e.Name())
			if !w.leftOut(path) {
				waiting = append(waiting, path)
			}
		}
		if len(some) == 0 { // io.EOF, or the folder has gone
			return waiting, nil
		}
		if err != nil {
			return waiting, err
		}
	}
}

// leftOut reports whether changes of path and below it are not hints. Sweeping itself moves files to the bins: the
// home trash is ~/.local/share/Trash, those on other mounts are .Trash/UID and .Trash-UID (freedesktop.org Trash
// specification 1.0); macOS has .Trash and .Trashes.
func (w *Watcher) leftOut(path string) bool {
	return strings.HasPrefix(filepath.Base(path), ".Trash") ||
		strings.HasSuffix(filepath.ToSlash(path), "/.local/share/Trash") || w.o.Exclude(path)
}

// forget drops a folder and all folders below it. It needs no look at the disk, on which they may have another
// name by now.
func (w *Watcher) forget(path string) {
	below := strings.TrimSuffix(path, string(filepath.Separator)) + string(filepath.Separator)
	for folder := range w.folders {
		if folder == path || strings.HasPrefix(folder, below) {
			w.drop(folder)
		}
	}
}

// drop stops watching one folder. An error of Remove means that the kernel did not watch it any more.
func (w *Watcher) drop(folder string) {
	delete(w.folders, folder)
	_ = w.notify.Remove(folder)
}
