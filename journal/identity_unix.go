//go:build unix

package journal

import (
	"fmt"
	"io/fs"
	"syscall"
)

// identity returns a file's device and inode.
func identity(fi fs.FileInfo) string {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%x:%x", st.Dev, st.Ino)
}
