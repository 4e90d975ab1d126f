package app

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// PictureFolder is a folder with images that are likely, strong or proven. The folders below it are included, once it
// was proposed.
type PictureFolder struct {
	Path   string
	Images int64
	Sure   int64 // those that are strong or proven
}

// branches is the number of folders in one folder from which that folder is proposed in their place.
const branches = 3

// Propose returns the folders that a policy may name to find these images, the most sure images first, and the number
// of images in none of them. A folder with images stands for those below it too, and so does one with three or more
// that lead to images. It proposes no folder that is too broad for a root, no hidden one, none that belongs to a
// program or to a library of pictures or notes, no work tree of Git, and none from which a file cannot go to the trash
// because it is on a snapshot.
func (o Options) Propose(by map[string]PictureFolder) (folders []PictureFolder, others int64) {
	home := ""
	if paths, err := FindPaths(o.Getenv); err == nil && paths.Home != "" {
		home = local.Real(paths.Home)
	}
	broad := func(dir string) bool { return policyfile.Broad(dir, home, local.Real) != "" }
	for _, dir := range by {
		if broad(dir.Path) || Foreign(dir.Path, home) || o.onSnapshot(dir.Path, home) {
			others += dir.Images
		} else {
			folders = append(folders, dir)
		}
	}
	folders = group(folders, broad)
	slices.SortFunc(folders, func(a, b PictureFolder) int {
		return cmp.Or(cmp.Compare(b.Sure, a.Sure), cmp.Compare(b.Images, a.Images), cmp.Compare(a.Path, b.Path))
	})
	return folders, others
}

// group returns the folders with each in another added to that, and with branches of one folder added up there.
func group(folders []PictureFolder, broad func(string) bool) []PictureFolder {
	tops := map[string]bool{}
	for _, f := range folders {
		tops[f.Path] = true
	}
	for {
		top := deepest(folders, tops, broad)
		if top == "" {
			return folders
		}
		sum := PictureFolder{Path: top}
		folders = slices.DeleteFunc(folders, func(f PictureFolder) bool {
			if !atOrBelow(f.Path, top) {
				return false
			}
			sum.Images, sum.Sure = sum.Images+f.Images, sum.Sure+f.Sure
			return true
		})
		folders = append(folders, sum)
	}
}

// deepest returns the longest path of a folder that stands for several of the folders; "" if there is none.
func deepest(folders []PictureFolder, tops map[string]bool, broad func(string) bool) (top string) {
	ways := map[string]map[string]bool{}
	for _, f := range folders {
		for child, dir := f.Path, filepath.Dir(f.Path); child != dir; child, dir = dir, filepath.Dir(dir) {
			if ways[dir] == nil {
				ways[dir] = map[string]bool{}
			}
			ways[dir][child] = true
		}
	}
	for dir, children := range ways {
		if (tops[dir] || len(children) >= branches) && len(dir) > len(top) && !broad(dir) {
			top = dir
		}
	}
	return top
}

// Foreign reports whether a folder belongs to a program, or is part of a library or of a Git work tree, by itself or
// by a folder above it. The home and the folders above it do not count.
func Foreign(dir, home string) bool {
	for at := dir; at != home && at != filepath.Dir(at); at = filepath.Dir(at) {
		name := filepath.Base(at)
		if strings.HasPrefix(name, ".") || providers.LibraryFolder(at) != "" || exists(at, ".git") ||
			filepath.Dir(at) == home && slices.Contains([]string{"snap", "Library", "AppData"}, name) ||
			slices.ContainsFunc(providers.LibraryMarkers(), func(m providers.LibraryMark) bool {
				return exists(at, m.Name)
			}) {
			return true
		}
	}
	return false
}

// exists reports whether the folder has an entry of that name, of any type.
func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

// onSnapshot reports whether nothing can go to the trash from a folder of the home that is on another device, which is
// a subvolume of btrfs: no listing enters other mounts.
func (o Options) onSnapshot(dir, home string) bool {
	if !atOrBelow(dir, home) || device(dir) == device(home) {
		return false
	}
	_, err := o.bin(dir, (*local.Driver).Outlook)
	return err != nil
}
