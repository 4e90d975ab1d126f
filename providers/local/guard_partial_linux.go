package local

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// neighbours are the names of files that programs put beside one of that name
// while they have it at work. (Files that have such a name themselves are never
// listed, so they are not asked about.)
func neighbours(name string) []string {
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

// underWay looks for a neighbour.
func (q *question) underWay() string {
	switch name, err := q.beside(neighbours(q.file.name)); {
	case err != nil:
		return fmt.Sprintf("whether there is a neighbour could not be found out: %v", err)
	case name != "":
		return fmt.Sprintf("%q beside it says that a program is still at work on it", name)
	}
	return ""
}

// beside reports whether there is that name in the file's folder, be it a file,
// a folder or a link.
func (p *pinned) beside(name string) (bool, error) {
	_, err := statName(p.folder, name)
	if gone(err) || errors.Is(err, unix.ENAMETOOLONG) || errors.Is(err, unix.ENOTDIR) {
		return false, nil
	}
	return err == nil, err
}
