package review

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// policy is the Content-Security-Policy of the pages: everything comes from this server, and nothing is inline.
const policyOfPages = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types sweepd"

// policyOfPictures is that of the bytes of a picture: nothing in them runs or loads anything, whatever they are.
const policyOfPictures = "default-src 'none'; sandbox; frame-ancestors 'none'"

// maxForm is the number of bytes of a form: the names of 20,000 pictures. A larger body makes ParseForm fail.
const maxForm = 1 << 20

// guarded returns a handler that passes on what may be a request of the page itself, see addressed. A browser's request
// that changes anything must come from a page of this server. The check of the origin is that of net/http
// (Sec-Fetch-Site, else Origin). The headers forbid any other page to frame, read or script this one; they are on
// errors too.
func (s *Server) guarded(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Cache-Control":                "no-store", // pictures that are deleted are in no cache of a browser
			"Content-Security-Policy":      policyOfPages,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "same-origin",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
		} {
			w.Header().Set(name, value)
		}
		if !s.addressed(r) {
			http.Error(w, "this is not an address of this page", http.StatusMisdirectedRequest)
			return
		}
		if r.TLS != nil {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// cookieName returns the name of the cookie. A browser has one set of cookies for all ports of a host, so it has the
// port. Without a port, as behind a proxy, it is sweepd alone. Over TLS nothing but this host can have set it (RFC
// 6265bis, section 4.1.3.2, "__Host-").
func cookieName(r *http.Request) string {
	name := "sweepd"
	if r.TLS != nil {
		name = "__Host-sweepd"
	}
	_, port, err := net.SplitHostPort(r.Host)
	if n, notNumber := strconv.Atoi(port); err != nil || notNumber != nil {
		return name
	} else {
		return fmt.Sprintf("%s-%d", name, n)
	}
}

// setCookie gives the browser the secret of a session; "" takes it away.
func setCookie(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{
		Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil, MaxAge: int(wholeLife.Seconds()),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// signedIn passes on requests with the cookie of a session. Others get the page that asks for the password or the link.
func (s *Server) signedIn(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(cookieName(r))
		way, shut := s.way(r)
		if err != nil || shut != nil || !s.logins.valid(c.Value, way, s.o.Now()) {
			s.hurry(w)
			s.askIn(w, r, http.StatusUnauthorized, s.in.Sprintf("Sign in"))
			return
		}
		next(w, r)
	})
}

// askIn sends the page that asks for the password, over TLS, or for the link.
func (s *Server) askIn(w http.ResponseWriter, r *http.Request, code int, title string) {
	s.page(w, code, "signin.html", struct {
		frame
		Password bool
	}{s.frame("", title), r.TLS != nil})
}

// tooMany refuses an attempt to sign in.
func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "60")
	http.Error(w, "too many attempts that have failed; wait a minute", http.StatusTooManyRequests)
}

// enter begins a session in the browser, in place of one that it has.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, way digest) {
	if c, err := r.Cookie(cookieName(r)); err == nil {
		s.logins.end(c.Value)
	}
	setCookie(w, r, s.logins.begin(way, s.o.Now()))
}

// login uses a link, and shows a page that leads on to the first one. It does not redirect: a browser would send the
// cookie along only if the link was not followed from another site. A browser or a mail program that looks ahead
// (Sec-Purpose, HEAD) gets an empty answer. A browser that is signed in already gets a new session, and its old one
// ends.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" { // a look ahead must not use the link
		w.WriteHeader(http.StatusNoContent)
		return
	}
	from := network(r)
	if !s.logins.attempt(from, maxFailures, s.o.Now()) {
		tooMany(w)
		return
	}
	way, err := s.way(r)
	if err != nil || !s.logins.use(r.PathValue("code"), s.o.Now()) {
		s.askIn(w, r, http.StatusForbidden, s.in.Sprintf("The link is not valid"))
		return
	}
	s.logins.forgive(from)
	s.enter(w, r, way)
	s.page(w, http.StatusOK, "welcome.html", s.frame("", s.in.Sprintf("Signed in")))
}

// logout ends the session. The other sessions stay.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName(r)); err == nil {
		s.logins.end(c.Value)
	}
	setCookie(w, r, "")
	s.askIn(w, r, http.StatusOK, s.in.Sprintf("Signed out"))
}
