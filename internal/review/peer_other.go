//go:build !linux

package review

import "net"

// Guarded reports whether the server can turn away other users of this machine.
const Guarded = false

// sameUser returns true: the user of the other end is not known on this system.
func sameUser(net.Conn) bool { return true }
