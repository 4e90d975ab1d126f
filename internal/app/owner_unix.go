//go:build unix

package app

import (
	"os"
	"syscall"
)

// strangers reports whether root is about to leave its files in the home of
// somebody else, who could then neither read nor remove them.
func strangers(home string) bool {
	fi, err := os.Stat(home)
	if err != nil {
		return false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && os.Geteuid() == 0 && st.Uid != 0
}
