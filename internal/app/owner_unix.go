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
