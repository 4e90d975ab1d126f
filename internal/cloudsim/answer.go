package cloudsim

import (
	"bytes"
	"net/http"
)

// answer is a ResponseWriter that counts the bytes sent, keeps a copy of the body if it is observed, and can hold the
// answer back until a fault has changed it.
type answer struct {
	to     http.ResponseWriter
	keep   bool // copy the body
	hold   bool // send nothing before release
	status int  // the service's status; 0: none yet
	sent   int  // the status that was sent; 0: none
	bytes  int64
	body   []byte
	off    int // of body: already sent
}

// Compile-time check.
var _ http.ResponseWriter = (*answer)(nil)

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.to.Header() }

// WriteHeader implements http.ResponseWriter. Only the first status counts, as in net/http, but without its
// warning.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	if !a.hold {
		a.sent = status
		a.to.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter. While the answer is held back it cannot fail.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.keep || a.hold {
		a.body = append(a.body, b...)
	}
	if a.hold {
		return len(b), nil
	}
	n, err := a.to.Write(b)
	a.bytes, a.off = a.bytes+int64(n), len(a.body)
	return n, err
}

// finish sends the status if the service wrote nothing.
func (a *answer) finish() { a.WriteHeader(http.StatusOK) }

// alter changes one byte in the middle of the held body.
func (a *answer) alter() {
	if len(a.body) > 0 {
		a.body = bytes.Clone(a.body) // the observed copy stays unchanged
		a.body[len(a.body)/2] ^= 1
	}
}

// half sends the headers and half of the held body.
func (a *answer) half() { a.send(len(a.body) / 2) }

// release sends the rest of the held answer.
func (a *answer) release() {
	if a.hold {
		a.send(len(a.body))
	}
}

// send sends the status, if it has not been sent, and the held body up to that offset. It flushes, so that the
// client has the bytes before the connection is closed or the server waits.
func (a *answer) send(upTo int) {
	if a.sent == 0 {
		a.sent = a.status
		a.to.WriteHeader(a.status)
	}
	n, err := a.to.Write(a.body[a.off:upTo])
	a.bytes, a.off = a.bytes+int64(n), a.off+n
	if f, ok := a.to.(http.Flusher); ok && err == nil {
		f.Flush()
	}
}
