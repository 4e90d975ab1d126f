//go:build unix

package notify

import (
	"os"
	"syscall"
)

// openFile opens a file. If it is a pipe, it does not wait for the other end.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// strangers reports whether the file belongs to another user, who could read it and put another URL there. Root does
// not count, as it could anyway.
func strangers(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Uid != 0 && int(st.Uid) != os.Geteuid()
}
