package rehearsal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// folder is a private folder that remembers the files and folders made in it.
type folder struct {
	path string
	root *os.Root // so that nothing outside is ever removed, even through links
	made []string // files, to be removed
	own  []string // folders, to be removed with everything in them
}

// newFolder creates a folder in the system's temporary directory.
func newFolder() (*folder, error) {
	path, err := os.MkdirTemp("", "sweepd-rehearsal-") // mode 0700
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return &folder{path: path, root: root}, nil
}

// write creates a file that only its owner can read, and returns its path. The name is noted first, so that close
// also removes a file that was written in part.
func (f *folder) write(name string, content []byte) (string, error) {
	f.made = append(f.made, name)
	return filepath.Join(f.path, name), f.root.WriteFile(name, content, 0o600)
}

// sub creates a folder whose whole content belongs to the rehearsal, including files of other programs.
func (f *folder) sub(name string) (string, error) {
	f.own = append(f.own, name)
	return filepath.Join(f.path, name), f.root.Mkdir(name, 0o700)
}

// close removes the files and folders that were made, one by one, and then the folder, if it is empty. It removes
// as much as it can and returns all errors; one of them is that a file of another program is left.
func (f *folder) close() error {
	var errs []error
	for _, name := range f.made {
		errs = append(errs, gone(f.root.Remove(name)))
	}
	for _, name := range f.own {
		errs = append(errs, f.clear(name), gone(f.root.Remove(name)))
	}
	errs = append(errs, f.root.Close())
	if err := os.Remove(f.path); err != nil {
		errs = append(errs, fmt.Errorf("not all could be removed of %s: %w", f.path, err))
	}
	return errors.Join(errs...)
}

// clear removes the content of a folder and follows no link: a link is removed itself, as a file. A folder that
// is missing is no error.
func (f *folder) clear(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return gone(err)
	}
	entries, err := d.ReadDir(-1)
	errs := []error{err, d.Close()}
	for _, e := range slices.Backward(entries) {
		path := filepath.Join(name, e.Name())
		if e.IsDir() {
			errs = append(errs, f.clear(path))
		}
		errs = append(errs, gone(f.root.Remove(path)))
	}
	return errors.Join(errs...)
}

// gone returns nil if err means that there is nothing to remove; else err.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
