package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/internal/testing/mailtest"
)

// certificate returns a self-signed certificate.
func certificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    at.AddDate(-10, 0, 0),
		NotAfter:     at.AddDate(10, 0, 0),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestAMailIsAsMailIsToBe(t *testing.T) {
	p := &mailtest.Server{}
	address := fmt.Sprintf(
		"smtp://127.0.0.1:%d/?from=sweepd%%2Bnight@post.example&fromname=sweepd"+
			"&to=mia@post.example,bob+tag@post.example",
		p.Listen(t),
	)
	o := Options{Sinks: []Sink{{To: file(t, address)}}, Getenv: env(), Now: now}
	m := Message{
		Event:   "summary",
		Subject: "Bilder gelöscht: 3\nBcc: eve@post.example",
		Text:    ".a line with a dot\nübrig: 1 – " + strings.Repeat("lang ", 300),
		At:      at,
	}
	for range 2 {
		if err := Try(t.Context(), o, m)[0].Err; err != nil {
			t.Fatal(err)
		}
	}
	first, second := parse(t, p.Got()[0]), parse(t, p.Got()[1])
	subject, err := new(mime.WordDecoder).DecodeHeader(first.Header.Get("Subject"))
	if err != nil || subject != "Bilder gelöscht: 3 Bcc: eve@post.example" || first.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if to, err := first.Header.AddressList("To"); err != nil || len(to) != 2 ||
		to[1].Address != "bob+tag@post.example" {
		t.Errorf("to %v, %v", to, err)
	}
	if from, err := first.Header.AddressList("From"); err != nil || from[0].Name != "sweepd" ||
		from[0].Address != "sweepd+night@post.example" {
		t.Errorf("from %v, %v", from, err)
	}
	if date, err := first.Header.Date(); err != nil || !date.Equal(at) {
		t.Errorf("date %v, %v", date, err)
	}
	if a, b := first.Header.Get("Message-ID"), second.Header.Get("Message-ID"); a == "" || a != b {
		t.Errorf("the same mail is %q and %q", a, b)
	}
	for line := range strings.Lines(p.Got()[0]) {
		if len(line) > 1000 { // RFC 5321, 4.5.3.1.6
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// TestASecondMailIsOnlyTheSecond sends two messages by one carrier, with subjects
// that a header cannot hold as they are.
func TestASecondMailIsOnlyTheSecond(t *testing.T) {
	p := &mailtest.Server{}
	c := newTestCarrier(t,
		fmt.Sprintf("smtp://127.0.0.1:%d/?from=a@post.example&fromname=J%%C3%%B6rg&to=b@post.example", p.Listen(t)))
	subjects := []string{"Bilder gelöscht", "früher: " + strings.Repeat("Fotos für Zoë; ", 100) + "Ende"}
	for _, subject := range subjects {
		if err := c.carry(t.Context(),
			letter{event: "summary", subject: subject, text: "text of " + subject, at: at}); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]bool{}
	for i, subject := range subjects {
		head, _, _ := strings.Cut(p.Got()[i], "\r\n\r\n")
		for line := range strings.Lines(head) {
			if len(line) > 80 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) { // RFC 2047, 2
				t.Errorf("mail %d has the header line %q", i, line)
			}
		}
		m := parse(t, p.Got()[i])
		if got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || got != subject {
			t.Errorf("mail %d has the subject %q, %v", i, got, err)
		}
		ids[m.Header.Get("Message-ID")] = true
	}
	if len(ids) != len(subjects) {
		t.Errorf("the mails are %v", ids)
	}
}

func parse(t *testing.T, data string) *netmail.Message {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMailIsNotSentInTheClear(t *testing.T) {
	own := certificate(t)
	for _, c := range []struct {
		name, options string
		server        *mailtest.Server
		want          string // of the error; "": it arrives
	}{
		{"on this machine it may be", "", &mailtest.Server{}, ""},
		{"with a password too", "", &mailtest.Server{Password: "s3cr3t"}, ""},
		{"a server that cannot encrypt", "&encryption=ExplicitTLS", &mailtest.Server{Password: "s3cr3t"}, "STARTTLS"},
		{
			"a server that nobody vouches for",
			"&encryption=ExplicitTLS",
			&mailtest.Server{Certificate: own, Password: "s3cr3t"},
			"certificate",
		},
		{
			"unless it is said",
			"&encryption=ExplicitTLS&skiptlsverify=yes",
			&mailtest.Server{Certificate: own, Password: "s3cr3t"},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			port := c.server.Listen(t)
			user := ""
			if c.server.Password != "" {
				user = "mia:s3cr3t@"
			}
			err := tryOne(t, fmt.Sprintf("smtp://%s127.0.0.1:%d/?from=a@post.example&to=b@post.example%s", user, port,
				c.options), false)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if c.want != "" && (len(c.server.Got()) > 0 || strings.Contains(fmt.Sprint(c.server.Said()), "AUTH")) {
				t.Errorf("all the same it got %q", c.server.Said())
			}
			if c.want == "" && len(c.server.Got()) != 1 {
				t.Errorf("it got %d mails: %q", len(c.server.Got()), c.server.Said())
			}
		})
	}
}

func TestMailOverTLSFromTheStart(t *testing.T) {
	p := &mailtest.Server{Password: "s3cr3t"}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*certificate(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if c, err := l.Accept(); err == nil {
			p.Talk(c)
		}
	}()
	address := fmt.Sprintf(
		"smtp://mia:s3cr3t@127.0.0.1:%d/?from=a@post.example&to=b@post.example"+
			"&encryption=ImplicitTLS&skiptlsverify=yes",
		l.Addr().(*net.TCPAddr).Port,
	)
	if err := tryOne(t, address, false); err != nil {
		t.Fatal(err)
	}
	<-served
	if len(p.Got()) != 1 {
		t.Errorf("%d mails", len(p.Got()))
	}
}

func TestAMailThatIsRefusedSaysWhyAndNoSecret(t *testing.T) {
	wrong := &mailtest.Server{Password: "another"}
	full := &mailtest.Server{Refuse: "452 4.2.2 the mailbox of bob@post.example is full"}
	for _, c := range []struct {
		server        *mailtest.Server
		address, want string
	}{
		{wrong, "smtp://mia:s3cr3t@127.0.0.1:%d/?from=a@post.example&to=bob@post.example", "535"},
		{full, "smtp://127.0.0.1:%d/?from=a@post.example&to=bob@post.example", "full"},
	} {
		err := tryOne(t, fmt.Sprintf(c.address, c.server.Listen(t)), false)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") ||
			strings.Contains(err.Error(), "bob") ||
			strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte("\x00mia\x00s3cr3t"))) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAMailServerThatSaysNothingIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	silent := make(chan struct{})
	go func() {
		defer close(silent)
		if c, err := l.Accept(); err == nil {
			io.Copy(io.Discard, c) // until it is hung up
			c.Close()
		}
	}()
	c, err := newCarrier(secret.New(fmt.Sprintf("smtp://127.0.0.1:%d/?from=a@post.example&to=b@post.example",
		l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		t.Fatal(err)
	}
	if err := try(t.Context(), c, letterOf(message(), false), 200*time.Millisecond); err == nil {
		t.Error("it was sent")
	}
	<-silent
}
