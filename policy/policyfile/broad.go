package policyfile

import (
	"fmt"
	"path"
	"strings"
)

// Broad returns why root is too much to sweep by default, as a clause that follows "it is too much:", or "" if it is
// not. Too much are /, a folder directly below it, a folder that is home or has the form of a home, and the folders
// above home; this also applies to a symbolic link to one of them. Both paths are absolute and clean; home is "" if
// there is none. real returns a path without links. Case is ignored, because most disks of a Mac ignore it.
func Broad(root, home string, real func(path string) string) (why string) {
	if why = broad(root, home); why != "" {
		return why
	}
	at := real(root)
	if home != "" {
		home = real(home)
	}
	if why = broad(at, home); why != "" && at != root {
		why = fmt.Sprintf("it leads to %q, and %s", at, why)
	}
	return why
}

// broad is Broad without links.
func broad(root, home string) (why string) {
	root, home = strings.ToLower(root), strings.ToLower(home)
	switch parent := path.Dir(root); {
	case root == "/":
		return "it is the whole disk"
	case root == home, root == "/root", parent == "/home", parent == "/users":
		return "it is somebody's whole home"
	case home != "" && within(home, root):
		return "your home is inside it"
	case parent == "/":
		return "it is one of the first folders of the disk"
	}
	return ""
}

// within reports whether a path is root or below it. Both are clean.
func within(p, root string) bool {
	return p == root || root == "/" || strings.HasPrefix(p, root+"/")
}
