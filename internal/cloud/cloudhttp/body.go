package cloudhttp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"time"
)

// How many bytes of a response are read before the caller gets it, so that an incomplete answer is detected while the
// call can still be repeated, or its error can name the call.
const (
	smallBody = 1 << 20 // any body of a known length up to this
	jsonBody  = 8 << 20 // JSON, up to this
	toJudge   = 64 << 10
)

// errSilent ends a try if the service sends nothing any more. It differs from the caller's context.Canceled.
var errSilent = fmt.Errorf("the service has gone silent: %w", os.ErrDeadlineExceeded)

// watch ends a try if nothing has arrived for span. It runs from the moment the request is sent: the wait for the
// headers counts, and so does each Read of the body, but not the time in between, in which the caller works on
// what it has. ctx is the request's context; done must be called in the end.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	span   time.Duration
}

// newWatch returns a watch that already runs.
func newWatch(parent context.Context, span time.Duration) *watch {
	ctx, cancel := context.WithCancelCause(parent)
	return &watch{ctx, cancel, time.AfterFunc(span, func() { cancel(errSilent) }), span}
}

// listen restarts the span.
func (w *watch) listen() { w.timer.Reset(w.span) }

// rest stops the span while the caller is busy.
func (w *watch) rest() { w.timer.Stop() }

// done ends the try.
func (w *watch) done() {
	w.timer.Stop()
	w.cancel(nil)
}

// cause returns errSilent if that is what caused err; else err.
func (w *watch) cause(err error) error {
	if err != nil && errors.Is(context.Cause(w.ctx), errSilent) {
		return errSilent
	}
	return err
}

// body passes a response's body to the caller.
type body struct {
	from    io.ReadCloser
	watch   *watch
	counted func(n int)
}

// Read implements io.Reader. A body that ends because of the watch returns errSilent, not the context's error:
// the caller has not cancelled anything.
func (b *body) Read(p []byte) (int, error) {
	b.watch.listen()
	n, err := b.from.Read(p)
	b.watch.rest()
	b.counted(n)
	if err == io.EOF {
		return n, err
	}
	return n, b.watch.cause(err)
}

// Close implements io.Closer, and ends the watch.
func (b *body) Close() error {
	defer b.watch.done()
	return b.from.Close()
}

// ahead reads up to most bytes of resp's body before the caller gets it. A body that is shorter is closed, and
// the connection is free again; of a longer one the caller gets the bytes that were read, and then the rest.
func ahead(resp *http.Response, most int64) error {
	if most == 0 {
		return nil
	}
	got, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return err
	}
	if int64(len(got)) < most {
		err := resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(got))
		return err
	}
	resp.Body = begun(got, resp.Body)
	return nil
}

// begun returns a body of which got was read already.
func begun(got []byte, rest io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(got), rest), rest}
}

// toRead returns how many bytes of resp's body are read ahead: the whole answer to a change, because the change is
// not known to be done without it, and every small body.
func toRead(resp *http.Response, e effect) int64 {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.Request != nil && resp.Request.Method == http.MethodHead:
		return 0
	case e != reads || kind == "application/json":
		return jsonBody
	case resp.ContentLength >= 0 && resp.ContentLength <= smallBody:
		return resp.ContentLength + 1
	}
	return 0
}
