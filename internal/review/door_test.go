package review

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
	"github.com/sweepd/sweepd/policy"
)

// gate is a desk that other machines reach by TLS, with a password.
type gate struct {
	*desk
	port string
	page policy.Page
	shut atomic.Bool    // no other machine is let in
	told atomic.Int32   // wrong passwords that were told
	pool *x509.CertPool // of the certificate
	here *http.Client   // another browser, of this machine
	from string         // the address of the other machine
}

const phrase = "correct horse battery"

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{desk: newDesk(t), from: "127.0.0.1"}
	g.page = policy.Page{
		Certificate: filepath.Join(g.home, "review.crt"), Key: filepath.Join(g.home, "review.key"),
		Password: filepath.Join(g.home, "review.password"),
	}
	g.certify(time.Hour, "nas.example.org", "127.0.0.1")
	g.choose(phrase)
	g.server.door = newDoor(func() (*app.Door, error) {
		if g.shut.Load() {
			return nil, errShut
		}
		return app.Options{Getenv: g.getenv, Now: g.now}.Door(g.page)
	}, g.now)
	g.server.o.Refused = func(string) { g.told.Add(1) }
	port, serve, err := g.server.OpenDoor(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.port = port
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx) }()
	t.Cleanup(func() { cancel(); g.ok(<-served) })
	g.here, g.http = g.http, g.other()
	return g
}

func (g *gate) ok(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// certify writes a certificate for the hosts that is valid so long, and its key.
func (g *gate) certify(valid time.Duration, hosts ...string) {
	g.Helper()
	g.ok(e2e.Certificate(g.page.Certificate, g.page.Key, time.Now(), time.Now().Add(valid), hosts...))
	text, err := os.ReadFile(g.page.Certificate)
	g.ok(err)
	g.pool = x509.NewCertPool()
	g.pool.AppendCertsFromPEM(text)
}

// choose makes the password another one.
func (g *gate) choose(password string) {
	g.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	g.ok(err)
	g.ok(os.WriteFile(g.page.Password, append(hash, '\n'), 0o600))
}

// other is a browser of another machine, which knows the page by the name in its certificate.
func (g *gate) other() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails
	from := g.from
	return &http.Client{Jar: jar, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: g.pool},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
			return d.DialContext(ctx, "tcp", "127.0.0.1:"+g.port)
		},
	}}
}

// ask sends a request to the page by its name, as its own pages do.
func (g *gate) ask(method, path string, form url.Values, header map[string]string) (*http.Response, string) {
	g.Helper()
	req, err := http.NewRequestWithContext(g.Context(), method, "https://nas.example.org:"+g.port+path,
		strings.NewReader(form.Encode()))
	g.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := header["Host"]; host != "" {
		req.Host = host
	}
	resp, err := g.http.Do(req)
	g.ok(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	g.ok(err)
	return resp, string(b)
}

// enter sends a password and returns the status of the answer.
func (g *gate) enter(password string) int {
	g.Helper()
	resp, _ := g.ask(http.MethodPost, "/login", url.Values{"password": {password}}, nil)
	return resp.StatusCode
}

func (g *gate) is(what string, got, want int) {
	g.Helper()
	if got != want {
		g.Errorf("%s: %d, want %d", what, got, want)
	}
}

func (g *gate) look() int {
	g.Helper()
	resp, _ := g.ask(http.MethodGet, "/", nil, nil)
	return resp.StatusCode
}

func TestAnotherMachineSignsInByThePassword(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	resp, text := g.ask(http.MethodGet, "/", nil, nil)
	if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(text, `type="password"`) ||
		resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %v\n%s", resp.Status, resp.Header, text)
	}
	g.is("a wrong password", g.enter("wrong horse battery"), http.StatusForbidden)
	g.is("still", g.look(), http.StatusUnauthorized)
	g.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, _ = g.ask(http.MethodPost, "/login", url.Values{"password": {phrase}}, nil)
	cookie := resp.Header.Get("Set-Cookie")
	if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(cookie, "__Host-sweepd-"+g.port+"=") {
		t.Errorf("%s %q", resp.Status, cookie)
	}
	for _, part := range []string{"; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/;"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	g.is("signed in", g.look(), http.StatusOK)
	if g.told.Load() != 1 {
		t.Errorf("%d wrong passwords are told", g.told.Load())
	}
	resp, text = g.ask(http.MethodPost, "/decide", url.Values{"do": {"keep"}, "id": {g.id("01_17_02")}}, nil)
	if resp.StatusCode != http.StatusOK {
		t.Errorf("a decision: %s\n%s", resp.Status, text)
	}
	resp, _ = g.ask(http.MethodPost, "/logout", nil, nil)
	g.is("signing out", resp.StatusCode, http.StatusOK)
	g.is("signed out", g.look(), http.StatusUnauthorized)
}

// id is that of the desk, seen from this machine.
func (g *gate) id(search string) string {
	g.Helper()
	d := *g.desk
	d.http = g.here
	return d.id(search)
}

// What is begun by one way is nothing by the other, whatever the cookie is called, and ends with the password.
func TestASessionIsBoundToItsWayAndItsPassword(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.is("the password", g.enter(phrase), http.StatusOK)
	zero := digest{}
	by, err := g.server.door.get()
	g.ok(err)
	far, near := g.server.logins.begin(by.Sum(), g.now()), g.server.logins.begin(zero, g.now())
	if g.server.logins.valid(far, zero, g.now()) || g.server.logins.valid(near, by.Sum(), g.now()) {
		t.Error("a session is valid by another way")
	}
	mine := g.http
	g.http = g.other()
	resp, _ := g.ask(http.MethodGet, "/", nil, map[string]string{"Cookie": "__Host-sweepd-" + g.port + "=" + near})
	g.is("a session of this machine", resp.StatusCode, http.StatusUnauthorized)
	resp, _ = g.ask(http.MethodGet, "/", nil, map[string]string{"Cookie": "__Host-sweepd-" + g.port + "=" + far})
	g.is("one of another machine", resp.StatusCode, http.StatusOK)
	g.http = mine
	g.choose("another horse battery")
	g.clock += fresh
	g.is("after the password has changed", g.look(), http.StatusUnauthorized)
	g.is("the former password", g.enter(phrase), http.StatusForbidden)
	g.is("the new password", g.enter("another horse battery"), http.StatusOK)
	g.is("signed in", g.look(), http.StatusOK)
	resp, _ = g.ask(http.MethodGet, g.server.Link(), nil, nil)
	g.is("a link", resp.StatusCode, http.StatusOK)
	g.is("by the link", g.look(), http.StatusOK)
	local := *g.desk
	local.http = g.here
	code, _ := local.post("/login", url.Values{"password": {"another horse battery"}})
	g.is("a password without TLS", code, http.StatusNotFound)
}

func TestGuessingThePasswordIsSlow(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for range maxFailures {
		g.is("a guess", g.enter("guess"), http.StatusForbidden)
	}
	g.is("one more", g.enter("guess"), http.StatusTooManyRequests)
	g.is("the right one", g.enter(phrase), http.StatusTooManyRequests)
	if resp, _ := g.ask(http.MethodGet, g.server.Link(), nil, nil); resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a link from there: %s", resp.Status)
	}
	g.from = "127.0.0.2"
	g.http = g.other()
	g.is("the right one of another network", g.enter(phrase), http.StatusOK)
	for len(g.server.logins.failures[anywhere()]) < maxAllFailures {
		g.server.logins.attempt(anywhere(), maxAllFailures, g.now())
	}
	g.is("too many of all", g.enter(phrase), http.StatusTooManyRequests)
	if resp, _ := g.ask(http.MethodGet, g.server.Link(), nil, nil); resp.StatusCode != http.StatusOK {
		t.Errorf("a link all the same: %s", resp.Status)
	}
	g.clock += failureTime
	g.is("a minute later", g.enter(phrase), http.StatusOK)
}

func TestOtherMachinesNeedTLSAndTheNameOfTheCertificate(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.is("the password", g.enter(phrase), http.StatusOK)
	for _, host := range []string{
		"evil.example", "127.0.0.2:" + g.port, "localhost", "[::1]", "nas.example.org.evil.example",
	} {
		resp, _ := g.ask(http.MethodGet, "/", nil, map[string]string{"Host": host})
		g.is(host, resp.StatusCode, http.StatusMisdirectedRequest)
	}
	for _, host := range []string{"nas.example.org", "NAS.example.org:1", "127.0.0.1"} {
		resp, _ := g.ask(http.MethodGet, "/", nil, map[string]string{"Host": host})
		if resp.StatusCode == http.StatusMisdirectedRequest {
			t.Errorf("%s is refused", host)
		}
	}
	for _, site := range []string{"cross-site", "same-site"} {
		resp, _ := g.ask(http.MethodPost, "/login", url.Values{"password": {phrase}},
			map[string]string{"Sec-Fetch-Site": site})
		g.is("signing in from another site", resp.StatusCode, http.StatusForbidden)
	}
	c, err := net.Dial("tcp", "127.0.0.1:"+g.port)
	g.ok(err)
	defer c.Close()
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	if line, _ := bufio.NewReader(c).ReadString('\n'); !strings.Contains(line, "400") {
		t.Errorf("without TLS: %q", line)
	}
	_, err = tls.Dial("tcp", "127.0.0.1:"+g.port, &tls.Config{RootCAs: g.pool, MaxVersion: tls.VersionTLS12})
	if err == nil {
		t.Error("TLS 1.2 is accepted")
	}
}

// handshake returns the first name in the certificate that the page shows.
func (g *gate) handshake() (string, error) {
	c, err := tls.Dial("tcp", "127.0.0.1:"+g.port, &tls.Config{RootCAs: g.pool})
	if err != nil {
		return "", err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].DNSNames[0], nil
}

func TestAChangedFileCountsAndAnUnsuitableOneShutsTheDoor(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.certify(time.Hour, "second.example.org", "127.0.0.1")
	g.clock += fresh
	if name, err := g.handshake(); err != nil || name != "second.example.org" {
		t.Errorf("a new certificate: %q, %v", name, err)
	}
	key, err := os.ReadFile(g.page.Key)
	g.ok(err)
	hash, err := os.ReadFile(g.page.Password)
	g.ok(err)
	for what, c := range map[string]struct {
		spoil  func() error
		reason string
	}{
		"exposed key":      {func() error { return os.Chmod(g.page.Key, 0o640) }, "mode 0640"},
		"exposed password": {func() error { return os.Chmod(g.page.Password, 0o604) }, "mode 0604"},
		"no key":           {func() error { return os.Remove(g.page.Key) }, "no such file"},
		"no password":      {func() error { return os.WriteFile(g.page.Password, nil, 0o600) }, "no bcrypt hash"},
		"the password itself": {
			func() error { return os.WriteFile(g.page.Password, []byte(phrase), 0o600) }, "no bcrypt hash",
		},
		"a cheap hash": {
			func() error {
				cheap, err := bcrypt.GenerateFromPassword([]byte(phrase), bcrypt.MinCost)
				return errors.Join(err, os.WriteFile(g.page.Password, cheap, 0o600))
			}, "no bcrypt hash of cost 10",
		},
		"another key": {
			func() error { return os.WriteFile(g.page.Key, bytes.ToUpper(key), 0o600) }, "certificate and key",
		},
		"no name":    {func() error { g.certify(time.Hour); return nil }, "names no host"},
		"the policy": {func() error { g.shut.Store(true); return nil }, errShut.Error()},
	} {
		g.ok(c.spoil())
		g.clock += fresh
		if _, err := g.handshake(); err == nil {
			t.Errorf("%s: it lets in", what)
		}
		if _, err := g.server.door.get(); err == nil || !strings.Contains(err.Error(), c.reason) ||
			strings.Contains(err.Error(), phrase) {
			t.Errorf("%s: %v, want %q", what, err, c.reason)
		}
		g.shut.Store(false)
		g.certify(time.Hour, "second.example.org", "127.0.0.1")
		g.ok(errors.Join(os.WriteFile(g.page.Password, hash, 0o600), os.Chmod(g.page.Key, 0o600),
			os.Chmod(g.page.Password, 0o600)))
		g.clock += fresh
		if _, err := g.handshake(); err != nil {
			t.Errorf("mended after %s: %v", what, err)
		}
	}
}

func TestThePageOfThisMachineListensNowhereElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "localhost:0"} {
		if _, _, err := d.server.Open(t.Context(), address); !errors.Is(err, status.ErrNotHere) {
			t.Errorf("%s: %v", address, err)
		}
	}
	l, err := net.Listen("tcp", "0.0.0.0:0") // as a socket of systemd
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, _, err := d.server.Open(t.Context(), "", l); !errors.Is(err, status.ErrNotHere) {
		t.Errorf("a socket: %v", err)
	}
}
