package drivesim

import (
	"maps"
	"slices"
	"strings"
)

// filesUpdate serves files.update:
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
//
// Everything is checked before anything is changed, so that a refused update has no effect. Bytes, trash, folders
// and attributes are separate changes in the record, in this order. There is no condition on the revision: a
// client cannot make the service refuse because the file changed in the meantime.
func filesUpdate(c *call) (any, error) {
	md, content, err := c.receive()
	if err != nil || c.sent {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	if err := c.mayUpdate(f, md, content != nil); err != nil {
		return nil, err
	}
	add, remove, err := c.moves(f)
	if err != nil {
		return nil, err
	}
	if content != nil {
		c.d.setContent(c.actor(), f, content)
	}
	if md.Trashed != nil && *md.Trashed != f.explicit {
		c.d.setTrashed(c.actor(), f, *md.Trashed)
	}
	if len(add)+len(remove) > 0 {
		c.d.move(c.actor(), f, add, remove)
	}
	c.describe(f, md)
	return view{f, c.a, c.client, c.d}.render(c.mask), nil
}

// mayUpdate returns the reason if the update is not allowed; nil if it is. content reports whether the request
// has bytes. A trashed=false for a file that is not trashed itself, or the reverse, is no change and needs no
// right. A star needs none either, only that the account sees the file.
func (c *call) mayUpdate(f *file, md *metadata, content bool) error {
	x := f.extra()
	edits := content || md.Name != nil || md.MimeType != nil || md.Description != nil || md.ModifiedTime != nil ||
		md.Properties != nil || md.Original != nil
	switch {
	case md.Parents != nil:
		return forbidden(
			"fieldNotWritable",
			"The parents field is not directly writable in update requests. Use the addParents and removeParents "+
				"parameters instead.",
		)
	case md.ID != nil && *md.ID != f.id, md.CreatedTime != nil, md.Shortcut != nil:
		return forbidden("fieldNotWritable", "The resource body includes fields which are not directly writable.")
	case content && !c.has("drive", "drive.file"):
		return forbidden("insufficientPermissions", messages["insufficientPermissions"])
	case md.Trashed != nil && *md.Trashed != f.explicit && !f.mayTrash(c.a):
		return insufficient()
	case edits && f.roleOf(c.a) < writer, (md.Restrictions != nil || md.NoDownload != nil) && f.roleOf(c.a) < writer:
		return insufficient()
	case edits && x.locked:
		return forbidden("contentRestricted", "The content of the file is restricted.")
	case content && !f.blob():
		return forbidden("fileNotUploadable",
			"Only files with binary content can be given new bytes in this rehearsal.")
	case md.MimeType != nil && (*md.MimeType == mimeFolder) != f.folder():
		return invalid("mimeType", "Invalid MIME type provided for the uploaded content.")
	}
	return nil
}

// moves reads addParents and removeParents, lists of ids with commas between them, and returns the folders that f
// is to be added to and removed from. An unknown folder is refused with 404, a forbidden one with 403. In remove
// there are only folders that f is in.
func (c *call) moves(f *file) (add, remove []*file, err error) {
	folders := func(name string) (all []*file, err error) {
		for id := range strings.SplitSeq(c.q.Get(name), ",") {
			if id == "" {
				continue
			}
			p, err := c.a.find(id)
			if err != nil {
				return nil, notFound(id)
			}
			all = append(all, p)
		}
		return all, nil
	}
	if add, err = folders("addParents"); err != nil {
		return nil, nil, err
	}
	if remove, err = folders("removeParents"); err != nil {
		return nil, nil, err
	}
	for _, p := range add {
		if !p.folder() || p.within(f) || p.drive != f.drive || p.roleOf(c.a) < writer || f.roleOf(c.a) < writer {
			return nil, nil, forbidden("cannotMoveItem", "The item cannot be put there.")
		}
	}
	// "A file can only have one parent folder"; adding one is moving the file.
	if len(add) > 1 || len(add) == 1 && len(f.parents()) > 1 && len(remove) == 0 {
		return nil, nil, forbidden("cannotAddParent",
			"A shared drive item must have exactly one parent, and any other can be added none.")
	}
	if len(add) == 1 && !slices.Contains(f.parents(), add[0]) {
		remove = f.parents()
	}
	return add, slices.DeleteFunc(remove, func(p *file) bool { return !slices.Contains(f.parents(), p) }), nil
}

// describe applies the other attributes of md to f, if there are any, as one change: one record, one version. The
// op of the record is that of the last attribute in the order below.
func (c *call) describe(f *file, md *metadata) {
	op := ""
	var changes []func()
	say := func(said bool, as string, change func()) {
		if said {
			op = as
			changes = append(changes, change)
		}
	}
	say(md.Description != nil, "edit", func() { f.x().description = *md.Description })
	say(md.MimeType != nil, "edit", func() { f.mime = *md.MimeType })
	say(md.ModifiedTime != nil, "edit", func() { f.modified = *md.ModifiedTime })
	say(md.ViewedByMeTime != nil, "edit", func() { f.x().viewed = *md.ViewedByMeTime })
	say(md.Original != nil, "edit", func() { f.x().original = *md.Original })
	say(md.FolderColor != nil, "edit", func() { f.x().color = *md.FolderColor })
	say(md.NoDownload != nil, "edit", func() { f.x().noDownload = *md.NoDownload })
	say(md.Properties != nil, "edit", func() { f.x().props = merge(f.more.props, md.Properties) })
	say(md.AppProperties != nil, "edit", func() {
		all := maps.Clone(f.x().appProps)
		if all == nil {
			all = map[string]map[string]string{}
		}
		all[c.client] = merge(all[c.client], md.AppProperties)
		f.more.appProps = all
	})
	say(md.Restrictions != nil, "restrict", func() {
		f.x().locked, f.more.readOnly = false, ""
		for _, r := range *md.Restrictions {
			if r.ReadOnly {
				f.more.locked, f.more.readOnly = true, r.Reason
			}
		}
	})
	say(md.Starred != nil, "star", func() { f.star(c.a, *md.Starred) })
	say(md.Name != nil, "rename", func() { f.name = *md.Name })
	if op != "" {
		c.d.edit(c.actor(), op, f, func() {
			for _, change := range changes {
				change()
			}
		})
	}
}
