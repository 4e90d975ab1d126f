package review

import (
	"io"
	"net"
)

// strangers is the answer to a connection of another user.
const strangers = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" +
	"this page belongs to another user of the machine\n"

// ownersOnly is a listener that passes on connections of one user. Another user of the machine can reach a loopback
// port as well, can read an address in the list of processes, and gets the cookies that a browser has for another port.
// The check is made per connection and before any byte is read, so that no handler can forget it.
type ownersOnly struct {
	net.Listener
	owner func(c net.Conn) bool
}

// Accept returns the next connection of the user, and answers others itself. It returns an error only for the listener
// itself.
func (l ownersOnly) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || l.owner(c) {
			return c, err
		}
		_, _ = io.WriteString(c, strangers) // it fits into the empty buffer of the connection
		_ = c.Close()
	}
}
