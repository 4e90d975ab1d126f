package main

import (
	"os"
	"path/filepath"
	"regexp"
)

// userDir is a line of user-dirs.dirs, whose values begin with "$HOME/" or "/"
// and have a backslash before what a shell would read otherwise: see
// user-dirs.dirs(5) of xdg-user-dirs.
var userDir = regexp.MustCompile(`(?m)^[ \t]*XDG_([A-Z]+)_DIR="(\$HOME)?(/(?:[^"\\\n]|\\.)*)"[ \t]*$`)

var backslashed = regexp.MustCompile(`\\(.)`)

// userDirs are the folders that the text of a user-dirs.dirs names, by their
// keys, as in DOWNLOAD. The home itself stands for none.
func userDirs(text, home string) map[string]string {
	dirs := map[string]string{}
	for _, m := range userDir.FindAllStringSubmatch(text, -1) {
		dir := backslashed.ReplaceAllString(m[3], "$1")
		if m[2] != "" {
			dir = home + dir
		}
		if dir = filepath.Clean(dir); dir != filepath.Clean(home) {
			dirs[m[1]] = dir
		}
	}
	return dirs
}

// pictureFolders are the folders in which this person's pictures are likely to be
// saved, as far as they are there.
func (p *program) pictureFolders() (folders []string) {
	home, config := p.home(), p.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(home) {
		return nil
	}
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	dirs := map[string]string{"DOWNLOAD": filepath.Join(home, "Downloads"), "PICTURES": filepath.Join(home, "Pictures")}
	if text, err := os.ReadFile(filepath.Join(config, "user-dirs.dirs")); err == nil { // most machines without a desktop have none
		dirs = userDirs(string(text), home)
	}
	for _, key := range []string{"DOWNLOAD", "PICTURES"} {
		if fi, err := os.Stat(dirs[key]); err == nil && fi.IsDir() {
			folders = append(folders, tilde(dirs[key], home))
		}
	}
	if len(folders) == 2 && folders[0] == folders[1] {
		folders = folders[:1]
	}
	return folders
}
