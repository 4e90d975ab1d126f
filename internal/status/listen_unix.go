//go:build unix

package status

import "syscall"

// private gives the socket to its owner alone before it has a name. Some systems take the mode of a socket only from
// its name; for these Listen sets the mode afterwards.
func private(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
}
