package review

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Guarded reports whether the server can turn away other users of this machine.
const Guarded = true

// sameUser reports whether the other end of a connection on this machine was opened by the user of this process. The
// connection over a unix socket has passed the mode of the socket. If that cannot be found out, the answer is no. The
// tables are those of this process's network namespace, which is that of both ends of a connection on loopback.
func sameUser(c net.Conn) bool {
	remote, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return c.RemoteAddr().Network() == "unix"
	}
	local, ok := c.LocalAddr().(*net.TCPAddr)
	if !ok {
		return false
	}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		if uid, ok := userIn(table, remote, local); ok {
			return uid == os.Getuid()
		}
	}
	return false
}

// userIn returns the user of the established socket from that address to that one, by a table of the kernel's
// (proc_net_tcp.rst). A socket that its process has closed is of no user, and is shown as root's, so it does not count.
func userIn(table string, from, to *net.TCPAddr) (uid int, ok bool) {
	f, err := os.Open(table)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	const established = "01"
	for lines := bufio.NewScanner(f); lines.Scan(); {
		field := strings.Fields(lines.Text())
		if len(field) < 8 || field[3] != established || !names(field[1], from) || !names(field[2], to) {
			continue
		}
		uid, err = strconv.Atoi(field[7])
		return uid, err == nil
	}
	return 0, false
}

// names reports whether the kernel's text is of that address, in the form of IPv4 or of IPv6. The kernel prints each 32
// bits of an address in the byte order of the machine, and the port in hexadecimal.
func names(text string, a *net.TCPAddr) bool {
	for _, ip := range [][]byte{a.IP.To4(), a.IP.To16()} {
		var words strings.Builder
		for ; len(ip) >= 4; ip = ip[4:] {
			fmt.Fprintf(&words, "%08X", binary.NativeEndian.Uint32(ip))
		}
		if text == fmt.Sprintf("%s:%04X", words.String(), a.Port) {
			return true
		}
	}
	return false
}
