package local

import (
	"fmt"
	"path/filepath"
	"slices"

	"sweepd/providers"
)

// narrow leaves of the roots only those folders.
func (d *Driver) narrow(only []string) error {
	for _, given := range only {
		path, err := resolved(given)
		if err != nil {
			return fmt.Errorf("folder %q: %w", given, err)
		}
		if r, _ := d.innermost(path); r == nil && !d.rules.roots[path] {
			return fmt.Errorf("folder %q: %w", given, providers.ErrOutside)
		}
		d.only = append(d.only, path)
	}
	slices.Sort(d.only)
	all := slices.Compact(d.only)
	d.only = slices.DeleteFunc(slices.Clone(all), func(path string) bool {
		return slices.ContainsFunc(all, func(other string) bool { _, in := below(other, path); return in })
	})
	return nil
}

// named reports whether path is in a folder that is to be swept.
func (d *Driver) named(path string) bool {
	return len(d.only) == 0 || slices.ContainsFunc(d.only, func(folder string) bool {
		_, in := below(folder, path)
		return in
	})
}

// parts are the folders of the root that are to be swept: the root itself, or
// some in it, or none.
func (d *Driver) parts(r *root) (parts []string) {
	if d.named(r.path + "/.") { // as is all that is in it
		return []string{r.path}
	}
	for _, folder := range d.only {
		if owner, _ := d.innermost(folder); owner == r {
			parts = append(parts, folder)
		}
	}
	return parts
}

// leaves says why the folder, which is in the root or is the root, is left out
// with all that is in it; nil when it is not, as far as names tell.
func (x *rules) leaves(root, folder string) error {
	for ; folder != root; folder = filepath.Dir(folder) {
		if x.skips(root, folder) {
			return fmt.Errorf("%w: %q is left out", providers.ErrProtected, folder)
		}
	}
	return nil
}
