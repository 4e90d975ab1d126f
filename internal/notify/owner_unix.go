//go:build unix

package notify

import (
	"os"
	"syscall"
)

// openFile does not wait for the other end of what is no file but a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// strangers reports whether the file is of somebody else, who could read it and
// put another URL there. Root could anyway.
func strangers(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Uid != 0 && int(st.Uid) != os.Geteuid()
}
