package dropboxsim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Disturb implements cloudsim.Service: in a browser, a person gives the file that r names other bytes, or moves
// it into another folder.
//
// It reports false if the request is not signed in, or its argument has no path of a file that exists now;
// entries of a batch are not looked at. It reads the body and puts it back for the route. The other folder is
// called Elsewhere and is at the top of the file's namespace.
func (d *Dropbox) Disturb(r *http.Request, kind cloudsim.Kind) bool {
	rt := d.routes[r.URL.Path]
	if rt == nil || rt.host != host(r) || rt.scope == "" {
		return false
	}
	raw := []byte(r.Header.Get("Dropbox-API-Arg"))
	if rt.style == rpc {
		raw, _ = io.ReadAll(io.LimitReader(r.Body, maxArg))
		r.Body = io.NopCloser(bytes.NewReader(raw))
	}
	var arg struct {
		Path string `json:"path"`
	}
	if json.Unmarshal(raw, &arg) != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &call{d: d, r: r, rt: rt}
	if c.authorize() != nil || c.a == nil {
		return false
	}
	p, _, err := c.readPath(arg.Path)
	if err != nil || p.node.folder || p.node.gone {
		return false
	}
	if kind == cloudsim.MoveBefore {
		m, _ := p.t.mountOf(p.lower)
		return d.moveTo(c.a.self(), p, p.t.at(m.display+"/Elsewhere/"+p.node.name())) == nil
	}
	d.setContent(c.a.self(), p.node, p.node.content.Edited(p.node.rev), d.now())
	return true
}
