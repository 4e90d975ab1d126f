package cloudsim

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Server is a Cloud that listens on loopback as an HTTP proxy. It accepts the method CONNECT, only for the
// cloud's hosts at port 443, and answers for them itself: it never opens a connection. Its own address serves
// /audit.
//
// There are two HTTP servers in it. The outer one has the listener and serves CONNECT and /audit; a connection
// that it turns into a tunnel becomes a connection of the inner one, which speaks TLS with the cloud's
// certificate and passes every request to the Cloud.
type Server struct {
	cloud  *Cloud
	ca     *authority
	addr   string
	outer  *http.Server // the proxy
	inner  *http.Server // for the requests inside a tunnel
	tunnel *tunnels
	// The goroutines of both servers; Close waits for them.
	done sync.WaitGroup
}

// ErrNotLoopback: the server must not be reachable from other machines.
var ErrNotLoopback = errors.New("not a loopback address with a port")

// Start listens on addr, which must be a loopback address ("127.0.0.1:0"); if it is not, Start returns ErrNotLoopback
// before it opens anything.
func (c *Cloud) Start(addr string) (*Server, error) {
	if host, _, err := net.SplitHostPort(addr); err != nil || !local(host) {
		return nil, fmt.Errorf("%q: %w", addr, ErrNotLoopback)
	}
	ca, err := newAuthority(c.Hosts())
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		_ = l.Close()
		return nil, fmt.Errorf("%q: %w", addr, ErrNotLoopback) // the name resolves to another address
	}
	quiet := log.New(io.Discard, "", 0) // a client that disconnects is not an error
	s := &Server{cloud: c, ca: ca, addr: l.Addr().String(), tunnel: newTunnels(l.Addr())}
	s.outer = &http.Server{Handler: http.HandlerFunc(s.serveProxy), ErrorLog: quiet, ReadHeaderTimeout: time.Minute}
	s.inner = &http.Server{Handler: c, ErrorLog: quiet, ReadHeaderTimeout: time.Minute}
	s.done.Add(2)
	go func() { defer s.done.Done(); _ = s.outer.Serve(l) }()
	go func() { defer s.done.Done(); _ = s.inner.Serve(s.tunnel) }()
	return s, nil
}

// ProxyURL returns the value for HTTPS_PROXY.
func (s *Server) ProxyURL() string { return "http://" + s.addr }

// AuditURL returns the address of the record as JSON lines; ?since=N starts after that Seq.
func (s *Server) AuditURL() string { return "http://" + s.addr + "/audit" }

// CA returns the certificate to trust, in PEM, for SSL_CERT_FILE or --ca-cert. It is new at each start and valid for
// the cloud's hosts only.
func (s *Server) CA() []byte { return s.ca.pem }

// Client returns a client that uses the proxy and trusts only CA.
func (s *Server) Client() *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.ca.pem)
	proxy := &url.URL{Scheme: "http", Host: s.addr}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 64,
	}}
}

// Close closes every connection and waits until no request is being served. It may be called twice.
func (s *Server) Close() error {
	err := errors.Join(s.outer.Close(), s.tunnel.Close(), s.inner.Close())
	s.done.Wait()
	return err
}

// serveProxy serves the listening address itself.
func (s *Server) serveProxy(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		s.connect(w, r)
	case r.URL.IsAbs() || !local(r.Host):
		http.Error(w, "this is a rehearsal: nothing is passed on", http.StatusForbidden)
	case r.URL.Path == "/audit" && r.Method == http.MethodGet:
		since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
		if err != nil && r.URL.Query().Has("since") {
			http.Error(w, "since is a number", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		_ = s.cloud.audit.Write(w, since)
	default:
		http.NotFound(w, r)
	}
}

// local reports whether a Host header names this machine. A web page whose host name was made to resolve to loopback
// must not read the record.
func local(host string) bool {
	host = bareHost(host)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// connect turns the connection into a tunnel to the inner server. It refuses with 403 a host that is not of the
// cloud and any port but 443: nothing is ever forwarded. The protocol inside is HTTP/1.1 only, which is enough
// for all clients and keeps one request to a connection at a time, so that a fault can close it.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != "443" || s.cloud.service(host) == nil {
		http.Error(w, "this is a rehearsal: no such host", http.StatusForbidden)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	config := &tls.Config{Certificates: []tls.Certificate{s.ca.leaf}, NextProtos: []string{"http/1.1"}}
	s.tunnel.add(tls.Server(&readConn{Conn: conn, r: buffered.Reader}, config))
}

// readConn is a connection of which a part has already been read: net/http may have buffered the first bytes of
// the TLS handshake behind the CONNECT, and only r still has them.
type readConn struct {
	net.Conn
	r *bufio.Reader
}

// Read returns the buffered bytes first, and then those of the connection.
func (c *readConn) Read(b []byte) (int, error) { return c.r.Read(b) }

// tunnels is the listener of the inner server. It listens on nothing: its connections are the hijacked ones of
// the outer server, handed over one at a time through conns.
type tunnels struct {
	addr   net.Addr
	conns  chan net.Conn
	ctx    context.Context
	cancel context.CancelFunc
}

// newTunnels returns a listener without connections. addr is that of the outer server, for Addr only.
func newTunnels(addr net.Addr) *tunnels {
	ctx, cancel := context.WithCancel(context.Background())
	return &tunnels{addr: addr, conns: make(chan net.Conn), ctx: ctx, cancel: cancel}
}

// add hands a connection to Accept and blocks until it is taken. After Close it closes the connection instead.
func (t *tunnels) add(c net.Conn) {
	select {
	case t.conns <- c:
	case <-t.ctx.Done():
		_ = c.Close()
	}
}

// Accept implements net.Listener.
func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-t.conns:
		return c, nil
	case <-t.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (t *tunnels) Close() error { t.cancel(); return nil }

// Addr implements net.Listener.
func (t *tunnels) Addr() net.Addr { return t.addr }
