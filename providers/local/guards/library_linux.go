package guards

import (
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// inLibrary returns which library the file is part of; "" if none. A library that is the root, or contains it, does
// not count: the user has named the root in spite of it.
func (q *question) inLibrary() (why language.Message) {
	if why := q.around().library; !why.IsZero() {
		return why
	}
	switch name, err := q.beside(providers.Sidecars(q.file.Name)); {
	case err != nil:
		return language.Messagef("whether there is a sidecar could not be found out: %v", err)
	case name != "":
		return language.Messagef("it is part of a photo library: %q beside it is about it", name)
	}
	return language.Message{}
}

// libraryAbove is inLibrary by the folders alone.
func (q *question) libraryAbove() (why language.Message) {
	dir := filepath.Dir(q.rel)
	at := q.root.Path
	fd, err := q.root.Down(dir, unix.O_PATH|unix.O_DIRECTORY, func(folder int, next string) error {
		// The root itself does not count, and neither do the folders above it.
		if at != q.root.Path && why.IsZero() {
			var err error
			if why, err = isLibrary(folder, at); err != nil {
				return err
			}
		}
		at = filepath.Join(at, next)
		return nil
	})
	if err != nil {
		return language.Messagef(
			"whether it is part of a library could not be found out: %v",
			roots.Reason("look into", at, err),
		)
	}
	unix.Close(fd)
	return why
}

// isLibrary returns which library the folder at path is; "" if none.
func isLibrary(folder int, path string) (why language.Message, err error) {
	if of := providers.LibraryFolder(path); of != "" {
		return language.Messagef("it is part of %s (%q)", of, path), nil
	}
	for _, m := range providers.LibraryMarkers() {
		_, err := disk.StatName(folder, m.Name)
		if err == nil {
			return language.Messagef("it is part of %s (%q)", m.Of, path), nil
		}
		// ENOTDIR: the first part of a mark with a slash is a file here, so there is no such mark.
		if !disk.Gone(err) && !errors.Is(err, unix.ENOTDIR) {
			return language.Message{}, err
		}
	}
	return language.Message{}, nil
}
