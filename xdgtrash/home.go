package xdgtrash

import (
	"errors"
	"path/filepath"
)

// Home returns the path of the home trash. getenv reads XDG_DATA_HOME and HOME, as the freedesktop.org Trash
// specification 1.0 and the XDG Base Directory specification 0.8 define them.
func Home(getenv func(string) string) (string, error) {
	if data := getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "Trash"), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errors.New("neither XDG_DATA_HOME nor HOME is an absolute path")
	}
	return filepath.Join(home, ".local/share/Trash"), nil
}
