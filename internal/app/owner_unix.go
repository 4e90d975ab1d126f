//go:build unix

package app

import (
	"os"
	"syscall"
)

// strangers reports whether the process runs as root in the home of another user, who could neither read nor remove
// the files that it would leave there.
func strangers(home string) bool {
	fi, err := os.Stat(home)
	if err != nil {
		return false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && os.Geteuid() == 0 && st.Uid != 0
}

// device returns the number of the device that the folder is on; 0 if that cannot be found out.
func device(dir string) uint64 {
	if fi, err := os.Stat(dir); err == nil {
		if st, ok := fi.Sys().(*syscall.Stat_t); ok {
			return uint64(st.Dev)
		}
	}
	return 0
}
