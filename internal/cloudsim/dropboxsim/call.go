package dropboxsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// call is one signed-in request to a route. authorize sets the signer and t, which stay zero for longpoll; a
// and t are nil for a route of a team. read sets arg.
type call struct {
	d   *Dropbox
	w   http.ResponseWriter
	r   *http.Request
	rt  *route
	arg []byte // JSON
	signer
	t    *tree // the root that its paths are in
	sent bool  // the route has answered by itself
}

// actor returns the caller, for the record. Its context does not end with the request, so that the call completes
// whether or not the client waits for the answer.
func (c *call) actor() actor { return actor{context.WithoutCancel(c.r.Context()), c.a} }

// Call implements cloudsim.Service. A route at the wrong host is no known method.
func (d *Dropbox) Call(r *http.Request) cloudsim.Call {
	switch {
	case host(r) == webHost:
		return cloudsim.Call{Method: "oauth2.authorize"}
	case host(r) == apiHost && r.URL.Path == tokenPath:
		return cloudsim.Call{Method: "oauth2.token"}
	}
	rt := d.routes[r.URL.Path]
	if rt == nil || rt.host != host(r) {
		return cloudsim.Call{}
	}
	out := cloudsim.Call{Method: "dropbox." + strings.ReplaceAll(strings.TrimPrefix(r.URL.Path, "/2/"), "/", ".")}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, err := d.signedIn(r, rt); err == nil && s.a != nil {
		out.Account = s.a.email
	}
	return out
}

// serveAPI serves the three hosts of the API. A refusal has its own status; a union is the error of the route,
// with 409; any other error is 400 with its text.
func (d *Dropbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	rt := d.routes[r.URL.Path]
	if rt == nil || rt.host != host(r) {
		sendText(w, http.StatusNotFound, "no such route in this rehearsal")
		return
	}
	c := &call{d: d, w: w, r: r, rt: rt}
	out, err := c.run()
	if err == nil {
		if !c.sent {
			sendJSON(w, http.StatusOK, out)
		}
		return
	}
	d.mu.Lock()
	d.asked++
	n := d.asked
	d.mu.Unlock()
	f, ok := err.(*refusal)
	if u, is := err.(union); is {
		f, ok = &refusal{status: http.StatusConflict, reason: string(u)}, true
	}
	if !ok {
		f = badInput("%v", err)
	}
	f.write(w, r, n)
}

// run checks the sign-in and the argument, and serves the route. It refuses in this order: the method, the token
// and its scope, the path root, the form of the argument, another write under way, and then for the route's own
// reasons.
func (c *call) run() (any, error) {
	if c.r.Method != http.MethodPost {
		return nil, badInput("Unexpected HTTP method %q: the only method is \"POST\".", c.r.Method)
	}
	c.d.mu.Lock()
	err := c.authorize()
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if err := c.read(); err != nil {
		return nil, err
	}
	if c.rt.writes {
		release, err := c.hold()
		if err != nil {
			return nil, err
		}
		defer release()
	}
	return c.rt.serve(c)
}

// authorize checks the token, its scopes, the account it acts for and the path root.
func (c *call) authorize() (err error) {
	if c.rt.host == notifyHost {
		if c.r.Header.Get("Authorization") != "" {
			return badInput(`HTTP header "Authorization" is not allowed: this route takes no authorization.`)
		}
		return nil
	}
	if c.signer, err = c.d.signedIn(c.r, c.rt); err != nil || c.team != nil {
		return err
	}
	c.t = c.a.home.tree
	return c.pathRoot(c.r.Header.Get("Dropbox-API-Path-Root"))
}

// pathRoot reads the header of that name: https://www.dropbox.com/developers/reference/path-root-header-modes
//
// Without it, paths are in the account's home. An administrator may name any namespace of the team. "root" must name
// the account's present root: if it does not, the refusal (422 invalid_root) has the right one, because a team may have
// got a space in the meantime.
func (c *call) pathRoot(header string) error {
	if header == "" {
		return nil
	}
	var u struct {
		Tag       string `json:".tag"`
		Root      string `json:"root"`
		Namespace string `json:"namespace_id"`
	}
	if json.Unmarshal([]byte(header), &u) != nil {
		return badInput(`Bad HTTP header "Dropbox-API-Path-Root": not a path root`)
	}
	switch u.Tag {
	case "home":
	case "root":
		if u.Root != c.a.RootNamespace() {
			return &refusal{
				http.StatusUnprocessableEntity, "invalid_root", map[string]any{"invalid_root": c.a.rootInfo()},
			}
		}
		c.t = c.a.root
	case "namespace_id":
		ns := c.d.namespace(u.Namespace)
		if ns == nil || !c.sees(ns) {
			return &refusal{http.StatusUnprocessableEntity, "no_permission", nil}
		}
		if c.t = ns.tree; u.Namespace == c.a.RootNamespace() {
			c.t = c.a.root
		}
	default:
		return badInput(`Bad HTTP header "Dropbox-API-Path-Root": unknown tag %q`, u.Tag)
	}
	return nil
}

// maxArg is the maximum size of an argument in bytes.
const maxArg = 1 << 20

// read reads the argument, from the header or the body by the route's style. The body can be read again
// afterwards, by later observers of the request. A header must be ASCII, with other characters escaped as \uXXXX.
// An empty body and null are an object without fields.
func (c *call) read() error {
	if c.rt.style != rpc {
		c.arg = []byte(c.r.Header.Get("Dropbox-API-Arg"))
		if slices.ContainsFunc(c.arg, func(b byte) bool { return b >= 0x7f || b < ' ' }) {
			return badInput(`HTTP header "Dropbox-API-Arg": could not decode input as JSON: not ASCII`)
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxArg+1))
	if err != nil || len(body) > maxArg {
		return badInput("request body: could not be read")
	}
	c.r.Body = io.NopCloser(bytes.NewReader(body))
	if c.arg = body; len(body) == 0 || string(bytes.TrimSpace(body)) == "null" {
		c.arg = []byte("{}")
	}
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if kind != "application/json" && len(body) > 0 {
		return badInput(
			`Bad HTTP "Content-Type" header: %q. Expecting one of "application/json", `+
				`"application/json; charset=utf-8".`,
			c.r.Header.Get("Content-Type"),
		)
	}
	return nil
}

// args decodes the argument into in, whose fields hold the defaults. Unknown fields are refused.
func (c *call) args(in any) error {
	where := "request body"
	if c.rt.style != rpc {
		where = `HTTP header "Dropbox-API-Arg"`
	}
	if err := decode(c.arg, in); err != nil {
		return badInput("%s: %v", where, err)
	}
	return nil
}

// decode decodes one JSON object with known fields only. Its errors are phrased as the service does, without a
// prefix.
func decode(b []byte, in any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var wrong *json.UnmarshalTypeError
	switch err := dec.Decode(in); {
	case errors.As(err, &wrong):
		return errors.New(wrong.Field + ": expected " + wrong.Type.String() + ", got " + wrong.Value)
	case err != nil:
		return errors.New("could not decode input as JSON: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("could not decode input as JSON: something follows it")
	}
	return nil
}

// hold begins a write to the namespace, which it holds for Options.WriteTime. If another write holds it, hold
// returns the route's error. The caller calls release at the end of the write. hold takes the lock, but not while
// it waits: the other write must be able to arrive.
func (c *call) hold() (release func(), err error) {
	ns := c.t.mounts[0].ns
	c.d.mu.Lock()
	busy := ns.busy > 0
	if !busy {
		ns.busy++
	}
	c.d.mu.Unlock()
	if busy {
		return nil, c.rt.crowded
	}
	if c.d.o.WriteTime > 0 {
		c.d.roof.Wait(c.r.Context(), c.d.o.WriteTime)
	}
	return func() { c.d.mu.Lock(); ns.busy--; c.d.mu.Unlock() }, nil
}

// host returns the host that the request is for, without its port.
func host(r *http.Request) string {
	h, _, _ := strings.Cut(r.Host, ":")
	return h
}
