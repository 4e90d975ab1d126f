package dropboxsim

import (
	"cmp"
	"slices"
)

// occupant is an earlier or current version of a path, with its file.
type occupant struct {
	n *node
	version
}

// history returns every version of a path that can still be read, newest first; if byID is true, the versions of
// the file there, at any path. The place must have a slot. Different files can have been at one path, one after
// another.
func (d *Dropbox) history(p place, byID bool) []occupant {
	m, rel := p.t.mountOf(p.lower)
	now := d.now()
	nodes := slices.Clone(p.slot.former)
	if p.slot.node != nil && !slices.Contains(nodes, p.slot.node) {
		nodes = append(nodes, p.slot.node)
	}
	if byID && len(nodes) > 0 {
		nodes = nodes[len(nodes)-1:]
	}
	var all []occupant
	for _, n := range nodes {
		for _, v := range n.versions() {
			if (byID || v.ns == m.ns && v.rel == rel) && (v.until == 0 || v.ns.retains(v.until, now)) {
				all = append(all, occupant{n, v})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b occupant) int { return -cmp.Compare(a.rev, b.rev) })
	return slices.CompactFunc(all, func(a, b occupant) bool { return a.rev == b.rev })
}

// revisionAt returns the version of that rev, if the path had it recently enough.
func (d *Dropbox) revisionAt(p place, rev uint64) (version, bool) {
	if p.slot == nil {
		return version{}, false
	}
	for _, o := range d.history(p, false) {
		if o.rev == rev {
			return o.version, true
		}
	}
	return version{}, false
}

// listRevisions serves files/list_revisions:
// https://www.dropbox.com/developers/documentation/http/documentation#files-list_revisions
//
// limit is from 1 to 100, 10 if it is absent. For a deleted file is_deleted is true and server_deleted is when:
// this is the only place where the API has the time of a deletion. A folder, also a deleted one, is
// path/not_file.
func listRevisions(c *call) (any, error) {
	in := struct {
		Path       string `json:"path"`
		Mode       tag    `json:"mode"`
		Limit      int    `json:"limit"`
		BeforeRev  string `json:"before_rev"`
		Restorable bool   `json:"include_restorable_info"`
	}{Mode: "path", Limit: 10}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	switch {
	case !anyPath(in.Path):
		return nil, badPattern("path", in.Path, writePath.String())
	case in.Limit < 1 || in.Limit > 100:
		return nil, badInput("request body: limit: %d is not within the range [1, 100]", in.Limit)
	case in.Mode != "path" && in.Mode != "id":
		return nil, badInput("request body: mode: unknown tag %q", in.Mode)
	case in.BeforeRev != "" && in.Mode == "id":
		return nil, union("before_rev_not_supported")
	case in.BeforeRev != "" && revOf(in.BeforeRev) == 0:
		return nil, union("invalid_before_rev")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	p, err := c.d.find(c.signer, c.t, in.Path)
	now := c.d.now()
	switch {
	case err != nil:
		return nil, under("path", err)
	case p.lower == "" || p.node != nil && p.node.folder:
		return nil, "path/" + notFile
	case p.node == nil && !p.deleted(now):
		return nil, "path/" + notFound
	}
	all := c.d.history(p, in.Mode == "id")
	if before := revOf(in.BeforeRev); before != 0 {
		all = slices.DeleteFunc(all, func(o occupant) bool { return o.rev >= before })
	} else if len(all) == 0 {
		return nil, "path/" + notFile // a folder was deleted there
	}
	out := struct {
		Deleted   bool        `json:"is_deleted"`
		DeletedAt string      `json:"server_deleted,omitempty"`
		Entries   []*fileMeta `json:"entries"`
		HasMore   bool        `json:"has_more"`
	}{Deleted: p.node == nil, Entries: []*fileMeta{}, HasMore: len(all) > in.Limit}
	if out.Deleted {
		out.DeletedAt = stamp(p.slot.deleted)
	}
	v := view{d: c.d, a: c.a, restorable: in.Restorable}
	for _, o := range all[:min(len(all), in.Limit)] {
		out.Entries = append(out.Entries, v.file(p.t, p.lower, p.display, o.n, o.version))
	}
	return out, nil
}
