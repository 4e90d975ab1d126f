// Package mailtest is a mail server (RFC 5321) on loopback for the tests of what sends mail.
package mailtest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Server is a mail server that keeps the mails that it receives. The fields are set before it listens.
type Server struct {
	Certificate *tls.Certificate  // nil: no STARTTLS
	Password    string            // of the user mia; "": no AUTH
	Refuse      string            // the answer to RCPT; "": it accepts
	RefuseOne   string            // the only receiver who is refused; "": all
	Receive     func(mail string) // is called with the text of each mail before it is accepted; nil: nothing is

	mu   sync.Mutex
	got  []string // texts of mails
	said []string // commands
}

// Listen serves on a loopback port until the test ends.
func (s *Server) Listen(t testing.TB) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.Talk(c) })
		}
	})
	return l.Addr().(*net.TCPAddr).Port
}

// Got returns the texts of the mails that were accepted.
func (s *Server) Got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Said returns the commands of all clients.
func (s *Server) Said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.said)
}

// Talk serves one connection.
func (s *Server) Talk(c net.Conn) {
	defer func() { c.Close() }()
	say := func(text string) { fmt.Fprint(c, text+"\r\n") }
	say("220 post.example ESMTP")
	encrypted := false
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "EHLO":
			say("250-post.example")
			if s.Certificate != nil && !encrypted {
				say("250-STARTTLS")
			}
			if s.Password != "" {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go on")
			secure := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.Certificate}})
			c, in, encrypted = secure, bufio.NewReader(secure), true
		case "AUTH":
			if want := base64.StdEncoding.EncodeToString([]byte("\x00mia\x00" + s.Password)); line != "AUTH PLAIN "+
				want {
				say("535 5.7.8 wrong: " + line + " is not " + want)
				continue
			}
			say("235 come in")
		case "RCPT":
			if s.Refuse != "" && strings.Contains(line, s.RefuseOne) {
				say(s.Refuse)
				continue
			}
			say("250 fine")
		case "DATA":
			say("354 go on")
			var data strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				data.WriteString(strings.TrimPrefix(line, "."))
			}
			if s.Receive != nil {
				s.Receive(data.String())
			}
			s.mu.Lock()
			s.got = append(s.got, data.String())
			s.mu.Unlock()
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
