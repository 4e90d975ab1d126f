package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/secret"
)

// callback serves the loopback address that the browser returns to. It accepts one answer with the right state and is
// then closed.
//
// The browser opens this address first, which redirects it to the consent page, once: the program that starts a
// browser shows its arguments to every user of the machine, so the state is not among them. If another client comes
// first, the user sees that the sign-in was already begun.
type callback struct {
	listener net.Listener
	server   *http.Server
	served   chan error
	state    secret.Text
	consent  string // the address of the consent page
	result   chan reply

	mu    sync.Mutex
	begun bool
	ended bool
}

// reply is what the consent page sent.
type reply struct {
	code secret.Text
	err  error
}

// anyPort is the address that the browser returns to unless the service requires one.
const anyPort = "127.0.0.1:0"

// listen opens the address at, or any port if that is "". redirect is the address for the service.
func listen(ctx context.Context, at string, state secret.Text) (c *callback, redirect string, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(at, anyPort))
	if err != nil {
		return nil, "", err
	}
	c = &callback{listener: l, state: state, served: make(chan error, 1), result: make(chan reply, 1)}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	return c, "http://" + l.Addr().String() + "/", nil
}

// wait serves until the answer arrives or ctx ends, and closes the server. It must be called once; the listener
// is closed when it returns. The browser's page is sent before that, for which there are five seconds.
func (c *callback) wait(ctx context.Context) (secret.Text, error) {
	go func() { c.served <- c.server.Serve(c.listener) }()
	var r reply
	select {
	case r = <-c.result:
	case <-ctx.Done():
		r.err = ctx.Err()
	case err := <-c.served:
		return secret.Text{}, fmt.Errorf("wait for the browser: %w", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := c.server.Shutdown(last); err != nil { // the browser still gets its page
		err = c.server.Close()
		r.err = errors.Join(r.err, err)
	}
	<-c.served
	return r.code, r.err
}

// ServeHTTP answers the browser. It accepts only the listener's own address as the host, so that a web page whose
// name was made to resolve to loopback is refused, and its pages load nothing and pass on no referrer.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for k, v := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Type": "text/html; charset=utf-8",
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
	} {
		w.Header().Set(k, v)
	}
	switch {
	case r.Host != c.listener.Addr().String(): // another host name that leads here
		page(w, http.StatusMisdirectedRequest, "This is not an address of its own.")
	case r.Method != http.MethodGet || r.URL.Path != "/":
		page(w, http.StatusNotFound, "There is nothing here.")
	case r.URL.RawQuery == "":
		c.begin(w, r)
	default:
		c.take(w, r.URL.Query())
	}
}

// begin redirects the browser to the consent page.
func (c *callback) begin(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	again := c.begun
	c.begun = true
	c.mu.Unlock()
	if again {
		page(w, http.StatusGone, "This sign-in was already begun. If that was not you, stop it and begin another.")
		return
	}
	http.Redirect(w, r, c.consent, http.StatusSeeOther)
}

// take accepts the answer, if it is the one to this sign-in. One with another state is refused without ending the
// wait: any program on the machine, and any web page, can send a request here.
func (c *callback) take(w http.ResponseWriter, q url.Values) {
	code, err := answer(q, c.state)
	if errors.Is(err, ErrPasted) {
		page(w, http.StatusBadRequest, "This is not the answer to this sign-in.")
		return
	}
	c.mu.Lock()
	again := c.ended
	c.ended = true
	c.mu.Unlock()
	if again {
		page(w, http.StatusGone, "This sign-in is over.")
		return
	}
	c.result <- reply{code, err}
	if err != nil {
		page(w, http.StatusOK, "Nothing was given to sweepd. You may close this page.")
		return
	}
	page(w, http.StatusOK, "Go back to sweepd, which says whether it worked. You may close this page.")
}

// answer reads the parameters that the consent page added to the address (RFC 6749, section 4.1.2). It returns
// ErrPasted if the state is not this sign-in's, and ErrDeclined if access was refused.
func answer(q url.Values, state secret.Text) (code secret.Text, err error) {
	if !state.Equal(secret.New(q.Get("state"))) {
		return secret.Text{},
			&Error{Kind: ErrPasted, Hint: "copy the whole address of the page that the browser could not open"}
	}
	if denied := q.Get("error"); denied != "" {
		hint := refusalHint(denied, q.Get("error_subtype"), q.Get("error_description"))
		if hint == "" {
			hint = "nothing was changed; begin again when you want to allow it"
		}
		return secret.Text{}, &Error{
			Kind: ErrDeclined, Hint: hint, Err: errors.New(plainText(denied + ": " + q.Get("error_description"))),
		}
	}
	if q.Get("code") == "" {
		return secret.Text{}, &Error{Kind: ErrPasted, Hint: "it has no code in it: copy the whole address"}
	}
	return secret.New(q.Get("code")), nil
}

// page writes one sentence for the user.
func page(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><title>sweepd</title><p>"+html.EscapeString(text)+"</p>\n")
}
