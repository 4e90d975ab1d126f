package local

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// library markers: what there is in the folder that a program keeps a library
// in. Only names that are the program's alone: Logseq's .logseq, for one, lies
// in every home and would make a library of it.
func libraryMarkers() []struct{ name, of string } {
	return []struct{ name, of string }{
		{".obsidian", "an Obsidian vault"},
		{"logseq/config.edn", "a Logseq graph"},
		{".foam", "a Foam workspace"},
		{"dendron.yml", "a Dendron workspace"},
		{"notebook.zim", "a Zim notebook"},
		{"zotero.sqlite", "a Zotero library"},
		{"metadata_db_prefs_backup.json", "a calibre library"},
		{"digikam4.db", "a digiKam library"},
		{".immich", "an Immich library"},       // in each of its folders, to see that the disk is there
		{".ppstorage", "a PhotoPrism library"}, // in its storage folder
	}
}

// libraryFolders: how the folders are called that are libraries by themselves.
func libraryFolders() []struct{ suffix, of string } {
	return []struct{ suffix, of string }{
		{".photoslibrary", "a library of Apple Photos"},
		{".photolibrary", "an iPhoto library"},
		{".migratedphotolibrary", "an iPhoto library"},
		{".aplibrary", "an Aperture library"},
		{".lrdata", "a Lightroom catalog"},
		{".lrlibrary", "a Lightroom library"},
		{".cocatalog", "a Capture One catalog"},
		{".textbundle", "a TextBundle"}, // textbundle.org: its assets folder has the text's pictures
		{".scriv", "a Scrivener project"},
		{".rtfd", "an RTFD document"},
	}
}

// sidecars: what photo programs put beside a picture of that name that is in
// their library.
func sidecars(name string) []string {
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	return []string{
		name + ".xmp", stem + ".xmp", // darktable, digiKam; Lightroom
		name + ".pp3",                // RawTherapee
		name + ".dop",                // DxO PhotoLab
		".comments/" + name + ".xml", // gThumb
	}
}

// inLibrary says which library the file is part of. A library that the root is
// the top of, or lies in, was named by whoever named the root, and does not
// count.
func (q *question) inLibrary() (why string) {
	if why := q.around().library; why != "" {
		return why
	}
	switch name, err := q.beside(sidecars(q.file.name)); {
	case err != nil:
		return fmt.Sprintf("whether there is a sidecar could not be found out: %v", err)
	case name != "":
		return fmt.Sprintf("it is part of a photo library: %q beside it is about it", name)
	}
	return ""
}

// libraryAbove is inLibrary by the folders alone.
func (q *question) libraryAbove() (why string) {
	dir := filepath.Dir(q.rel)
	at := q.root.path
	fd, err := q.root.down(dir, unix.O_PATH|unix.O_DIRECTORY, func(folder int, next string) error {
		if at != q.root.path && why == "" {
			var err error
			if why, err = isLibrary(folder, at); err != nil {
				return err
			}
		}
		at = filepath.Join(at, next)
		return nil
	})
	if err != nil {
		return fmt.Sprintf("whether it is part of a library could not be found out: %v", reason("look into", at, err))
	}
	unix.Close(fd)
	return why
}

// isLibrary says which library the folder at path is.
func isLibrary(folder int, path string) (why string, err error) {
	for _, l := range libraryFolders() {
		if strings.HasSuffix(strings.ToLower(path), l.suffix) {
			return fmt.Sprintf("it is part of %s (%q)", l.of, path), nil
		}
	}
	for _, m := range libraryMarkers() {
		_, err := statName(folder, m.name)
		if err == nil {
			return fmt.Sprintf("it is part of %s (%q)", m.of, path), nil
		}
		if !gone(err) && !errors.Is(err, unix.ENOTDIR) {
			return "", err
		}
	}
	return "", nil
}
