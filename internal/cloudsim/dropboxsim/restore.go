package dropboxsim

import (
	"regexp"
	"strings"
)

// restorePath is a WritePath of the specification: no id.
var restorePath = regexp.MustCompile(`^((/(.|[\r\n])*)|(ns:[0-9]+(/.*)?))$`)

// restoreRev serves files/restore: an earlier revision of the path becomes its newest, over the current one. A
// path at which nothing is or was, or not recently enough, is path_lookup/not_found; a rev that it never had is
// invalid_revision.
func restoreRev(c *call) (any, error) {
	var arg struct {
		Path string `json:"path"`
		Rev  string `json:"rev"`
	}
	if err := c.args(&arg); err != nil {
		return nil, err
	}
	switch {
	case !restorePath.MatchString(arg.Path):
		return nil, badPattern("path", arg.Path, restorePath.String())
	case len(arg.Rev) < 9 || strings.Trim(arg.Rev, "0123456789abcdef") != "":
		return nil, badPattern("rev", arg.Rev, "[0-9a-f]+")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	p, err := c.d.find(c.signer, c.t, arg.Path)
	switch {
	case err != nil:
		return nil, under("path_lookup", err)
	case p.lower == "":
		return nil, "path_lookup/" + malformed
	case p.node == nil && !p.deleted(c.d.now()):
		return nil, "path_lookup/" + notFound
	}
	n, err := c.d.restore(c.actor(), p, revOf(arg.Rev))
	if err != nil {
		return nil, err
	}
	p = p.t.at(p.display)
	return view{d: c.d, a: c.a}.file(p.t, p.lower, p.display, n, n.version), nil
}
