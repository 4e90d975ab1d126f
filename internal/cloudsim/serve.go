package cloudsim

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Exchange is one request with its answer, for Options.Observe.
type Exchange struct {
	Call    Call
	Request *http.Request // its body has been read
	Status  int
	Header  http.Header
	Body    []byte // from the service, before a fault changed it
}

// serve lets s answer one request. It counts the request, injects the fault that hits it, and writes the record at
// the end, even if the connection is closed.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request, s Service, host string) {
	req := &request{n: c.requests.Add(1), service: s, call: s.Call(r)}
	req.fault = c.faults.next(req.call.Method)
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, req))
	out := &answer{to: w, keep: c.o.Observe != nil || req.fault != nil}
	defer func() {
		rec := Record{
			Kind: KindRequest, N: req.n, Time: c.Now(), Provider: s.Provider(),
			Account: req.call.Account, Call: req.call.Method,
			HTTP: r.Method, Host: host, Path: r.URL.Path, Query: withoutSecrets(r.URL.Query()), Agent: r.UserAgent(),
			Status: out.sent, Bytes: out.bytes,
		}
		if req.fault != nil {
			rec.Fault = req.fault.String()
		}
		c.audit.add(rec)
	}()
	if c.o.Latency > 0 {
		c.o.Wait(r.Context(), c.o.Latency)
	}
	c.answer(out, r, req)
}

// answer serves the request with its fault.
//
// CloseBefore, Refuse, ChangeBefore and MoveBefore come before the service has served; CloseAfter, Truncate,
// Slow, Alter and ChangeAfter afterwards. Incomplete, EmptyPage and Unfinished have no case here: the service
// asks Injected for them. With a fault the whole answer is held back until the service has finished, so that it
// can be cut or altered in the middle; without one it is streamed.
func (c *Cloud) answer(out *answer, r *http.Request, req *request) {
	f := req.fault
	if f == nil {
		req.service.ServeHTTP(out, r)
		out.finish()
		c.observe(out, r, req)
		return
	}
	switch f.Kind {
	case CloseBefore:
		panic(http.ErrAbortHandler) // makes net/http close the connection
	case Refuse:
		refuse(out, r, req)
		c.observe(out, r, req)
		return
	case ChangeBefore, MoveBefore:
		req.service.Disturb(r, f.Kind)
	}
	out.hold = true
	req.service.ServeHTTP(out, r)
	out.finish()
	c.observe(out, r, req)
	switch f.Kind {
	case CloseAfter:
		panic(http.ErrAbortHandler)
	case Truncate:
		out.half()
		panic(http.ErrAbortHandler)
	case Slow:
		out.half()
		c.o.Wait(r.Context(), f.delay())
	case Alter:
		out.alter()
	case ChangeAfter:
		req.service.Disturb(r, f.Kind)
	}
	out.release()
}

// refuse answers with the fault's status instead of serving.
func refuse(out *answer, r *http.Request, req *request) {
	f := req.fault
	if f.RetryAfter != "" {
		out.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Text == "" {
		req.service.Refuse(out, r, f.Status, f.Reason)
		return
	}
	kind := "text/plain; charset=utf-8"
	if strings.HasPrefix(f.Text, "<") {
		kind = "text/html; charset=utf-8"
	}
	out.Header().Set("Content-Type", kind)
	out.WriteHeader(f.Status)
	_, _ = out.Write([]byte(f.Text))
}

// observe passes the exchange on to Options.Observe, if it is set. The body is the service's own: Alter and
// Truncate change only the bytes that are sent afterwards.
func (c *Cloud) observe(out *answer, r *http.Request, req *request) {
	if c.o.Observe != nil {
		c.o.Observe(Exchange{
			Call: req.call, Request: r, Status: out.status, Header: out.Header().Clone(), Body: out.body,
		})
	}
}

// withoutSecrets returns the query with the values of credentials replaced by "-". upload_id is among them
// because it is the only thing that an upload's later requests need. The body is not in the record at all, nor
// are headers other than User-Agent.
func withoutSecrets(q url.Values) string {
	for _, key := range []string{
		"access_token", "oauth_token", "key", "code", "state", "token", "client_secret", "code_challenge", "upload_id",
	} {
		if q.Has(key) {
			q.Set(key, "-")
		}
	}
	return q.Encode()
}
