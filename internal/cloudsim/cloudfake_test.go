package cloudsim_test

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// echo is a service that has nothing to do with any provider: it answers with the path.
type echo struct{ disturbed []cloudsim.Kind }

func (*echo) Provider() string { return "echo" }
func (*echo) Hosts() []string  { return []string{"api.echo.example"} }
func (*echo) Call(r *http.Request) cloudsim.Call {
	return cloudsim.Call{Method: "echo" + strings.ReplaceAll(r.URL.Path, "/", "."), Account: "ann"}
}

func (*echo) ServeHTTP(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }

func (*echo) Refuse(w http.ResponseWriter, _ *http.Request, status int, reason string) {
	http.Error(w, reason, status)
}

func (e *echo) Disturb(_ *http.Request, kind cloudsim.Kind) bool {
	e.disturbed = append(e.disturbed, kind)
	return true
}

func serve(t *testing.T, o cloudsim.Options) (*cloudsim.Cloud, *cloudsim.Server) {
	t.Helper()
	o.Now = func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
	c, err := cloudsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Add(&echo{}); err != nil {
		t.Fatal(err)
	}
	s, err := c.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return c, s
}

func get(t *testing.T, c *http.Client, url string) (status int, body string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// OpenSSL takes a certificate for self-signed by its names alone.
func TestACertificateIsNotCalledLikeItsAuthority(t *testing.T) {
	_, s := serve(t, cloudsim.Options{})
	block, _ := pem.Decode(s.CA())
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Client().Get("https://api.echo.example/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	leaf := resp.TLS.PeerCertificates[0]
	if bytes.Equal(leaf.RawSubject, ca.RawSubject) || !bytes.Equal(leaf.RawIssuer, ca.RawSubject) {
		t.Errorf("%s is signed by %s, and the authority is %s", leaf.Subject, leaf.Issuer, ca.Subject)
	}
}

func TestAKnownHostIsServedThroughTheProxyUnderTheAuthorityOfThisStart(t *testing.T) {
	_, s := serve(t, cloudsim.Options{})
	if status, body := get(t, s.Client(), "https://api.echo.example/hello"); status != 200 || body != "/hello" {
		t.Errorf("%d %q", status, body)
	}
	_, other := serve(t, cloudsim.Options{})
	stranger := other.Client()
	stranger.Transport.(*http.Transport).Proxy = s.Client().Transport.(*http.Transport).Proxy
	if _, err := stranger.Get("https://api.echo.example/"); err == nil ||
		!strings.Contains(err.Error(), "certificate") {
		t.Errorf("another start's authority is trusted: %v", err)
	}
}

func TestNothingIsEverPassedOn(t *testing.T) {
	_, s := serve(t, cloudsim.Options{})
	proxy := strings.TrimPrefix(s.ProxyURL(), "http://")
	for _, ask := range []string{
		"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
		"CONNECT api.echo.example:80 HTTP/1.1\r\nHost: api.echo.example:80\r\n\r\n",
		"CONNECT " + proxy + " HTTP/1.1\r\nHost: " + proxy + "\r\n\r\n",
		"GET http://api.echo.example/ HTTP/1.1\r\nHost: api.echo.example\r\n\r\n",
		"GET http://" + proxy + "/audit HTTP/1.1\r\nHost: " + proxy + "\r\n\r\n",
		"GET /audit HTTP/1.1\r\nHost: evil.example\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", proxy)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, ask)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %v %v", ask, resp, err)
		}
		_ = conn.Close()
	}
}

func TestATunnelLeadsToNoOtherHost(t *testing.T) {
	_, s := serve(t, cloudsim.Options{})
	r, err := http.NewRequest(http.MethodGet, "https://api.echo.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "example.com"
	resp, err := s.Client().Do(r)
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("%v %v", resp, err)
	}
}

func TestItListensOnLoopbackOnly(t *testing.T) {
	c, _ := serve(t, cloudsim.Options{})
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if s, err := c.Start(addr); err == nil {
			_ = s.Close()
			t.Errorf("it listens on %s", addr)
		}
	}
}

func TestTheRecordIsServedAsLines(t *testing.T) {
	c, s := serve(t, cloudsim.Options{})
	for i := range 3 {
		get(t, s.Client(), fmt.Sprintf("https://api.echo.example/%d?access_token=hidden&x=1", i))
	}
	c.Mutation(t.Context(), "echo", "ann", "trash", "f1", map[string]any{"trashed": false},
		map[string]any{"trashed": true})
	status, body := get(t, http.DefaultClient, s.AuditURL()+"?since=1")
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if status != 200 || len(lines) != 3 || strings.Contains(body, "hidden") {
		t.Fatalf("%d %s", status, body)
	}
	var r cloudsim.Record
	if err := json.Unmarshal([]byte(lines[0]), &r); err != nil || r.Seq != 2 || r.N != 2 || r.Call != "echo.1" ||
		r.Query != "access_token=-&x=1" || r.Status != 200 || r.Bytes != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	var m cloudsim.Record
	if err := json.Unmarshal([]byte(lines[2]), &m); err != nil || m.Kind != cloudsim.KindMutation || m.N != 0 ||
		m.Op != "trash" || string(m.After) != `{"trashed":true}` {
		t.Errorf("%+v, %v", m, err)
	}
	if n := c.Audit().Calls()["echo.1"]; n != 1 || c.Audit().Bytes()["echo.1"] != 2 {
		t.Errorf("counted %d calls of echo.1", n)
	}
	if status, _ := get(t, http.DefaultClient, s.AuditURL()+"?since=x"); status != 400 {
		t.Errorf("since=x is %d", status)
	}
}

func TestCloseMayBeCalledTwiceAndEndsConnections(t *testing.T) {
	_, s := serve(t, cloudsim.Options{})
	client := s.Client()
	get(t, client, "https://api.echo.example/")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	_ = s.Close()
	if _, err := client.Get("https://api.echo.example/"); err == nil {
		t.Error("it answers after Close")
	}
}

func TestNoTwoServicesShareAHost(t *testing.T) {
	c, _ := serve(t, cloudsim.Options{})
	if err := c.Add(&echo{}); err == nil {
		t.Error("two services for one host")
	}
}
