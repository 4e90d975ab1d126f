package dropboxsim

import (
	"regexp"
	"strings"
)

// The forms of paths in the API's specification.
var (
	readPath  = regexp.MustCompile(`^((/(.|[\r\n])*|id:.*)|(rev:[0-9a-f]{9,})|(ns:[0-9]+(/.*)?))$`)
	writePath = regexp.MustCompile(`^((/(.|[\r\n])*)|(ns:[0-9]+(/.*)?)|(id:.*))$`)
)

// anyPath reports whether s has the form of a path that is written to or listed.
func anyPath(s string) bool { return writePath.MatchString(s) }

// badPattern returns the 400 of a field that does not have the form in the specification, as the service phrases it.
func badPattern(field, value, pattern string) *refusal {
	return badInput("request body: %s: %q did not match pattern %q", field, value, pattern)
}

// readPath returns the file or folder that a ReadPath means, and its version: the newest, except for "rev:". The
// caller holds the lock.
//
// A rev is found wherever the file was when it had it, if the account sees that namespace and the version is
// still kept. The error is a 400 or has the tag path. If nothing is at the path, the place is returned with
// path/not_found, so that the caller can look for deleted files there.
func (c *call) readPath(s string) (place, version, error) {
	if !readPath.MatchString(s) {
		return place{}, version{}, badPattern("path", s, readPath.String())
	}
	rev, ok := strings.CutPrefix(s, "rev:")
	if !ok {
		p, err := c.d.find(c.signer, c.t, s)
		switch {
		case err != nil:
			return p, version{}, under("path", err)
		case p.lower == "":
			return p, version{}, "path/" + malformed
		case p.node == nil:
			return p, version{}, "path/" + notFound
		}
		return p, p.node.version, nil
	}
	n := c.d.revs[revOf(rev)]
	if n == nil {
		return place{}, version{}, "path/" + notFound
	}
	now := c.d.now()
	for _, v := range n.versions() {
		if v.rev != revOf(rev) || v.until != 0 && !v.ns.retains(v.until, now) {
			continue
		}
		for _, m := range c.t.mounts {
			if m.ns == v.ns {
				p := c.t.at(m.display + v.rel)
				p.node = n
				return p, v, nil
			}
		}
	}
	return place{}, version{}, "path/" + notFound
}

// getMetadata serves files/get_metadata:
// https://www.dropbox.com/developers/documentation/http/documentation#files-get_metadata
//
// With include_deleted a path where something was deleted, and can be restored, is a DeletedMetadata and no
// error. An "id:" follows the file wherever it is now; only the path shows that it was moved.
func getMetadata(c *call) (any, error) {
	in := struct {
		Path           string `json:"path"`
		Media          bool   `json:"include_media_info"`
		Deleted        bool   `json:"include_deleted"`
		Explicit       bool   `json:"include_has_explicit_shared_members"`
		PropertyGroups any    `json:"include_property_groups"`
	}{}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	v := view{d: c.d, a: c.a, tagged: true, explicit: in.Explicit, media: in.Media}
	p, ver, err := c.readPath(in.Path)
	if err == union("path/not_found") && in.Deleted && p.deleted(c.d.now()) {
		return v.deleted(p, c.d.now()), nil
	}
	if err != nil {
		return nil, err
	}
	if p.node.folder {
		return v.folder(p.t, p.lower, p.display, p.node), nil
	}
	return v.file(p.t, p.lower, p.display, p.node, ver), nil
}
