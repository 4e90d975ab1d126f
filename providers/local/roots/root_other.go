//go:build !linux

package roots

import "os"

// Root is one folder below which files are listed.
type Root struct {
	Path string   // of the folder, without symbolic links
	Ways []string // paths that lead to it: Path, and those that the caller named
}

// New returns the root at the path.
func New(_, path string, _ bool) *Root { return &Root{Path: path} }

// Close does nothing: no folder is held open.
func (r *Root) Close() error { return nil }

// Rest does nothing: no folder is held open.
func (r *Root) Rest() error { return nil }

// Check returns an error if the folder cannot be listed.
func (r *Root) Check() error {
	_, err := os.ReadDir(r.Path)
	return err
}
