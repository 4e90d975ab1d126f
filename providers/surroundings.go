package providers

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// What is around a file can hold it: the guards partial, git and library go by the
// names in its folder and in the folders above. The names are the same on every
// storage, so they are here; a driver brings the names that there are.

// Folder is one folder that a file is in, as a storage shows it.
type Folder struct {
	Path  string // where a person finds it
	Named bool   // the policy names it as a root: a library that it is does not hold

	// Has reports whether the folder has a file or a folder of that name, in any
	// case. "logseq/config.edn" asks for a file in a folder in it.
	Has func(name string) (bool, error)
}

// ByNames reports whether the guard is one that HeldAround answers.
func (g Guard) ByNames() bool { return g == GuardPartial || g == GuardGit || g == GuardLibrary }

// HeldAround returns which of the guards hold a file of that name by what is in
// the folders that it is in: its own first, the storage's top last. It is for
// storages of which no more than names is read: a picture in a Git work tree is
// held whether or not Git tracks it. An error means that nothing is known, and
// never that nothing holds the file.
func HeldAround(name string, in []Folder, of []Guard) ([]Held, error) {
	var held []Held
	for _, c := range []struct {
		guard Guard
		why   func(string, []Folder) (string, error)
	}{{GuardPartial, underWay}, {GuardGit, inWorkTree}, {GuardLibrary, inLibrary}} {
		if !slices.Contains(of, c.guard) {
			continue
		}
		why, err := c.why(name, in)
		if err != nil {
			return nil, fmt.Errorf("look at what is around it, for the guard %s: %w", c.guard, err)
		}
		if why != "" {
			held = append(held, Held{c.guard, why})
		}
	}
	return held, nil
}

// underWay is why a program seems to be at work on the file; "" if none does.
func underWay(name string, in []Folder) (string, error) {
	beside, err := firstOf(in, Neighbours(name))
	if beside == "" || err != nil {
		return "", err
	}
	return fmt.Sprintf("%q beside it says that a program is still at work on it", beside), nil
}

// inWorkTree is the Git work tree that the file is in, as a reason.
func inWorkTree(_ string, in []Folder) (string, error) {
	for _, f := range in {
		if there, err := f.Has(".git"); there || err != nil {
			return fmt.Sprintf("it is in a Git work tree (%q), and what Git tracks there is not known", f.Path), err
		}
	}
	return "", nil
}

// inLibrary is the library that the file is part of, as a reason. A library that a
// root is the top of, or lies in, was meant by the person who named the root.
func inLibrary(name string, in []Folder) (string, error) {
	beside, err := firstOf(in, Sidecars(name))
	if err != nil {
		return "", err
	}
	if beside != "" {
		return fmt.Sprintf("it is part of a photo library: %q beside it is about it", beside), nil
	}
	for _, f := range in {
		if f.Named {
			return "", nil
		}
		if of := LibraryFolder(f.Path); of != "" {
			return fmt.Sprintf("it is part of %s (%q)", of, f.Path), nil
		}
		for _, m := range LibraryMarkers() {
			if there, err := f.Has(m.Name); there || err != nil {
				return fmt.Sprintf("it is part of %s (%q)", m.Of, f.Path), err
			}
		}
	}
	return "", nil
}

// firstOf is the first of the names that the file's own folder has; "" if none.
func firstOf(in []Folder, names []string) (string, error) {
	if len(in) == 0 {
		return "", nil
	}
	for _, name := range names {
		if there, err := in[0].Has(name); there || err != nil {
			return name, err
		}
	}
	return "", nil
}

// Neighbours are the names of files that programs put beside a file of that name
// while they work on it. (Files with such a name themselves are never listed.)
func Neighbours(name string) []string {
	return []string{
		name + ".part", name + ".partial", // Firefox, KDE, yt-dlp
		"." + name + ".part",
		name + ".crdownload",         // Chromium
		name + ".download",           // Safari
		name + ".opdownload",         // Opera
		name + ".aria2",              // aria2 writes into the file itself and notes here how far it got
		name + ".ytdl",               // yt-dlp, likewise
		name + ".!ut", name + ".!qB", // µTorrent, qBittorrent
		name + ".tmp",                 // a copy that will take its place
		".syncthing." + name + ".tmp", // Syncthing
		"~syncthing~" + name + ".tmp", // Syncthing on file systems of Windows
		".~lock." + name + "#",        // LibreOffice
		"~$" + name, ".#" + name,      // Microsoft Office, Emacs
	}
}

// Sidecars are the names of files that photo programs put beside a picture of that
// name that is in their library.
func Sidecars(name string) []string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	return []string{
		name + ".xmp", stem + ".xmp", // darktable, digiKam; Lightroom
		name + ".pp3",                // RawTherapee
		name + ".dop",                // DxO PhotoLab
		".comments/" + name + ".xml", // gThumb
	}
}

// LibraryMark is a name by which a folder is known as a library.
type LibraryMark struct{ Name, Of string }

// LibraryMarkers are files and folders in the folder that a program keeps a
// library in. Only names that are the program's alone: Logseq's .logseq, for one,
// lies in every home and would make a library of it.
func LibraryMarkers() []LibraryMark {
	return []LibraryMark{
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

// LibraryFolders are the ends of names of folders that are libraries by themselves.
func LibraryFolders() []LibraryMark {
	return []LibraryMark{
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

// LibraryFolder is what library a folder is by its own name; "" if by its name it
// is none.
func LibraryFolder(folder string) (of string) {
	for _, l := range LibraryFolders() {
		if strings.HasSuffix(strings.ToLower(folder), l.Name) {
			return l.Of
		}
	}
	return ""
}
