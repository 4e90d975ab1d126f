package local

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// narrow restricts the sweep to the given folders in the roots.
func (d *Driver) narrow(only []string) error {
	for _, given := range only {
		path, err := disk.Resolved(given)
		if err != nil {
			return fmt.Errorf("folder %q: %w", given, err)
		}
		// A root is in no root, and may be named as well.
		if r, _ := d.innermost(path); r == nil && !d.rules.roots[path] {
			return fmt.Errorf("folder %q: %w", given, providers.ErrOutside)
		}
		d.only = append(d.only, path)
	}
	slices.Sort(d.only)
	all := slices.Compact(d.only)
	// A folder in another one is listed as a part of that.
	d.only = slices.DeleteFunc(slices.Clone(all), func(path string) bool {
		return slices.ContainsFunc(all, func(other string) bool { _, in := disk.Below(other, path); return in })
	})
	return nil
}

// named reports whether path is in a folder that is to be swept.
func (d *Driver) named(path string) bool {
	return len(d.only) == 0 || slices.ContainsFunc(d.only, func(folder string) bool {
		_, in := disk.Below(folder, path)
		return in
	})
}

// parts returns the folders of the root that are to be swept: the root itself, or some in it, or none.
func (d *Driver) parts(r *roots.Root) (parts []string) {
	if d.named(r.Path + "/.") { // and so is everything in it
		return []string{r.Path}
	}
	for _, folder := range d.only {
		if owner, _ := d.innermost(folder); owner == r {
			parts = append(parts, folder)
		}
	}
	return parts
}

// leaves returns ErrProtected if the names of the folder, which is in the root or is the root, or of those above it
// exclude it with all that is in it; otherwise nil.
func (x *rules) leaves(root, folder string) error {
	for ; folder != root; folder = filepath.Dir(folder) {
		if x.skips(root, folder) {
			return fmt.Errorf("%w: %q is left out", providers.ErrProtected, folder)
		}
	}
	return nil
}
