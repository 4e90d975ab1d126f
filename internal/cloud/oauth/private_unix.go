//go:build unix

package oauth

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// private returns ErrExposed if anyone but its owner has any right to a file or folder, or if the owner is neither
// the user who runs this, nor root.
func private(path string, fi fs.FileInfo) error {
	mode := "600"
	if fi.IsDir() {
		mode = "700"
	}
	if perm := fi.Mode().Perm(); perm&0o077 != 0 {
		return &Error{
			Kind: ErrExposed, Hint: fmt.Sprintf("chmod %s %s", mode, path),
			Err: fmt.Errorf("%s has mode %04o", path, perm),
		}
	}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return &Error{
			Kind: ErrExposed, Hint: "give it to the one who runs sweepd",
			Err: fmt.Errorf("%s belongs to user %d", path, st.Uid),
		}
	}
	return nil
}
