package drivesim

import (
	"cmp"
	"strconv"
	"strings"
)

// filesCreate serves files.create:
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/create
//
// A file without bytes whose type is not one of Google's own is an empty blob. An id in the body must be new
// (files.generateIds, or any other); one that exists is refused with 409 fileIdInUse, which lets a client repeat
// a creation whose answer was lost.
func filesCreate(c *call) (any, error) {
	md, content, err := c.receive()
	if err != nil || c.sent {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	it := Item{
		Name: value(md.Name, "Untitled"), MimeType: value(md.MimeType, ""), Content: content,
		Original: value(md.Original, ""),
	}
	if content == nil && !strings.HasPrefix(it.MimeType, mimeApps) { // a file without bytes is empty
		it.Content, it.MimeType = Bytes(nil), cmp.Or(it.MimeType, "application/octet-stream")
	}
	if md.CreatedTime != nil {
		it.Created = *md.CreatedTime
	}
	if md.ModifiedTime != nil {
		it.Modified = *md.ModifiedTime
	}
	if md.Shortcut != nil {
		it.Target = md.Shortcut.TargetID
	}
	return c.add(it, md)
}

// add adds the file, if c's account may put it there. The caller holds the lock. The fields of md that make has
// used are cleared, and describe writes the others. A client is refused with 404 for a parent that it must not
// see, with 403 for one that it may not write to, and for more than one.
func (c *call) add(it Item, md *metadata) (any, error) {
	if md.Parents != nil {
		it.Parents = *md.Parents
	}
	if len(it.Parents) > 1 {
		return nil, forbidden("multipleParentsNotSupported", "A file can only have one parent.")
	}
	for _, id := range it.Parents {
		p, err := c.a.find(id)
		if err != nil || !c.mayRead(p) && p != c.a.root {
			return nil, notFound(id)
		}
		if !p.folder() || p.roleOf(c.a) < writer {
			return nil, insufficient()
		}
	}
	f, err := c.a.make(it)
	if err != nil {
		return nil, err
	}
	if c.client != "" {
		f.x().app = c.client
	}
	if md.ID != nil && *md.ID != "" {
		if c.d.files[*md.ID] != nil {
			return nil, &refusal{
				status: 409, reason: "fileIdInUse", message: "A file already exists with the provided ID.",
			}
		}
		f.id = *md.ID
	}
	c.d.insert(c.actor(), f)
	md.Name, md.MimeType, md.ModifiedTime, md.Original = nil, nil, nil, nil
	c.describe(f, md)
	return view{f, c.a, c.client, c.d}.render(c.mask), nil
}

// filesCopy serves files.copy. The copy shares the bytes of the original and belongs to the caller. Unless the
// request names a folder, it is put beside the original if the caller may write there, else into its My Drive.
func filesCopy(c *call) (any, error) {
	md, err := readMetadata(c.r.Body)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if f.folder() || f.extra().noDownload && f.roleOf(c.a) < writer {
		return nil, forbidden("cannotCopyFile", "This file cannot be copied by the user.")
	}
	it := Item{
		Name: value(md.Name, "Copy of "+f.name), MimeType: value(md.MimeType, f.mime), Content: f.content,
		Modified: f.modified, Created: c.d.now(), Target: f.extra().target,
	}
	if md.ModifiedTime != nil {
		it.Modified = *md.ModifiedTime
	}
	if f.parent != nil && f.parent.roleOf(c.a) >= writer {
		it.Parents = []string{f.parent.id}
	}
	return c.add(it, md)
}

// filesGenerateIDs serves files.generateIds. The ids are used up: no file is ever made with one of them unless a
// client asks for it.
func filesGenerateIDs(c *call) (any, error) {
	n, err := strconv.Atoi(cmp.Or(c.q.Get("count"), "10"))
	if err != nil || n < 1 || n > 1000 {
		return nil, invalid("count", "Invalid Value")
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	ids := []any{}
	for range n {
		c.d.made++
		ids = append(ids, newID("1", 33, c.d.made))
	}
	return c.mask.Cut(map[string]any{"kind": "drive#generatedIds", "space": "drive", "ids": ids}), nil
}

// value returns *p, or without if p is nil.
func value(p *string, without string) string {
	if p == nil {
		return without
	}
	return *p
}
