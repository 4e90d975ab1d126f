package dropbox

import (
	"path"
	"strings"
)

// root is a folder that is swept.
type root struct {
	name  string // as it was configured: "/", "/Pictures"
	lower string // in lower case, without the slash at its end: "", "/pictures"
	depth int    // the number of names in it
}

// newRoot returns the root with that name, which need not be a clean path.
func newRoot(name string) root {
	r := root{name: name, lower: strings.ToLower(strings.TrimSuffix(path.Clean(name), "/"))}
	r.depth = strings.Count(r.lower, "/")
	return r
}

// below returns the part of a path that follows the root, if it is inside; lower and display are two forms of the
// same path.
func (r root) below(lower, display string) (string, bool) {
	if rest, ok := strings.CutPrefix(lower, r.lower+"/"); !ok || rest == "" {
		return "", false
	}
	names := strings.Split(display, "/") // the first is empty
	if len(names) <= r.depth+1 {
		return "", false
	}
	return strings.Join(names[r.depth+1:], "/"), true
}

// place returns where the user finds a file, by the name of the root that it is in: Dropbox may display the root in
// another case. ok is false if the file is in no root, or is excluded there.
func (d *Driver) place(lower, display string) (p string, in []root, ok bool) {
	for _, r := range d.roots {
		below, inside := r.below(lower, display)
		if !inside || d.exclude.Has(below) {
			continue
		}
		if !ok {
			p, ok = strings.TrimSuffix(r.name, "/")+"/"+below, true
		}
		in = append(in, r)
	}
	return p, in, ok
}
