//go:build unix

package fleet

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// link is the network between one worker and the database: a TCP port on loopback that leads to the server's socket.
type link struct {
	net.Listener
	socket string

	mu    sync.Mutex
	conns map[net.Conn]bool
	down  bool
	tries int           // connections that were refused
	quiet chan struct{} // while the link passes nothing on; closed by mend
	stuck int           // pieces that were not passed on at once
}

// newLink makes a link to the server, which lasts as long as the test.
func newLink(t testing.TB) *link {
	t.Helper()
	l := &link{socket: server.Socket(), conns: map[net.Conn]bool{}}
	l.Listener = must(net.Listen("tcp", "127.0.0.1:0"))(t)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { l.serve(c) })
		}
	})
	t.Cleanup(func() { ok(t, l.Close()); l.cut(); all.Wait() })
	return l
}

// address returns dsn through the link.
func (l *link) address(t testing.TB, dsn string) string {
	t.Helper()
	u := must(url.Parse(dsn))(t)
	q := u.Query()
	q.Del("host")
	q.Set("sslmode", "disable")
	u.Host, u.RawQuery = fmt.Sprint(l.Addr()), q.Encode()
	return u.String()
}

// serve passes bytes on both ways until one end closes.
func (l *link) serve(c net.Conn) {
	defer l.forget(c)
	to, err := net.Dial("unix", l.socket)
	if err != nil {
		_ = c.Close()
		return
	}
	defer l.forget(to)
	if !l.know(c, to) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.pass(c, to) })
	both.Go(func() { l.pass(to, c) })
	both.Wait()
}

// pass copies from one connection to the other, and closes both at the end.
func (l *link) pass(to io.WriteCloser, from io.ReadCloser) {
	defer func() { _, _ = to.Close(), from.Close() }()
	b := make([]byte, 1<<15)
	for {
		n, err := from.Read(b)
		if n > 0 {
			l.await()
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// know notes connections, for cut. It closes them and returns false if the link is cut.
func (l *link) know(all ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		l.tries++
	}
	for _, c := range all {
		if l.down {
			_ = c.Close()
		} else {
			l.conns[c] = true
		}
	}
	return !l.down
}

func (l *link) forget(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = c.Close()
	delete(l.conns, c)
}

// silence lets nothing pass until mend, and ends no connection, as a network that loses all packets does.
func (l *link) silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = make(chan struct{})
}

// await returns when the link passes something on.
func (l *link) await() {
	l.mu.Lock()
	quiet := l.quiet
	if quiet != nil {
		l.stuck++
	}
	l.mu.Unlock()
	if quiet != nil {
		<-quiet
	}
}

// held returns how many pieces silence has held up.
func (l *link) held() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stuck
}

// speak ends silence. The caller has locked l.mu.
func (l *link) speak() {
	if l.quiet != nil {
		close(l.quiet)
		l.quiet = nil
	}
}

// cut ends all connections and lets no new one pass until mend.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	l.speak()
	for c := range l.conns {
		_ = c.Close()
	}
}

func (l *link) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
	l.speak()
}

// refusals returns how many connections were refused.
func (l *link) refusals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tries
}
