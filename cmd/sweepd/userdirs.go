package main

import (
	"os"
	"path/filepath"
	"regexp"
)

// userDir is a line of user-dirs.dirs. Its values begin with "$HOME/" or "/", with a backslash before each character
// that a shell would interpret: see user-dirs.dirs(5) of xdg-user-dirs.
var userDir = regexp.MustCompile(`(?m)^[ \t]*XDG_([A-Z]+)_DIR="(\$HOME)?(/(?:[^"\\\n]|\\.)*)"[ \t]*$`)

// backslashed matches an escaped character of a value.
var backslashed = regexp.MustCompile(`\\(.)`)

// userDirs returns the folders in the text of a user-dirs.dirs by their keys, such as DOWNLOAD. A value that is the
// home itself means none.
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

// pictureFolders returns those folders of the user's with these keys, DOWNLOAD and PICTURES, that exist. A file that
// sets a folder to the home itself switches that folder off, as xdg-user-dirs does. The folders are in the form of a
// policy, with ~.
func (p *program) pictureFolders(keys ...string) (folders []string) {
	home, config := p.home(), p.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(home) {
		return nil
	}
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	dirs := map[string]string{"DOWNLOAD": filepath.Join(home, "Downloads"), "PICTURES": filepath.Join(home, "Pictures")}
	// Most machines without a desktop have no such file.
	if text, err := os.ReadFile(filepath.Join(config, "user-dirs.dirs")); err == nil {
		dirs = userDirs(string(text), home)
	}
	for _, key := range keys {
		if fi, err := os.Stat(dirs[key]); err == nil && fi.IsDir() {
			folders = append(folders, tilde(dirs[key], home))
		}
	}
	// Both keys may name one folder.
	if len(folders) == 2 && folders[0] == folders[1] {
		folders = folders[:1]
	}
	return folders
}
