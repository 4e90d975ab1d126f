package watch

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/fsnotify/fsnotify"
)

// Files sends on changed when one of a few files, which need not exist, may have been changed, created or
// removed. The targets of symbolic links count too, as they were when Files was called. The folders of the files
// are watched if they exist: an editor replaces a file, and a watch of the file itself would end with the old
// one. The caller calls end to stop; changed is never closed.
func Files(paths []string) (changed <-chan struct{}, end func() error, err error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, nil, explain(err)
	}
	var watched []string
	for _, path := range paths {
		if path, err = filepath.Abs(path); err != nil {
			return nil, nil, errors.Join(err, w.Close())
		}
		watched = append(watched, path)
		if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
			watched = append(watched, real)
		}
	}
	for _, path := range watched {
		// a missing folder is not watched: its files are noticed later, by the caller's own look
		_ = w.Add(filepath.Dir(path))
	}
	hints := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case e, ok := <-w.Events:
				if !ok {
					return
				}
				if slices.Contains(watched, filepath.Clean(e.Name)) {
					hint(hints)
				}
			case _, ok := <-w.Errors: // an event was lost
				if !ok {
					return
				}
				hint(hints)
			}
		}
	}()
	return hints, w.Close, nil
}

// hint leaves a hint, unless one is pending: hints name nothing, so that two are as good as one.
func hint(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
