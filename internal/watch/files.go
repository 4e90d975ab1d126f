package watch

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/fsnotify/fsnotify"
)

// Files says when one of a few files, which need not exist, may have been changed,
// made or removed. What a link leads to counts, as it was when Files was called.
// The folders are watched as far as they are there. end ends the watching.
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
		_ = w.Add(filepath.Dir(path)) // what is not there is made later, and heard of later
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
			case _, ok := <-w.Errors: // something was lost
				if !ok {
					return
				}
				hint(hints)
			}
		}
	}()
	return hints, w.Close, nil
}

// hint leaves a hint, unless there is one.
func hint(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
