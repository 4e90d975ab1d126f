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

// What is read before a response is handed on, so that half an answer is known
// for one while the call can still be repeated, or called by its name.
const (
	smallBody = 1 << 20 // any body of a known length up to this
	jsonBody  = 8 << 20 // JSON, up to this
	toJudge   = 64 << 10
)

// errSilent ends a try at a service that says nothing any more. It is not the
// caller's context.Canceled.
var errSilent = fmt.Errorf("the service has gone silent: %w", os.ErrDeadlineExceeded)

// watch ends a try when nothing has come for too long.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	span   time.Duration
}

func newWatch(parent context.Context, span time.Duration) *watch {
	ctx, cancel := context.WithCancelCause(parent)
	return &watch{ctx, cancel, time.AfterFunc(span, func() { cancel(errSilent) }), span}
}

// listen begins the span anew.
func (w *watch) listen() { w.timer.Reset(w.span) }

// rest ends the span: it is the caller now who takes its time.
func (w *watch) rest() { w.timer.Stop() }

// done ends the try.
func (w *watch) done() {
	w.timer.Stop()
	w.cancel(nil)
}

// cause is err, or errSilent if that is what is behind it.
func (w *watch) cause(err error) error {
	if err != nil && errors.Is(context.Cause(w.ctx), errSilent) {
		return errSilent
	}
	return err
}

// body is a response's body on its way to the caller.
type body struct {
	from    io.ReadCloser
	watch   *watch
	counted func(n int)
}

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

func (b *body) Close() error {
	defer b.watch.done()
	return b.from.Close()
}

// ahead reads up to most bytes of resp's body before anybody gets it.
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

// begun is a body of which got was read already.
func begun(got []byte, rest io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(got), rest), rest}
}

// toRead is how much of resp's body is read ahead: all of what tells of a
// change, since without it the change is not known to be done; and whatever is
// small.
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
