package drivesim

import "strconv"

// history returns all revisions of f, the oldest first and the head last.
func (f *file) history() []revision {
	x := f.extra()
	return append(x.revisions[:len(x.revisions):len(x.revisions)],
		revision{n: f.head, content: f.content, modified: f.modified, by: x.modifier})
}

// revisionsList serves revisions.list, for one who may write to the file. A page token is a count of revisions;
// revisions are never removed.
func revisionsList(c *call) (any, error) {
	size, err := c.pageSize(200, 1000)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if !f.blob() || f.roleOf(c.a) < writer {
		return nil, insufficient()
	}
	what, from := "revisions\x00"+c.a.email+"\x00"+f.id, int64(0)
	if token := c.q.Get("pageToken"); token != "" {
		var ok bool
		if from, ok = c.d.unseal(what, token); !ok {
			return nil, invalid("pageToken", "Invalid Value")
		}
	}
	all := f.history()
	out := map[string]any{"kind": "drive#revisionList"}
	page := all[min(int(from), len(all)):]
	if len(page) > size {
		page = page[:size]
		out["nextPageToken"] = c.d.seal(what, from+int64(size))
	}
	list := []any{}
	for _, r := range page {
		list = append(list, c.revision(f, r))
	}
	out["revisions"] = list
	return c.mask.Cut(out), nil
}

// revisionsGet serves revisions.get, and the bytes if alt=media.
func revisionsGet(c *call) (any, error) {
	c.d.mu.Lock()
	f, err := c.file()
	if err != nil {
		c.d.mu.Unlock()
		return nil, err
	}
	if !f.blob() || f.roleOf(c.a) < writer {
		c.d.mu.Unlock()
		return nil, insufficient()
	}
	kind, may := f.mime, c.mayDownload(f)
	for _, r := range f.history() {
		if f.revisionID(r.n) != c.in["revisionId"] {
			continue
		}
		out := c.mask.Cut(c.revision(f, r))
		c.d.mu.Unlock()
		if c.q.Get("alt") != "media" {
			return out, nil
		}
		if may != nil {
			return nil, may
		}
		return nil, c.media(r.content, kind)
	}
	c.d.mu.Unlock()
	return nil, &refusal{404, "notFound", "Revision not found: " + c.in["revisionId"] + ".", "revisionId", "parameter"}
}

// revision returns the Revision of the wire. The caller holds the lock. The person is the owner if the revision
// names none.
func (c *call) revision(f *file, r revision) any {
	by := r.by
	if by == nil {
		by = f.owner
	}
	out := map[string]any{
		"kind": "drive#revision", "id": f.revisionID(r.n), "mimeType": f.mime, "modifiedTime": stamp(r.modified),
		"keepForever": r.keep, "published": false,
		"size": strconv.FormatInt(r.content.Size(), 10), "md5Checksum": r.content.MD5(), "originalFilename": f.name,
	}
	if by != nil {
		out["lastModifyingUser"] = view{a: c.a}.user(by)
	}
	return out
}
