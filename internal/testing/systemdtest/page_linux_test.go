package systemdtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sys/unix"
)

// pageSocket has the two addresses of the review page: one for this machine, and one for others.
const pageSocket = `[Socket]
ListenStream=127.0.0.1:8737
ListenStream=0.0.0.0:443
FileDescriptorName=review
Service=sweepd.service
`

// The policy names the credentials of the unit.
const (
	pagePolicy = sharedPolicy + "review: {certificate: review.crt, key: review.key, password: review.password}\n"
	pageHost   = "nas.example.org"
	password   = "correct horse battery staple"
)

// furnish writes the files of the page, which only root can read.
func (s *story) furnish() {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	now := time.Now()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{pageHost}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	private, err2 := x509.MarshalPKCS8PrivateKey(key)
	hash, err3 := bcrypt.GenerateFromPassword([]byte(password), 10)
	if err := errors.Join(err, err2, err3); err != nil {
		s.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	s.write("/etc/sweepd/review.crt", block("CERTIFICATE", certificate), 0, 0o600)
	s.write("/etc/sweepd/review.key", block("PRIVATE KEY", private), 0, 0o600)
	s.write("/etc/sweepd/review.password", string(hash), 0, 0o600)
}

// dial connects to an address in the box.
func (b *box) dial(ctx context.Context, address string) (c net.Conn, err error) {
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread() // the thread ends with this function, because it is never unlocked
		var space *os.File
		if space, err = os.Open(fmt.Sprintf("/proc/%d/ns/net", b.pid)); err != nil {
			return
		}
		defer space.Close()
		if err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err == nil {
			c, err = new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}()
	<-done
	return c, err
}

// The page has its certificate and its password from credentials of systemd, and its addresses from a socket unit. From
// another machine the password signs in; on this one only the user of the service can connect.
func (s *story) page() {
	policy := filepath.Join(s.root, "etc/sweepd/policy.yaml")
	if err := os.WriteFile(policy, []byte(pagePolicy), 0o644); err != nil {
		s.Fatal(err)
	}
	s.run("systemctl", "stop", "sweepd.service")         // only a service that starts gets the sockets
	s.run("systemctl", "reset-failed", "sweepd.service") // which counts the starts against StartLimitBurst= anew
	s.run("systemctl", "start", "page.socket", "sweepd.service")

	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(read(s.T, filepath.Join(s.root, "etc/sweepd/review.crt")))
	jar, _ := cookiejar.New(nil) // never fails
	browser := &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return s.dial(ctx, "127.0.0.1:443")
		},
	}}
	defer browser.CloseIdleConnections()
	for _, c := range []struct {
		password string
		want     int
	}{{"wrong horse battery staple", http.StatusForbidden}, {password, http.StatusOK}} {
		answer, err := browser.PostForm("https://"+pageHost+"/login", url.Values{"password": {c.password}})
		if err != nil {
			s.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.want {
			s.Errorf("%q: status %d, want %d", c.password, answer.StatusCode, c.want)
		}
	}

	get := []string{
		"bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/8737; printf 'GET / HTTP/1.0\r\nHost: 127.0.0.1:8737\r\n\r\n' >&3; ` +
			`cat <&3`,
	}
	owner := append([]string{"runuser", "-u", "sweepd", "--"}, get...)
	if out := s.run(owner...); !strings.HasPrefix(out, "HTTP/1.0 401 ") || !strings.Contains(out, "<html") {
		s.Errorf("the user of the service gets:\n%s", out)
	}
	for _, user := range []string{"nobody", "root"} { // whose connection may be reset before they read why
		out, _ := s.try(append([]string{"runuser", "-u", user, "--"}, get...)...)
		if strings.Contains(out, "<html") || strings.Contains(out, "HTTP") && !strings.Contains(out, " 403 ") {
			s.Errorf("%s gets:\n%s", user, out)
		}
	}
	if err := os.WriteFile(policy, []byte(sharedPolicy), 0o644); err != nil {
		s.Fatal(err)
	}
	s.run("systemctl", "stop", "page.socket")
}
