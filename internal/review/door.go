package review

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/status"
)

// errShut is returned if no other machine is let in.
var errShut = errors.New("the policy lets no other machine in")

// fresh is how long what was read from the files of a door is used. A changed file counts that much later.
const fresh = time.Second

// unasked is how long the body of a request may take that comes from a browser that has not signed in.
const unasked = 10 * time.Second

// door is the way in for other machines: TLS, and a password.
type door struct {
	read func() (*app.Door, error) // by the present policy
	now  func() time.Time
	turn chan struct{} // holds the one who checks a password, which takes a processor

	mu  sync.Mutex
	at  time.Time
	is  *app.Door
	err error
}

// newDoor returns a door that read opens. If read is nil, it is shut.
func newDoor(read func() (*app.Door, error), now func() time.Time) *door {
	if read == nil {
		read = func() (*app.Door, error) { return nil, errShut }
	}
	return &door{read: read, now: now, turn: make(chan struct{}, 1)}
}

// get returns the certificate and the password as they are in the files. While one of them cannot be used, nobody is
// let in, and no session is valid.
func (d *door) get() (*app.Door, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := d.now().Sub(d.at); d.at.IsZero() || age < 0 || age >= fresh {
		d.is, d.err = d.read()
		d.at = d.now()
	}
	return d.is, d.err
}

// config returns the configuration of TLS. Every browser since 2020 has version 1.3. HTTP/2 is not offered: one
// connection would count as one and carry a hundred requests.
func (d *door) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			is, err := d.get()
			if err != nil {
				return nil, err
			}
			return &is.Certificate, nil
		},
	}
}

// way returns what the sessions of a request are bound to: zero for a page of this machine, else the password. A
// session is valid only for the way by which it was begun, and ends with its password.
func (s *Server) way(r *http.Request) (digest, error) {
	if r.TLS == nil {
		return digest{}, nil
	}
	is, err := s.door.get()
	if err != nil {
		return digest{}, err
	}
	return is.Sum(), nil
}

// addressed reports whether the Host of a request is this page: a name of its certificate, or this machine by its
// number or as localhost. Another site could point its own name here (DNS rebinding).
func (s *Server) addressed(r *http.Request) bool {
	if r.TLS == nil {
		return status.NamesLoopback(r.Host)
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	is, err := s.door.get()
	return err == nil && is.Names(strings.Trim(host, "[]"))
}

// hurry limits the time for the body of a request from a browser that has not signed in: it would hold one of the few
// connections.
func (s *Server) hurry(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(s.o.Now().Add(unasked)) // fails only for connections without one
}

// password signs a browser in that sends the password, from the page signin.html.
func (s *Server) password(w http.ResponseWriter, r *http.Request) {
	is, err := s.door.get()
	if r.TLS == nil || err != nil {
		http.NotFound(w, r)
		return
	}
	s.hurry(w)
	from, now := network(r), s.o.Now()
	if !s.logins.attempt(from, maxFailures, now) {
		tooMany(w)
		return
	}
	if !s.logins.attempt(anywhere(), maxAllFailures, now) {
		tooMany(w)
		return
	}
	select {
	case s.door.turn <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	right := is.Admits(r.PostFormValue("password"))
	<-s.door.turn
	if !right {
		s.o.Refused(from.Addr().String())
		s.askIn(w, r, http.StatusForbidden, s.in.Sprintf("The password is wrong"))
		return
	}
	s.logins.forgive(from)
	s.logins.forgive(anywhere())
	s.enter(w, r, is.Sum())
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// OpenDoor listens at the address for other machines, unless it is "". It returns the port and a function that serves
// the page there and at the listeners until its context ends, by TLS only. Options.Door decides who is let in.
func (s *Server) OpenDoor(
	ctx context.Context, address string, more ...net.Listener,
) (port string, serve func(context.Context) error, err error) {
	if address != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return "", nil, err
		}
		more = append([]net.Listener{l}, more...)
	}
	if _, port, err = net.SplitHostPort(more[0].Addr().String()); err != nil {
		return "", nil, err
	}
	return port, func(ctx context.Context) error {
		return status.ServeTLS(ctx, s.Handler(), s.door.config(), more...)
	}, nil
}
