package providers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
)

// The guards partial, git and library hold a file by the names in its folder and in the folders above. The names are
// the same on every storage, so they are here; a driver reports which of them exist.

// Folder is one folder on the path to a file.
type Folder struct {
	Path  string // where the user finds it
	Named bool   // the policy names it as a root: being a library does not hold its files

	// Has reports whether the folder has a file or a folder of that name, in any case. "logseq/config.edn" asks for a
	// file in a subfolder.
	Has func(name string) (bool, error)
}

// ByNames reports whether the guard is one that HeldAround answers.
func (g Guard) ByNames() bool { return g == GuardPartial || g == GuardGit || g == GuardLibrary }

// HeldAround returns which of the guards hold a file of that name because of the folders on its path: in has its own
// folder first, and the storage's top last. It is for storages of which only names are read: a picture in a Git work
// tree is held whether or not Git tracks it. An error means that nothing is known, never that nothing holds the file.
func HeldAround(name string, in []Folder, of []Guard) ([]Held, error) {
	var held []Held
	for _, c := range []struct {
		guard Guard
		why   func(string, []Folder) (language.Message, error)
	}{{GuardPartial, underWay}, {GuardGit, inWorkTree}, {GuardLibrary, inLibrary}} {
		if !slices.Contains(of, c.guard) {
			continue
		}
		why, err := c.why(name, in)
		if err != nil {
			return nil, fmt.Errorf("look at what is around it, for the guard %s: %w", c.guard, err)
		}
		if !why.IsZero() {
			held = append(held, Held{c.guard, why})
		}
	}
	return held, nil
}

// underWay returns why a program seems to be working on the file; "" if none seems to.
func underWay(name string, in []Folder) (language.Message, error) {
	beside, err := firstOf(in, Neighbours(name))
	if beside == "" || err != nil {
		return language.Message{}, err
	}
	return language.Messagef("%q beside it says that a program is still at work on it", beside), nil
}

// inWorkTree returns a reason that names the Git work tree that the file is in; "" if it is in none.
func inWorkTree(_ string, in []Folder) (language.Message, error) {
	for _, f := range in {
		if there, err := f.Has(".git"); there || err != nil {
			return language.Messagef("it is in a Git work tree (%q), and what Git tracks there is not known", f.Path),
				err
		}
	}
	return language.Message{}, nil
}

// inLibrary returns a reason that names the library that the file is part of; "" if it is part of none. A library
// whose top is a root, or that contains a root, does not count: the person who named the root meant it.
func inLibrary(name string, in []Folder) (language.Message, error) {
	beside, err := firstOf(in, Sidecars(name))
	if err != nil {
		return language.Message{}, err
	}
	if beside != "" {
		return language.Messagef("it is part of a photo library: %q beside it is about it", beside), nil
	}
	for _, f := range in {
		if f.Named {
			return language.Message{}, nil
		}
		if of := LibraryFolder(f.Path); of != "" {
			return language.Messagef("it is part of %s (%q)", of, f.Path), nil
		}
		for _, m := range LibraryMarkers() {
			if there, err := f.Has(m.Name); there || err != nil {
				return language.Messagef("it is part of %s (%q)", m.Of, f.Path), err
			}
		}
	}
	return language.Message{}, nil
}

// firstOf returns the first of the names that exists in the file's own folder; "" if none does.
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

// Neighbours returns the names of files that programs put beside a file of that name while they work on it. (Files
// with such a name themselves are never listed.)
func Neighbours(name string) []string {
	return []string{
		name + ".part", name + ".partial", // Firefox, KDE, yt-dlp
		"." + name + ".part",
		name + ".crdownload",         // Chromium
		name + ".download",           // Safari
		name + ".opdownload",         // Opera
		name + ".aria2",              // aria2 writes into the file itself and keeps its progress here
		name + ".ytdl",               // yt-dlp, likewise
		name + ".!ut", name + ".!qB", // µTorrent, qBittorrent
		name + ".tmp",                 // a copy that will take its place
		".syncthing." + name + ".tmp", // Syncthing
		"~syncthing~" + name + ".tmp", // Syncthing on file systems of Windows
		".~lock." + name + "#",        // LibreOffice
		"~$" + name, ".#" + name,      // Microsoft Office, Emacs
	}
}

// Sidecars returns the names of files that photo programs put beside a picture of that name in their library.
func Sidecars(name string) []string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	return []string{
		name + ".xmp", stem + ".xmp", // darktable, digiKam; Lightroom
		name + ".pp3",                // RawTherapee
		name + ".dop",                // DxO PhotoLab
		".comments/" + name + ".xml", // gThumb
	}
}

// LibraryMark is a name that marks a folder as a library.
type LibraryMark struct{ Name, Of string }

// LibraryMarkers returns files and folders that mark the folder that they are in as a program's library. Each name
// belongs to that program alone: Logseq's .logseq, for example, is in every home directory and would make a library
// of it.
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
		{".immich", "an Immich library"},                   // in each of its folders, to see that the disk is there
		{".ppstorage", "a PhotoPrism library"},             // in its storage folder
		{"export_manifest.json", "a ChatGPT data export"},  // of 2026
		{"message_feedback.json", "a ChatGPT data export"}, // before
	}
}

// LibraryFolders returns suffixes of the names of folders that are libraries.
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

// LibraryFolder returns which kind of library a folder is by its own name; "" if it is none.
func LibraryFolder(folder string) (of string) {
	for _, l := range LibraryFolders() {
		if strings.HasSuffix(strings.ToLower(folder), l.Name) {
			return l.Of
		}
	}
	return ""
}
