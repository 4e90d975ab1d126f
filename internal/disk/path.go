package disk

import (
	"os"
	"path/filepath"
	"strings"
)

// Below returns path relative to folder, which may be "/"; in reports whether path is below it.
func Below(folder, path string) (rel string, in bool) {
	rest, ok := strings.CutPrefix(path, WithoutSlash(folder))
	if ok && len(rest) > 1 && rest[0] == filepath.Separator {
		return rest[1:], true
	}
	return "", false
}

// WithoutSlash returns the folder's path without a separator at its end, which only "/" has, so that a separator and
// a name can follow.
func WithoutSlash(folder string) string {
	return strings.TrimSuffix(folder, string(filepath.Separator))
}

// Resolved returns path absolute and without links, as far as it exists.
func Resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return Real(path), nil
}

// Real returns an absolute path clean and without symbolic links. If the path does not exist, as for a folder on a
// disk that is not mounted, real still resolves the links in its existing part.
func Real(path string) string {
	path = filepath.Clean(path)
	at, missing := path, ""
	for links := 0; links < 40; { // as many as the kernel follows
		if to, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(to, missing)
		}
		folder := filepath.Dir(at)
		if folder == at {
			break
		}
		target, err := os.Readlink(at)
		if err != nil {
			at, missing = folder, filepath.Join(filepath.Base(at), missing)
			continue
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(Real(folder), target)
		}
		at = filepath.Clean(target)
		links++
	}
	return path
}

// ResolvedParent returns path with the links resolved in all but its last element, as far as it exists.
func ResolvedParent(path string) string {
	dir := filepath.Dir(path)
	if to, err := filepath.EvalSymlinks(dir); err == nil {
		return filepath.Join(to, filepath.Base(path))
	}
	if dir == filepath.Dir(dir) {
		return filepath.Clean(path)
	}
	return filepath.Join(ResolvedParent(dir), filepath.Base(path))
}
