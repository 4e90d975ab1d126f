package dropboxsim

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// place is the location of a request's path in a tree, with the node there, if any.
type place struct {
	t       *tree
	lower   string // "" is the root
	display string
	slot    *slot // nil: nothing is or was there
	node    *node // nil: nothing is there now
}

// deleted reports whether something was deleted there that can be restored. It is false if something is there
// again, or was purged, or was deleted longer ago than the plan keeps it.
func (p place) deleted(now int64) bool {
	s := p.slot
	if s == nil || s.node != nil || s.purged || len(s.former) == 0 {
		return false
	}
	m, _ := p.t.mountOf(p.lower)
	return m.ns.retains(s.deleted, now)
}

// at returns the place of a path in t. Paths are compared without regard to case, as Dropbox does; if something
// is there, display is its path as it was written and not as it was asked for.
func (t *tree) at(display string) place {
	lower := strings.ToLower(display)
	p := place{t: t, lower: lower, display: display, slot: t.slots[lower]}
	if p.slot != nil {
		p.node = p.slot.node
	}
	if p.node != nil {
		p.display = p.slot.display
	}
	return p
}

// find parses a path of a request: "/a/b", "id:...", "id:.../b" or "ns:1/a/b". It is in the tree t unless it names
// another namespace that who may see. The error is malformed or notFound; a place at which nothing exists is not an
// error.
func (d *Dropbox) find(who signer, t *tree, s string) (place, error) {
	head, rest, _ := strings.Cut(s, "/")
	if rest != "" || strings.HasSuffix(s, "/") {
		rest = "/" + rest
	}
	switch {
	case head == "":
	case strings.HasPrefix(head, "ns:"):
		ns := d.namespace(head[len("ns:"):])
		if ns == nil || !who.sees(ns) {
			return place{}, notFound
		}
		if t = ns.tree; ns == who.a.root.mounts[0].ns {
			t = who.a.root
		}
	case strings.HasPrefix(head, "id:"):
		n := d.node(head)
		if n == nil || n.superseded {
			return place{}, notFound
		}
		lower, ok := t.pathOf(n)
		if !ok {
			return place{}, notFound
		}
		if rest == "" {
			return t.ofNode(n, lower), nil
		}
		rest = t.ofNode(n, lower).display + rest
	default:
		return place{}, malformed
	}
	if strings.HasPrefix(rest, "//") { // as rclone writes paths in the root
		rest = rest[1:]
	}
	if !wellFormed(rest) {
		return place{}, malformed
	}
	return t.at(rest), nil
}

// ofNode returns the place where n is, or was, in t. If another node is there now, the place has no slot: nothing
// about that one must be returned for the id of n.
func (t *tree) ofNode(n *node, lower string) place {
	p := place{t: t, lower: lower, slot: t.slots[lower]}
	if p.slot != nil && !n.gone && p.slot.node == n {
		p.node, p.display = n, p.slot.display
	} else if p.slot != nil {
		p.display = p.slot.display
		if p.slot.node != nil {
			p.slot = nil // something else is there now
		}
	}
	return p
}

// node returns the node of that id, or nil.
func (d *Dropbox) node(id string) *node {
	if key, ok := keyOf(id); ok {
		return d.nodes[key]
	}
	return nil
}

// wellFormed reports whether s is "" or an absolute path without empty parts, . or .., in valid UTF-8, with parts
// of at most 255 bytes and without backslashes.
func wellFormed(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != '/' || path.Clean(s) != s || s == "/" || !utf8.ValidString(s) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(s[1:], "/"), func(part string) bool {
		return len(part) > 255 || strings.ContainsAny(part, "\\\x00")
	})
}

// mayBeNamed reports whether the service allows a file to have that name:
// https://help.dropbox.com/organize/file-names
func mayBeNamed(name string) bool {
	switch strings.ToLower(name) {
	case "desktop.ini", "thumbs.db", ".ds_store", "icon\r", ".dropbox", ".dropbox.attr", ".dropbox.cache":
		return false
	}
	return !strings.HasPrefix(name, "~$") && !strings.HasPrefix(name, ".~")
}
