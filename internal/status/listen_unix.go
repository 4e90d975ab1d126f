//go:build unix

package status

import "syscall"

// private makes the socket its owner's before it has a name. Where the system
// takes the mode of a socket only from its name, Listen gives it that after.
func private(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
}
