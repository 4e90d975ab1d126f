package cloudhttp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// try sends the request once. It returns a response for the caller; or a failure, which can perhaps be repeated;
// or an error if no further try is possible.
//
// An answer counts as arrived only when as much of it has been read as toRead asks for: a body that breaks off is
// no answer, and the change that it would have confirmed is not known to be done.
func (c *call) try() (*http.Response, *Error, error) {
	ctx := c.req.Context()
	start, err := c.turn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if c.t.o.Tokens != nil {
		if c.token, err = c.t.o.Tokens.Token(ctx, c.refused); err != nil {
			return nil, nil, err
		}
	}
	if c.effect != reads && c.t.o.May != nil { // the turn and the token may have taken long
		if err := c.t.o.May(ctx); err != nil {
			return nil, nil, err
		}
	}
	w := newWatch(ctx, c.t.o.Timeout)
	req, err := c.copied(w.ctx)
	if err != nil {
		w.done()
		return nil, nil, err
	}
	resp, err := c.t.base.RoundTrip(req)
	if err == nil {
		resp.Body = &body{resp.Body, w, c.received}
		err = ahead(resp, c.toRead(resp))
	}
	err = w.cause(err)
	c.log(ctx, start, resp, err)
	if err != nil {
		if resp != nil {
			resp.Body.Close()
		}
		w.done()
		return nil, c.unanswered(err), nil
	}
	if resp.StatusCode < 400 {
		c.t.pace.answered()
		return resp, nil, nil
	}
	fault := c.judge(resp, start)
	if fault == nil {
		return resp, nil, nil
	}
	resp.Body.Close()
	return nil, fault, nil
}

// copied returns a copy of the request to send, with a body and the token.
func (c *call) copied(ctx context.Context) (*http.Request, error) {
	req := c.req.Clone(ctx)
	if c.req.GetBody != nil {
		b, err := c.req.GetBody()
		if err != nil {
			return nil, err
		}
		req.Body = b
	}
	if c.t.o.Tokens != nil {
		req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	}
	c.t.n.count(func(s *Stats) {
		s.Calls++
		s.Sent += max(req.ContentLength, 0)
		if s.ByCall == nil {
			s.ByCall = map[string]int64{}
		}
		s.ByCall[c.name]++
	})
	return req, nil
}

// received counts bytes of a body as the caller reads them.
func (c *call) received(n int) { c.t.n.count(func(s *Stats) { s.Received += int64(n) }) }

// toRead returns how many bytes of a response's body are read before it is judged.
func (c *call) toRead(resp *http.Response) int64 {
	if resp.StatusCode >= 400 {
		return toJudge
	}
	return toRead(resp, c.effect)
}

// unanswered returns the failure if no whole answer arrived. Unless nothing can have been sent, a call that may
// change something is unsure from then on, also if a later try is refused.
func (c *call) unanswered(err error) *Error {
	if unsent(err) {
		return &Error{Kind: Unreached, Err: err}
	}
	c.unsure = c.unsure || c.effect != reads
	return &Error{Kind: Unavailable, Err: err}
}

// unsent reports whether err means for certain that no connection existed over which anything could be sent. net/http
// tries another connection by itself only if nothing was written to the first, so this holds for its tries too.
func unsent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	_, distrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return distrusted
}

// judge returns the failure that an answer means, nil if the caller is to read the answer.
//
// A limit that asks for more patience than the options have becomes Exhausted until then, for all calls. A fault
// of the service makes a change unsure; a refusal does not.
func (c *call) judge(resp *http.Response, start time.Time) *Error {
	now := c.t.o.Now()
	text, err := io.ReadAll(io.LimitReader(resp.Body, toJudge))
	if err != nil {
		return c.unanswered(err)
	}
	m := c.t.o.Classify(Answer{resp.StatusCode, resp.Header, text, now})
	if m.Kind == Pass {
		resp.Body = begun(text, resp.Body)
		return nil
	}
	e := &Error{
		Kind: m.Kind, Status: resp.StatusCode, Reason: line(m.Reason), Text: line(m.Text), Until: m.Until,
		ID: requestID(resp.Header), after: max(retryAfter(resp.Header, now), m.After),
	}
	if e.after > c.t.o.Patience && (e.Kind == Limited || e.Kind == Exhausted) {
		e.Kind, e.Until, m.Lasting = Exhausted, now.Add(e.after), m.Lasting || e.Kind == Limited
	}
	switch e.Kind {
	case Limited:
		c.t.n.count(func(s *Stats) { s.Limits++ })
		c.t.pace.limited(start, e.after)
		if c.t.o.Quota != nil {
			c.t.o.Quota.Limited(c.req.Context(), e.after)
		}
	case Exhausted:
		if m.Lasting {
			c.t.exhaust(e)
		}
	case Unavailable:
		c.unsure = c.unsure || c.effect != reads
	}
	return e
}

// log records one try, without any name or id of a file.
func (c *call) log(ctx context.Context, start time.Time, resp *http.Response, err error) {
	if !c.t.o.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	var attrs []slog.Attr
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("request_id", requestID(resp.Header)))
	}
	if err != nil {
		attrs = append(attrs, slog.String("err", line(err.Error())))
	}
	c.t.o.Log.LogAttrs(ctx, slog.LevelDebug, "cloud call", slog.String("event", "cloud_call"),
		slog.String("call", c.name), slog.Duration("took", c.t.o.Now().Sub(start)),
		slog.Any("", slog.GroupValue(attrs...)))
}

// requestID returns the service's id of the request, from the headers that services use for it.
func requestID(h http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Dropbox-Request-Id", "X-Guploader-Uploadid", "X-Amz-Request-Id"} {
		if id := h.Get(name); id != "" {
			return line(id)
		}
	}
	return ""
}
